"""API Gateway answers in the shape of our errors, and passes every request to the app.

Fact 11 of docs/aws.md.
"""

import json
import re
from typing import Any

import botocore.session
import pytest

from chalicelib.domain.errors import BatonError
from chalicelib.entrypoints.http.framework import SAFE_HEADERS
from chalicelib.entrypoints.http.problems import problem
from chalicelib.entrypoints.http.router import all_routes
from infra.gateway_responses import RESPONSES, for_template
from infra.template.api import CATCH_ALL, api
from infra.template.names import REST_API

ANY = "x-amazon-apigateway-any-method"


def known_types() -> set[str]:
    models: Any = botocore.session.get_session().get_service_model("apigateway")
    return set(models.shape_for("GatewayResponseType").enum)


def definition() -> dict[str, Any]:
    body: dict[str, Any] = api("dev", traced=False)[REST_API]["Properties"]["DefinitionBody"]
    return body


def test_each_type_of_gateway_response_has_an_answer_of_our_own() -> None:
    assert set(RESPONSES) == known_types()
    assert definition()["x-amazon-apigateway-gateway-responses"] == for_template()


@pytest.mark.parametrize("kind", sorted(RESPONSES))
def test_a_gateway_response_has_the_members_of_our_errors(kind: str) -> None:
    response = for_template()[kind]
    text = response["responseTemplates"]["application/json"]
    body = json.loads(text)
    headers = response["responseParameters"]

    assert set(problem(BatonError(""), "")) <= set(body)
    assert response["statusCode"] == str(body["status"])
    assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
    assert headers["gatewayresponse.header.Cache-Control"] == "'no-store'"
    # Other variables may hold what the caller sent, such as a token.
    assert set(re.findall(r"\$[\w.]+", text)) == {"$context.requestId"}


@pytest.mark.parametrize("kind", sorted(RESPONSES))
def test_a_gateway_response_has_the_headers_of_our_answers(kind: str) -> None:
    headers = for_template()[kind]["responseParameters"]

    assert "Strict-Transport-Security" in SAFE_HEADERS
    for name, value in SAFE_HEADERS.items():
        assert headers[f"gatewayresponse.header.{name}"] == f"'{value}'"


@pytest.mark.parametrize("kind", sorted(RESPONSES))
def test_a_caller_who_may_try_again_is_told_when(kind: str) -> None:
    response = RESPONSES[kind]
    may_retry = response.status == 429 or response.status >= 500

    assert ("Retry-After" in response.headers) is may_retry


def test_every_path_and_every_part_of_one_accepts_any_method() -> None:
    paths = definition()["paths"]
    wanted = {"/", CATCH_ALL}
    for route in all_routes():
        parts = route.path.split("/")
        wanted |= {"/".join(parts[:length]) for length in range(2, len(parts) + 1)}

    assert {path for path, methods in paths.items() if ANY in methods} == wanted
    assert len(wanted) < 300, "API Gateway allows 300 resources in one API"
    for path, methods in paths.items():
        named = {each["name"] for each in methods[ANY].get("parameters", ())}
        assert named == set(re.findall(r"{(\w+)\+?}", path))
