"""The app answers every request that no route serves, with and without a token.

Fact 10 of docs/aws.md.
"""

from typing import Any

import pytest

from chalicelib.entrypoints.http.framework import register
from chalicelib.entrypoints.http.route import NATIVE_ERROR
from chalicelib.entrypoints.http.route_table import LOGIN_ERROR
from chalicelib.entrypoints.http.router import all_routes
from chalicelib.entrypoints.http.unknown_routes import NO_ROUTE, BatonApp, error_shape
from chalicelib.loading import load
from tests.support.services import MemoryServices

GREEDY = "/{proxy+}"


def sent(method: str, resource: str, path: str, token: str | None) -> dict[str, Any]:
    headers = {"Authorization": token} if token else {}
    place = {"httpMethod": method, "resourcePath": resource, "path": f"/api{path}"}
    return {
        "requestContext": {**place, "requestId": "r-1"},
        "path": path,
        "headers": headers,
        "pathParameters": {"proxy": path[1:]},
        "multiValueQueryStringParameters": None,
        "stageVariables": None,
        "body": None,
    }


@pytest.fixture
def app(services: MemoryServices) -> BatonApp:
    app = BatonApp("unknown-routes")
    register(app, all_routes(), lambda: services)
    return app


@pytest.mark.parametrize("token", [None, "Bearer bk_demo_onlyforloopback", "no key=value"])
@pytest.mark.parametrize(
    ("method", "resource", "path"),
    [
        ("GET", GREEDY, "/nowhere"),
        ("POST", GREEDY, "/api/v1/bots/demo/pauze"),
        ("DELETE", "/api/v1/bots/{bot}/pause", "/api/v1/bots/demo/pause"),
        ("OPTIONS", "/", "/"),
        ("HEAD", "/healthz", "/healthz"),
    ],
)
def test_an_unknown_path_or_method_is_a_problem_404(
    app: BatonApp, method: str, resource: str, path: str, token: str | None
) -> None:
    answer = app(sent(method, resource, path, token), None)

    assert answer["statusCode"] == 404
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert f'"detail":"{NO_ROUTE}","code":"not_found","request_id":"r-1"' in answer["body"]
    assert token is None or token not in answer["body"]


def test_a_known_route_is_still_served(app: BatonApp) -> None:
    assert app(sent("GET", "/healthz", "/healthz", None), None)["statusCode"] == 200


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/", NATIVE_ERROR),
        ("/nowhere", NATIVE_ERROR),
        ("/api/v1/bots/demo/mod", NATIVE_ERROR),
        ("/api/v1/bots/demo/conversations/c_1/nothing", NATIVE_ERROR),
        ("/api/v1/auth/login", LOGIN_ERROR),
        ("/api/v1/auth/nothing", NATIVE_ERROR),
    ],
)
def test_the_404_has_the_shape_of_the_routes_beside_it(path: str, shape: str) -> None:
    assert error_shape(path) == shape
    assert callable(load(shape))
