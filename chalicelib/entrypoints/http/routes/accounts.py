"""Logging in and out, oneself, and the ticket for the WebSocket."""

from chalicelib.botpress.responses import botpress_error, success
from chalicelib.domain.access import Role
from chalicelib.entrypoints.http.framework import Call, Reply, Routes
from chalicelib.entrypoints.http.schemas import conversations
from chalicelib.entrypoints.http.schemas.admin import InvitationRequest, PasswordRequest
from chalicelib.usecases import views
from chalicelib.usecases.accounts import sessions
from chalicelib.usecases.admin import members
from chalicelib.usecases.live import sockets
from chalicelib.usecases.records.people import Person

AUTH = "/api/v1/auth"
routes = Routes(__name__)
login_routes = Routes(__name__ + ".login", botpress_error)


@login_routes.on("POST", AUTH + "/login")
def login(call: Call) -> Reply:
    body = call.body(conversations.Login)
    session = sessions.login(call.services, body.email, body.password, call.source)
    return success("Login successful", tokens(session))


@login_routes.on("POST", AUTH + "/login/basic/{strategy}")
def login_basic(call: Call) -> Reply:
    """Botpress' later path; there is one strategy, whatever it is called."""
    return login(call)


@routes.on("POST", AUTH + "/refresh")
def refresh(call: Call) -> Reply:
    session = sessions.refresh(call.services, call.body(conversations.Refresh).refresh)
    return success("Token refreshed", tokens(session))


@routes.on("POST", AUTH + "/logout")
def logout(call: Call) -> Reply:
    person, _ = call.person, call.body(conversations.Nothing)
    sessions.logout(call.services, person)
    return success("Logged out", {})


@routes.on("GET", AUTH + "/logout")
def logout_as_botpress(call: Call) -> Reply:
    return logout(call)


@routes.on("POST", AUTH + "/password")
def change_password(call: Call) -> Reply:
    person, body = call.person, call.body(PasswordRequest)
    session = sessions.change_password(call.services, person, body.current, body.new, call.source)
    return success("Password changed", tokens(session))


@routes.on("POST", AUTH + "/invitation")
def accept(call: Call) -> Reply:
    """Sets the first password; whoever has the invitation is its person."""
    body = call.body(InvitationRequest)
    return success(
        "Welcome", tokens(members.accept_invitation(call.services, body.invitation, body.password))
    )


@routes.on("GET", AUTH + "/me")
def me(call: Call) -> Reply:
    return Reply(_person(call.person) | {"bots": call.bots})


@routes.on("POST", "/api/v1/socket/ticket")
def ticket(call: Call) -> Reply:
    person, _ = call.person, call.body(conversations.Nothing)
    issued, expires_at = sockets.issue_ticket(call.services, person)
    shown = {"ticket": issued, "expires_at": views.timestamp(expires_at)}
    return Reply(shown | {"url": call.services.socket_url}, 201)


def tokens(session: sessions.LoginSession) -> views.Json:
    """`exp` is a duration in milliseconds, as Botpress has it; `token` is its older name."""
    return {
        "token": session.access,
        "jwt": session.access,
        "exp": session.access_life,
        "refresh": session.refresh,
    }


def _person(person: Person) -> views.Json:
    role = Role.OWNER if person.is_owner else None
    return {"id": person.id, "email": person.email, "name": person.name, "role": role}
