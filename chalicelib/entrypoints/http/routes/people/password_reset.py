"""Routes to reset a password that its person no longer knows."""

from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.schemas.accounts import (
    ForgottenPasswordRequest,
    PasswordResetRequest,
)
from chalicelib.entrypoints.http.schemas.parsing import Empty
from chalicelib.usecases import views
from chalicelib.usecases.accounts import password_reset

MAILED = "If there is an account with this address, a link to set a new password is on its way."
NOT_MAILED = "This installation sends no mail: ask its owner for a link to set a new password."


def create_password_reset(call: Call, _: Empty) -> Reply:
    link = password_reset.start(call.services, call.person, call.id)
    return Reply({"token": link.token, "expires_at": views.timestamp(link.expires_at)}, 201)


def request_password_link(call: Call, body: ForgottenPasswordRequest) -> Reply:
    """Answers alike for each address, so that it does not tell which accounts exist."""
    is_mailed = password_reset.forgotten(call.services, body.email)
    detail = MAILED if is_mailed else NOT_MAILED
    return Reply({"mailed": is_mailed, "detail": detail}, 202)


def reset_password(call: Call, body: PasswordResetRequest) -> Reply:
    password_reset.reset(call.services, body.token, body.password)
    return Reply(status=204)
