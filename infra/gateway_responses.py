"""The answers that API Gateway gives itself, in the shape of our errors.

They are the same for all paths, so the routes of Botpress have this shape in them, too. The local
gateway gives the same answers. Types and default statuses: "Gateway response types for API Gateway"
in the AWS documentation.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from chalicelib.domain import errors
from chalicelib.entrypoints.http.framework import SAFE_HEADERS
from chalicelib.entrypoints.http.problems import CONTENT_TYPE
from chalicelib.entrypoints.http.unknown_routes import NO_ROUTE

RETRY_AFTER = 1
"""Seconds. API Gateway refills its token bucket each second."""


class GatewayResponse(NamedTuple):
    status: HTTPStatus
    error: type[errors.BatonError]
    detail: str
    retry_after: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        wait = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return {"Content-Type": CONTENT_TYPE, **SAFE_HEADERS, **wait}

    def body(self, request_id: str) -> dict[str, Any]:
        wait = {} if self.retry_after is None else {"retry_after": self.retry_after}
        return {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
            "code": self.error.code,
            "request_id": request_id,
            **wait,
        }


UNKNOWN_ROUTE = GatewayResponse(HTTPStatus.NOT_FOUND, errors.NotFound, NO_ROUTE)
THROTTLED = GatewayResponse(
    HTTPStatus.TOO_MANY_REQUESTS,
    errors.RateLimited,
    "This installation receives too many requests.",
    RETRY_AFTER,
)
REFUSED = GatewayResponse(
    HTTPStatus.FORBIDDEN, errors.Forbidden, "API Gateway does not allow this request."
)
INVALID = GatewayResponse(
    HTTPStatus.BAD_REQUEST, errors.InvalidRequest, "API Gateway cannot read this request."
)
UNAVAILABLE = GatewayResponse(
    HTTPStatus.SERVICE_UNAVAILABLE,
    errors.TemporarilyUnavailable,
    "Baton did not answer. The request may have had an effect.",
    RETRY_AFTER,
)

RESPONSES: Mapping[str, GatewayResponse] = {
    # API Gateway takes a caller's token for a signature if it knows no method for the request.
    "MISSING_AUTHENTICATION_TOKEN": UNKNOWN_ROUTE,
    "INVALID_SIGNATURE": UNKNOWN_ROUTE,
    "EXPIRED_TOKEN": UNKNOWN_ROUTE,
    "RESOURCE_NOT_FOUND": UNKNOWN_ROUTE,
    "THROTTLED": THROTTLED,
    "QUOTA_EXCEEDED": THROTTLED,
    "REQUEST_TOO_LARGE": GatewayResponse(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        errors.PayloadTooLarge,
        "A request has at most 10 MB.",
    ),
    "INTEGRATION_TIMEOUT": UNAVAILABLE._replace(status=HTTPStatus.GATEWAY_TIMEOUT),
    "INTEGRATION_FAILURE": UNAVAILABLE,
    "API_CONFIGURATION_ERROR": UNAVAILABLE,
    "AUTHORIZER_CONFIGURATION_ERROR": UNAVAILABLE,
    "AUTHORIZER_FAILURE": UNAVAILABLE,
    "DEFAULT_5XX": UNAVAILABLE,
    "WAF_FILTERED": REFUSED._replace(detail="The firewall does not allow this request."),
    "ACCESS_DENIED": REFUSED,
    "INVALID_API_KEY": REFUSED,
    "UNAUTHORIZED": GatewayResponse(
        HTTPStatus.UNAUTHORIZED, errors.Unauthenticated, "API Gateway did not accept the token."
    ),
    "UNSUPPORTED_MEDIA_TYPE": INVALID._replace(status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    "BAD_REQUEST_PARAMETERS": INVALID,
    "BAD_REQUEST_BODY": INVALID,
    "DEFAULT_4XX": INVALID,
}


def for_template() -> dict[str, Any]:
    """The value of `x-amazon-apigateway-gateway-responses` in an API's definition."""
    return {kind: _as_extension(response) for kind, response in RESPONSES.items()}


def _as_extension(response: GatewayResponse) -> dict[str, Any]:
    # The body may hold no other variable: `$context.error.message` may repeat the caller's token.
    body = json.dumps(response.body("$context.requestId"))
    return {
        "statusCode": str(response.status.value),
        "responseParameters": {
            f"gatewayresponse.header.{name}": f"'{value}'"
            for name, value in response.headers.items()
        },
        "responseTemplates": {"application/json": body},
    }
