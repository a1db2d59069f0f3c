"""Routes to reset a password that its person no longer knows."""

from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.schemas.accounts import PasswordResetRequest
from chalicelib.entrypoints.http.schemas.parsing import Empty
from chalicelib.usecases import views
from chalicelib.usecases.accounts import password_reset


def create_password_reset(call: Call, _: Empty) -> Reply:
    link = password_reset.start(call.services, call.person, call.id)
    return Reply({"token": link.token, "expires_at": views.timestamp(link.expires_at)}, 201)


def reset_password(call: Call, body: PasswordResetRequest) -> Reply:
    password_reset.reset(call.services, body.token, body.password)
    return Reply(status=204)
