"""A row of the conformance table, and how Botpress words its errors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DOCS = "https://botpress.com/docs"
LATER_PAGE = "x" * 129


@dataclass(frozen=True, slots=True)
class Row:
    """`given` are the steps of the stage before the call. An `answer` that is a string is plain
    text; each other is JSON."""

    name: str
    by: str
    request: str
    status: int
    answer: Any
    given: tuple[str, ...] = ()
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


def error(status: int, code: str, type_: str, message: str, **facts: Any) -> dict[str, Any]:
    shown = {"statusCode": status, "errorCode": code, "type": type_, "message": message}
    return {**shown, "details": "", "docs": DOCS, **facts}


def plain(status: int, message: str) -> dict[str, Any]:
    """An error of hitlnext itself has no code and the type "Exception"."""
    shown = {"statusCode": status, "type": "Exception", "message": message}
    return {**shown, "details": "", "docs": DOCS}


def unauthorized(why: str) -> dict[str, Any]:
    return error(401, "BP_0041", "UnauthorizedError", f"Unauthorized: {why}")


def forbidden(why: str) -> dict[str, Any]:
    return error(403, "BP_0043", "ForbiddenError", f"Forbidden: {why}")


def not_found(what: str) -> dict[str, Any]:
    return error(404, "BP_0044", "NotFoundError", f"Not Found: {what}")


def may_not_write(module: str) -> str:
    return f'user does not have sufficient permissions to "write" on resource "{module}"'


NO_BOT = not_found("Invalid Bot ID")
NOT_THERE = not_found("$text")
NO_ACCESS = forbidden('User "{eve\'s email}" doesn\'t have access to workspace "default"')
OFFLINE = plain(422, "You must be online to perform this action")
MALFORMED = {
    "statusCode": 400,
    "type": "entity.parse.failed",
    "message": "$text",
    "details": "",
    "docs": DOCS,
}
