"""How an error looks to a caller of the login routes: as in Botpress v12, because clients that were
written for Botpress log in here, too."""

from collections.abc import Mapping

from msgspec import Struct

from chalicelib.domain import errors
from chalicelib.entrypoints.http.framework import Reply
from chalicelib.entrypoints.http.problems import headers_of, status_of

DOCS = "https://botpress.com/docs"
ESCAPES = str.maketrans({"<": "&lt;", ">": "&gt;", "/": "&#x2F;", "\\": "&#x5C;", "`": "&#96;"})
"""Botpress escapes these characters in messages, but not quotes."""
FACTS = ("candidates", "owner", "challenge")
"""Facts of an error that are shown beside the fields of Botpress."""


class Wording(Struct, frozen=True):
    """`errorCode` is left out if `code` is None. `message` replaces the message of the error. With
    `has_code`, the body has Baton's code, too: Botpress has none for it."""

    code: str | None
    type: str
    prefix: str = ""
    message: str | None = None
    status: int | None = None
    has_code: bool = False


WORDINGS: Mapping[type[errors.BatonError], Wording] = {
    errors.InvalidCredentials: Wording("BP_0009", "InvalidCredentialsError"),
    errors.SecondFactorRequired: Wording("BP_0041", "SecondFactorRequiredError", has_code=True),
    errors.RateLimited: Wording("BP_0011", "LockedOutError", message="Account locked out"),
    errors.InvalidRequest: Wording("BP_0040", "BadRequestError", "Bad Request: "),
    errors.Unauthenticated: Wording("BP_0041", "UnauthorizedError", "Unauthorized: "),
    errors.Forbidden: Wording("BP_0043", "ForbiddenError", "Forbidden: "),
    errors.NotFound: Wording("BP_0044", "NotFoundError", "Not Found: "),
    errors.Refused: Wording("BP_0049", "ConflictError", "Conflict: "),
    errors.IdempotencyMismatch: Wording("BP_0049", "ConflictError", "Conflict: "),
    errors.PayloadTooLarge: Wording("BP_0040", "PayloadTooLargeError", "Bad Request: "),
    errors.BatonError: Wording("BP_0050", "InternalServerError"),
}


def login_error(error: errors.BatonError, _: str) -> Reply:
    return worded(error, wording_of(error, WORDINGS))


def wording_of(
    error: errors.BatonError, wordings: Mapping[type[errors.BatonError], Wording]
) -> Wording:
    """The wording of the error's class or of its nearest base class that has one."""
    return next(wordings[kind] for kind in type(error).__mro__ if kind in wordings)


def worded(error: errors.BatonError, wording: Wording) -> Reply:
    status = wording.status or status_of(error).value
    message = wording.prefix + (wording.message or error.message)
    code = {} if wording.code is None else {"errorCode": wording.code}
    if wording.has_code:
        code["code"] = error.code
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
