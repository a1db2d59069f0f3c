"""Routes to log in and out, to manage the own account, and to get a ticket for the WebSocket."""

from chalicelib.domain.access import Role
from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.schemas.accounts import (
    InvitationRequest,
    LoginRequest,
    PasswordRequest,
    ProfileRequest,
    RefreshRequest,
)
from chalicelib.entrypoints.http.schemas.parsing import Empty
from chalicelib.usecases import views
from chalicelib.usecases.accounts import people, sessions
from chalicelib.usecases.admin import members
from chalicelib.usecases.live import sockets
from chalicelib.usecases.records.people import Person


def log_in(call: Call, body: LoginRequest) -> Reply:
    session = sessions.login(call.services, body.email, body.password, call.device, code=body.code)
    return success("Login successful", tokens_of(session))


def log_in_with_strategy(call: Call, body: LoginRequest) -> Reply:
    """The path of later Botpress releases. There is one strategy, so its name is ignored. Clients
    of Botpress have no second step."""
    session = sessions.login(
        call.services, body.email, body.password, call.device, takes_code=False
    )
    return success("Login successful", tokens_of(session))


def refresh_tokens(call: Call, body: RefreshRequest) -> Reply:
    session = sessions.refresh(call.services, body.refresh, call.device)
    return success("Token refreshed", tokens_of(session))


def log_out(call: Call, _: Empty) -> Reply:
    return log_out_with_get(call)


def log_out_with_get(call: Call) -> Reply:
    """The form that Botpress has."""
    sessions.logout(call.services, call.session)
    return success("Logged out", {})


def change_password(call: Call, body: PasswordRequest) -> Reply:
    session = sessions.change_password(
        call.services, call.session, body.current, body.new, call.device
    )
    return success("Password changed", tokens_of(session))


def accept_invitation(call: Call, body: InvitationRequest) -> Reply:
    """Sets the first password of the person whom the invitation names, and logs them in."""
    session = members.accept_invitation(call.services, body.invitation, body.password, call.device)
    return success("Welcome", tokens_of(session))


def get_account(call: Call) -> Reply:
    return _account(call, call.person)


def update_account(call: Call, body: ProfileRequest) -> Reply:
    return _account(call, people.rename(call.services, call.person, body.name))


def _account(call: Call, person: Person) -> Reply:
    shown = {
        "id": person.id,
        "email": person.email,
        "name": person.name,
        "role": Role.OWNER if person.is_owner else None,
        "bots": call.bots,
    }
    return Reply(shown)


def list_sessions(call: Call) -> Reply:
    found = sessions.of_person(call.services, call.person)
    return Reply({"items": [views.session(each, call.session.id) for each in found], "next": None})


def end_session(call: Call) -> Reply:
    sessions.end(call.services, call.person, call.id)
    return Reply(status=204)


def end_other_sessions(call: Call) -> Reply:
    sessions.end_others(call.services, call.person, call.session)
    return Reply(status=204)


def create_socket_ticket(call: Call, _: Empty) -> Reply:
    issued, expires_at = sockets.issue_ticket(call.services, call.session)
    shown = {"ticket": issued, "expires_at": views.timestamp(expires_at)}
    return Reply(shown | {"url": call.services.socket_url}, 201)


def success(message: str, payload: views.Json) -> Reply:
    """The envelope of all login routes."""
    return Reply({"status": "success", "message": message, "payload": payload})


def tokens_of(session: sessions.LoginSession) -> views.Json:
    """`exp` is a duration in milliseconds; `token` is the older name of `jwt`: both as in
    Botpress v12."""
    return {
        "token": session.access.text,
        "jwt": session.access.text,
        "exp": session.access.life,
        "refresh": session.refresh,
    }
