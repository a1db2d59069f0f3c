"""Logging in and out, oneself, and the ticket for the WebSocket."""

from chalicelib.domain.access import Role
from chalicelib.entrypoints import requests
from chalicelib.entrypoints.admin_shapes import InvitationRequest, PasswordRequest
from chalicelib.entrypoints.botpress_shapes import botpress_error, success
from chalicelib.entrypoints.http import Call, Reply, Routes
from chalicelib.usecases import inviting, representation, sessions, sockets
from chalicelib.usecases.records import Person

AUTH = "/api/v1/auth"
routes = Routes(__name__)
login_routes = Routes(__name__ + ".login", botpress_error)


@login_routes.on("POST", AUTH + "/login")
def login(call: Call) -> Reply:
    body = call.body(requests.Login)
    session = sessions.login(call.world, body.email, body.password, call.source)
    return success("Login successful", tokens(session))


@login_routes.on("POST", AUTH + "/login/basic/{strategy}")
def login_basic(call: Call) -> Reply:
    """Botpress' later path; there is one strategy, whatever it is called."""
    return login(call)


@routes.on("POST", AUTH + "/refresh")
def refresh(call: Call) -> Reply:
    session = sessions.refresh(call.world, call.body(requests.Refresh).refresh)
    return success("Token refreshed", tokens(session))


@routes.on("POST", AUTH + "/logout")
def logout(call: Call) -> Reply:
    person, _ = call.person, call.body(requests.Nothing)
    sessions.logout(call.world, person)
    return success("Logged out", {})


@routes.on("GET", AUTH + "/logout")
def logout_as_botpress(call: Call) -> Reply:
    return logout(call)


@routes.on("POST", AUTH + "/password")
def change_password(call: Call) -> Reply:
    person, body = call.person, call.body(PasswordRequest)
    session = sessions.change_password(call.world, person, body.current, body.new, call.source)
    return success("Password changed", tokens(session))


@routes.on("POST", AUTH + "/invitation")
def accept(call: Call) -> Reply:
    """Sets the first password; whoever has the invitation is its person."""
    body = call.body(InvitationRequest)
    return success("Welcome", tokens(inviting.accept(call.world, body.invitation, body.password)))


@routes.on("GET", AUTH + "/me")
def me(call: Call) -> Reply:
    return Reply(_person(call.person) | {"bots": call.bots})


@routes.on("POST", "/api/v1/socket/ticket")
def ticket(call: Call) -> Reply:
    person, _ = call.person, call.body(requests.Nothing)
    issued, expires_at = sockets.issue_ticket(call.world, person)
    shown = {"ticket": issued, "expires_at": representation.timestamp(expires_at)}
    return Reply(shown | {"url": call.world.socket_url}, 201)


def tokens(session: sessions.Session) -> representation.Json:
    """`exp` is a duration in milliseconds, as Botpress has it; `token` is its older name."""
    return {
        "token": session.access,
        "jwt": session.access,
        "exp": session.access_life,
        "refresh": session.refresh,
    }


def _person(person: Person) -> representation.Json:
    role = Role.OWNER if person.is_owner else None
    return {"id": person.id, "email": person.email, "name": person.name, "role": role}
