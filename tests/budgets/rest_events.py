"""The events in which Lambda gets REST requests, without a gateway; loads nothing of its own."""

from collections.abc import Mapping
from typing import Any


def rest_event(
    method: str,
    resource: str,
    parameters: Mapping[str, str],
    *,
    token: str | None = None,
    body: str | None = None,
) -> dict[str, Any]:
    path = resource.format(**parameters)
    headers = {"Accept": "*/*", "Host": "127.0.0.1"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if body is not None:
        headers["Content-Type"] = "application/json"
    return {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": dict(parameters) or None,
        "stageVariables": None,
        "body": body,
        "isBase64Encoded": False,
        "requestContext": {
            "resourcePath": resource,
            "path": path,
            "httpMethod": method,
            "requestId": "00000000-0000-4000-8000-000000000000",
            "identity": {"sourceIp": "127.0.0.1"},
        },
    }
