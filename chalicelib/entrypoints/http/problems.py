"""How an error looks to a caller of the native API: RFC 9457 `application/problem+json`."""

from http import HTTPStatus

from chalicelib.domain import errors
from chalicelib.entrypoints.http.framework import Reply
from chalicelib.usecases.views import Json

CONTENT_TYPE = "application/problem+json"

STATUS_OF: dict[type[errors.BatonError], HTTPStatus] = {
    errors.InvalidRequest: HTTPStatus.BAD_REQUEST,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Refused: HTTPStatus.CONFLICT,
    errors.IdempotencyMismatch: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    errors.PayloadTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.TemporarilyUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.BatonError: HTTPStatus.INTERNAL_SERVER_ERROR,
}

SHOWN_AS = {"status": "conversation_status"}
"""A problem's `status` is the HTTP status, so a fact of that name gets another name."""


def problem_reply(error: errors.BatonError, request_id: str) -> Reply:
    return Reply(problem(error, request_id), status_of(error), headers_of(error), CONTENT_TYPE)


def status_of(error: errors.BatonError) -> HTTPStatus:
    """The status of the error's class or of its nearest base class that has one."""
    return next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)


def problem(error: errors.BatonError, request_id: str) -> Json:
    status = status_of(error)
    facts = {SHOWN_AS.get(name, name): fact for name, fact in error.facts.items()}
    return {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": error.message,
        "code": error.code,
        "request_id": request_id,
        **facts,
    }


def headers_of(error: errors.BatonError) -> dict[str, str]:
    headers = {}
    if "retry_after" in error.facts:
        headers["Retry-After"] = str(error.facts["retry_after"])
    if "limit" in error.facts:
        # draft-ietf-httpapi-ratelimit-headers-10. It is no RFC yet.
        facts, name = error.facts, error.facts["limit"]
        headers["RateLimit-Policy"] = f'"{name}";q={facts["quota"]};w={facts["window"]}'
        headers["RateLimit"] = f'"{name}";r=0;t={facts["retry_after"]}'
    if isinstance(error, errors.Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="baton"'
    return headers
