"""The answer to a request that no route serves.

API Gateway passes such requests to the app, because the template adds `ANY` to each path and the
path `/{proxy+}` (infra/template/api.py). Its own answer would be 403, and it would repeat the
caller's token.
"""

from collections.abc import Mapping
from typing import Any

from chalice.app import Chalice

from chalicelib.domain.errors import NotFound
from chalicelib.entrypoints.http.framework import ErrorShape, response_of
from chalicelib.entrypoints.http.route import NATIVE_ERROR
from chalicelib.entrypoints.request_log import request_log
from chalicelib.loading import load

NO_ROUTE = "There is no such route, or it does not take this method."
UNKNOWN = "(unknown)"
"""The route in the log line. The path itself may contain ids and tokens."""


class BatonApp(Chalice):
    """Answers 404 where Chalice would answer 405, or 500 for a path that it does not know."""

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        place = event.get("requestContext", {})
        if place.get("httpMethod") in self.routes.get(place.get("resourcePath"), ()):
            return super().__call__(event, context)
        return _not_found(event, place)


def _not_found(event: Mapping[str, Any], place: Mapping[str, Any]) -> dict[str, Any]:
    request_id = place.get("requestId", "")
    with request_log.line("request", request_id=request_id, route=UNKNOWN) as line:
        error = NotFound(NO_ROUTE)
        shape: ErrorShape = load(error_shape(event.get("path") or place.get("path", "")))
        reply = shape(error, request_id)
        line.update(status=int(reply.status), code=error.code)
    answer: dict[str, Any] = response_of(reply).to_dict()
    return answer


def error_shape(path: str) -> str:
    """The error shape of the routes of this path, else of those that share most of it; the native
    one if they differ."""
    from chalicelib.entrypoints.http.router import all_routes

    shared = [(_shared(route.path, path), route.errors) for route in all_routes()]
    most = max(likeness for likeness, _ in shared)
    shapes = {errors for likeness, errors in shared if likeness == most}
    return shapes.pop() if len(shapes) == 1 else NATIVE_ERROR


def _shared(route: str, path: str) -> tuple[int, bool]:
    """The number of leading parts of the path that fit the route, and whether that is all of it."""
    expected_parts, parts = route.split("/")[1:], path.split("/")[1:]
    count = 0
    for expected, part in zip(expected_parts, parts, strict=False):
        if part != expected and not (part and expected.startswith("{")):
            break
        count += 1
    return count, count == len(expected_parts) == len(parts)
