"""Builds the events that API Gateway passes to Lambda from ASGI scopes.

The shapes are documented by AWS in "Set up Lambda proxy integrations" (REST) and "The API Gateway
mapping template and access logging variable reference" (WebSocket).
"""

import base64
import time
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

from starlette.types import Scope

from infra.local.invocation import Event

API_ID = "local"
ACCOUNT_ID = "000000000000"

Pairs = Iterable[tuple[str, str]]


def rest_event(
    scope: Scope,
    *,
    resource: str,
    path_parameters: dict[str, str],
    body: bytes,
    binary_types: Collection[str],
    request_id: str,
    stage: str,
) -> Event:
    headers = header_pairs(scope)
    query = _query_pairs(scope)
    text, is_base64 = _body(body, dict(headers).get("Content-Type", ""), binary_types)
    path = raw_path(scope)
    return {
        "resource": resource,
        "path": path,
        "httpMethod": scope["method"],
        "headers": dict(headers),
        "multiValueHeaders": _multi(headers),
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": _multi(query) or None,
        "pathParameters": path_parameters or None,
        "stageVariables": None,
        "requestContext": {
            **_common_context(scope, request_id, stage),
            "accountId": ACCOUNT_ID,
            "resourceId": resource,
            "resourcePath": resource,
            "httpMethod": scope["method"],
            "path": path,
            "protocol": f"HTTP/{scope['http_version']}",
        },
        "body": text,
        "isBase64Encoded": is_base64,
    }


def connect_event(scope: Scope, connection: Event, stage: str) -> Event:
    """`connection` is the part of `requestContext` that all events of a connection share."""
    headers = header_pairs(scope)
    query = _query_pairs(scope)
    event = {
        "headers": dict(headers),
        "multiValueHeaders": _multi(headers),
        **_socket_event(scope, connection, stage, "$connect", "CONNECT"),
    }
    # API Gateway omits both keys if there is no query string.
    if query:
        event["queryStringParameters"] = dict(query)
        event["multiValueQueryStringParameters"] = _multi(query)
    return event


def message_event(scope: Scope, connection: Event, stage: str, body: str) -> Event:
    event = _socket_event(scope, connection, stage, "$default", "MESSAGE")
    event["requestContext"]["messageId"] = _short_id()
    return {**event, "body": body}


def disconnect_event(scope: Scope, connection: Event, stage: str, code: int, reason: str) -> Event:
    event = _socket_event(scope, connection, stage, "$disconnect", "DISCONNECT")
    event["requestContext"] |= {"disconnectStatusCode": code, "disconnectReason": reason}
    return event


def raw_path(scope: Scope) -> str:
    """The path as the client sent it, not decoded."""
    return str(scope["raw_path"].decode("ascii"))


def header_pairs(scope: Scope) -> list[tuple[str, str]]:
    """Header names in the usual HTTP/1.1 spelling, which API Gateway keeps; ASGI lowers them."""
    return [
        (name.decode("latin-1").title().replace("Websocket", "WebSocket"), value.decode("latin-1"))
        for name, value in scope["headers"]
    ]


def source_ip(scope: Scope) -> str:
    """The address of the TCP peer; headers are ignored."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def user_agent(scope: Scope) -> str | None:
    return dict(header_pairs(scope)).get("User-Agent")


def _socket_event(scope: Scope, connection: Event, stage: str, route: str, kind: str) -> Event:
    return {
        "requestContext": {
            **_common_context(scope, _short_id(), stage),
            **connection,
            "routeKey": route,
            "eventType": kind,
            "messageDirection": "IN",
        },
        "isBase64Encoded": False,
    }


def _common_context(scope: Scope, request_id: str, stage: str) -> Event:
    now = time.time()
    return {
        "requestId": request_id,
        "extendedRequestId": _short_id(),
        "apiId": API_ID,
        "stage": stage,
        "domainName": dict(header_pairs(scope)).get("Host", ""),
        "requestTime": datetime.fromtimestamp(now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": int(now * 1000),
        "identity": {"sourceIp": source_ip(scope), "userAgent": user_agent(scope)},
    }


def _query_pairs(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


def _multi(pairs: Pairs) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def _body(body: bytes, content_type: str, binary_types: Collection[str]) -> tuple[Any, bool]:
    if not body:
        return None, False
    if content_type.partition(";")[0].strip().lower() in binary_types:
        return base64.b64encode(body).decode("ascii"), True
    try:
        return body.decode(), False
    except UnicodeDecodeError:
        # Pass the bytes on, so that the app refuses them: replacement characters would be stored as
        # the user's text. We have not observed what API Gateway does with such a body.
        return base64.b64encode(body).decode("ascii"), True


def _short_id() -> str:
    """An id in the form of API Gateway's short ids, such as `L0SM9cOFvHcCIhw=`."""
    return base64.b64encode(uuid4().bytes[:11]).decode("ascii")
