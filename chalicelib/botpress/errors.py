"""The error JSON of Botpress v12, and the errors that only its routes have."""

from collections.abc import Mapping

from msgspec.structs import replace

from chalicelib.domain import errors
from chalicelib.entrypoints.http import login_errors
from chalicelib.entrypoints.http.framework import ErrorShape, Reply
from chalicelib.entrypoints.http.login_errors import Wording, worded, wording_of

PLAIN = "Exception"


class Malformed(errors.InvalidRequest):
    """The body is not a JSON object."""


class NoAccess(errors.Forbidden):
    """A valid token of a person or key that does not belong to this bot."""


class NoWorkspace(errors.InvalidRequest):
    """The header `X-BP-Workspace` is missing."""


class Unprocessable(errors.Refused):
    """The message is Botpress' own, because its clients compare it."""


class NotTheirs(errors.Forbidden):
    """The caller may not reject this handoff, because it is assigned to another agent."""


WORDINGS: Mapping[type[errors.BatonError], Wording] = {
    **login_errors.WORDINGS,
    Malformed: Wording(None, "entity.parse.failed"),
    NoWorkspace: Wording("BP_0006", "InvalidOperationError", "Invalid operation: "),
    NotTheirs: Wording(None, PLAIN),
    Unprocessable: Wording(None, PLAIN, status=422),
}


def _shape(resource: str) -> ErrorShape:
    """The error shape of one module. A refusal names the module as the missing permission."""

    def shape(error: errors.BatonError, _: str) -> Reply:
        wording = wording_of(error, WORDINGS)
        if isinstance(error, NotTheirs):
            wording = replace(wording, message=_no_permission(f"{resource}.reject"))
        elif isinstance(error, errors.Forbidden) and not isinstance(error, NoAccess):
            wording = replace(wording, message=_no_permission(resource))
        elif _is_invalid_token(error):
            wording = replace(wording, message="Invalid authentication token")
        return worded(error, wording)

    return shape


admin_error = _shape("admin")
hitl_error = _shape("module.hitl")
hitlnext_error = _shape("module.hitlnext")


def _is_invalid_token(error: errors.BatonError) -> bool:
    """True if a token was sent but is not valid, or no longer valid."""
    if isinstance(error, errors.InvalidCredentials):
        return False
    return isinstance(error, errors.Unauthenticated) and "missing" not in error.facts


def _no_permission(resource: str) -> str:
    return f'user does not have sufficient permissions to "write" on resource "{resource}"'
