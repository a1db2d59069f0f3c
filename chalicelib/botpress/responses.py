"""How Botpress v12 words its answers: the envelope of its auth routes and its error JSON."""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.botpress.handoffs import NotTheirs, Unprocessable
from chalicelib.domain import errors
from chalicelib.entrypoints.http.framework import ErrorShape, Reply
from chalicelib.entrypoints.http.problems import headers_of, status_of
from chalicelib.usecases.views import Json

DOCS = "https://botpress.com/docs"
ESCAPES = str.maketrans({"<": "&lt;", ">": "&gt;", "/": "&#x2F;", "\\": "&#x5C;", "`": "&#96;"})
"""Botpress escapes these in messages, and quotes not."""
FACTS = ("candidates", "owner")
"""What comes along beside Botpress' own fields, where there is any."""
PLAIN = "Exception"


class Malformed(errors.InvalidRequest):
    """A body that is no JSON object."""


class NoAccess(errors.Forbidden):
    """A valid token of somebody who does not belong to this bot."""


class NoWorkspace(errors.InvalidRequest):
    pass


class Wording(Struct, frozen=True):
    """`code` None leaves `errorCode` out; `message` takes the place of the error's own."""

    code: str | None
    type: str
    prefix: str = ""
    message: str | None = None
    status: int | None = None


WORDINGS: dict[type[errors.BatonError], Wording] = {
    errors.InvalidCredentials: Wording("BP_0009", "InvalidCredentialsError"),
    errors.RateLimited: Wording("BP_0011", "LockedOutError", message="Account locked out"),
    errors.InvalidRequest: Wording("BP_0040", "BadRequestError", "Bad Request: "),
    errors.Unauthenticated: Wording("BP_0041", "UnauthorizedError", "Unauthorized: "),
    errors.Forbidden: Wording("BP_0043", "ForbiddenError", "Forbidden: "),
    errors.NotFound: Wording("BP_0044", "NotFoundError", "Not Found: "),
    errors.Refused: Wording("BP_0049", "ConflictError", "Conflict: "),
    errors.IdempotencyMismatch: Wording("BP_0049", "ConflictError", "Conflict: "),
    errors.PayloadTooLarge: Wording("BP_0040", "PayloadTooLargeError", "Bad Request: "),
    errors.BatonError: Wording("BP_0050", "InternalServerError"),
    Malformed: Wording(None, "entity.parse.failed"),
    NoWorkspace: Wording("BP_0006", "InvalidOperationError", "Invalid operation: "),
    NotTheirs: Wording(None, PLAIN),
    Unprocessable: Wording(None, PLAIN, status=422),
}


def success(message: str, payload: Json) -> Reply:
    return Reply({"status": "success", "message": message, "payload": payload})


def plain_text(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """As Express sends a status alone."""
    return Reply(text, status, headers or {}, "text/plain; charset=utf-8")


def botpress_error(error: errors.BatonError, request_id: str) -> Reply:
    wording = next(WORDINGS[kind] for kind in type(error).__mro__ if kind in WORDINGS)
    return _reply(error, wording)


def module_error(resource: str) -> ErrorShape:
    """For the routes of one of Botpress' modules, whose every permission has one name."""

    def shape(error: errors.BatonError, request_id: str) -> Reply:
        wording = next(WORDINGS[kind] for kind in type(error).__mro__ if kind in WORDINGS)
        if isinstance(error, NotTheirs):
            wording = replace(wording, message=no_permission(f"{resource}.reject"))
        elif isinstance(error, errors.Forbidden) and not isinstance(error, NoAccess):
            wording = replace(wording, message=no_permission(resource))
        elif _is_worthless(error):
            wording = replace(wording, message="Invalid authentication token")
        return _reply(error, wording)

    return shape


def _is_worthless(error: errors.BatonError) -> bool:
    """There is a token, but it is none, or no longer."""
    if isinstance(error, errors.InvalidCredentials):
        return False
    return isinstance(error, errors.Unauthenticated) and "missing" not in error.facts


def no_permission(resource: str) -> str:
    return f'user does not have sufficient permissions to "write" on resource "{resource}"'


def _reply(error: errors.BatonError, wording: Wording) -> Reply:
    status = wording.status or status_of(error).value
    message = wording.prefix + (wording.message or error.message)
    code = {} if wording.code is None else {"errorCode": wording.code}
    body = {
        "statusCode": status,
        **code,
        "type": wording.type,
        "message": message.translate(ESCAPES),
        "details": "",
        "docs": DOCS,
        **{name: error.facts[name] for name in FACTS if name in error.facts},
    }
    return Reply(body, status, headers_of(error))
