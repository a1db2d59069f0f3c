"""How Botpress v12 words its answers: the envelope of its auth routes and its error JSON."""

from dataclasses import dataclass

from chalicelib.domain import errors
from chalicelib.entrypoints.http import Reply
from chalicelib.entrypoints.problems import headers_of, status_of
from chalicelib.usecases.representation import Json

DOCS = "https://botpress.com/docs"
ESCAPES = str.maketrans({"<": "&lt;", ">": "&gt;", "/": "&#x2F;", "\\": "&#x5C;", "`": "&#96;"})
"""Botpress escapes these in messages, and quotes not."""


@dataclass(frozen=True, slots=True)
class Wording:
    code: str
    type: str
    prefix: str = ""


WORDINGS: dict[type[errors.BatonError], Wording] = {
    errors.InvalidCredentials: Wording("BP_0009", "InvalidCredentialsError"),
    errors.RateLimited: Wording("BP_0011", "LockedOutError"),
    errors.InvalidRequest: Wording("BP_0040", "BadRequestError", "Bad Request: "),
    errors.Unauthenticated: Wording("BP_0041", "UnauthorizedError", "Unauthorized: "),
    errors.Forbidden: Wording("BP_0043", "ForbiddenError", "Forbidden: "),
    errors.NotFound: Wording("BP_0044", "NotFoundError", "Not Found: "),
    errors.Refused: Wording("BP_0049", "ConflictError", "Conflict: "),
    errors.BatonError: Wording("BP_0050", "InternalServerError"),
}


def success(message: str, payload: Json) -> Reply:
    return Reply({"status": "success", "message": message, "payload": payload})


def botpress_error(error: errors.BatonError, request_id: str) -> Reply:
    """Facts such as `candidates` come along: a superset, which Botpress' clients ignore."""
    wording = next(WORDINGS[kind] for kind in type(error).__mro__ if kind in WORDINGS)
    status = status_of(error)
    body = {
        "statusCode": status.value,
        "errorCode": wording.code,
        "type": wording.type,
        "message": (wording.prefix + error.message).translate(ESCAPES),
        "details": "",
        "docs": DOCS,
        **error.facts,
    }
    return Reply(body, status, headers_of(error))
