"""The routes that hash a password have a function of their own, so that a login storm cannot starve
the gate."""

from typing import Any

import pytest

from chalicelib.entrypoints.http.route import LOGIN_FUNCTION
from chalicelib.entrypoints.http.router import all_routes
from infra.template.metrics import GATE
from infra.template.names import FUNCTIONS, LOGIN
from infra.template.rollout import ALIAS
from tests.template.expansion import Template, evaluated, expanded, packaged_template


@pytest.fixture(scope="module")
def prod() -> Template:
    return packaged_template("prod")


def rest_paths(template: Template) -> dict[str, Any]:
    paths: dict[str, Any] = expanded(template, {})["Resources"]["RestAPI"]["Properties"]["Body"][
        "paths"
    ]
    return paths


def function_of(operation: dict[str, Any]) -> str:
    _, given = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    alias: str = given["Alias"]["Ref"]
    return alias.removesuffix(f"Alias{ALIAS}")


def test_each_route_calls_the_function_that_its_row_names(prod: Template) -> None:
    paths = rest_paths(prod)

    for route in all_routes():
        operation = paths[route.path][route.method.lower()]
        assert function_of(operation) == FUNCTIONS[route.function], str(route)


def test_the_gate_and_login_have_different_functions(prod: Template) -> None:
    paths = rest_paths(prod)
    method, _, path = GATE.partition(" ")

    assert function_of(paths["/api/v1/auth/login"]["post"]) == LOGIN
    assert function_of(paths[path][method.lower()]) != LOGIN


def test_the_login_function_runs_the_same_app_and_may_be_called_by_the_rest_api(
    prod: Template,
) -> None:
    resources = expanded(prod, {})["Resources"]
    rest, login = (resources[name]["Properties"] for name in ("APIHandler", LOGIN))
    permission = resources[f"{LOGIN}InvokePermission"]["Properties"]

    same = ("Architectures", "Code", "Handler", "MemorySize", "Runtime", "Timeout", "TracingConfig")
    assert {name: login[name] for name in same} == {name: rest[name] for name in same}
    assert login["Role"] != rest["Role"]
    assert permission["FunctionName"] == {"Ref": f"{LOGIN}Alias{ALIAS}"}
    assert (
        permission["SourceArn"]
        == resources["APIHandlerInvokePermission"]["Properties"]["SourceArn"]
    )


def test_the_login_function_has_the_settings_of_the_rest_function(prod: Template) -> None:
    """For example, both must know the client's address behind CloudFront, to count attempts."""
    resources = expanded(prod, {})["Resources"]
    rest, login = (
        resources[name]["Properties"]["Environment"]["Variables"] for name in ("APIHandler", LOGIN)
    )

    assert login.keys() == rest.keys()


def test_the_routes_that_hash_a_password_have_a_rate_limit_of_their_own(prod: Template) -> None:
    (stage,) = (
        each["Properties"]
        for each in expanded(prod, {})["Resources"].values()
        if each["Type"] == "AWS::ApiGateway::Stage"
    )
    general, *limited = stage["MethodSettings"]
    wanted = {str(route) for route in all_routes() if route.function == LOGIN_FUNCTION}

    assert general["ResourcePath"] == "/*"
    assert {
        f"{each['HttpMethod']} {each['ResourcePath'][1:].replace('~1', '/')}" for each in limited
    } == wanted
    assert all(
        each["ThrottlingRateLimit"] < general["ThrottlingRateLimit"] / 10 for each in limited
    )


class TestReservedConcurrency:
    def test_nothing_is_reserved_by_default(self, prod: Template) -> None:
        assert self.reserved(evaluated(prod)) == {}

    @pytest.mark.parametrize("function", FUNCTIONS.values())
    def test_a_parameter_reserves_concurrency_for_one_function(
        self, prod: Template, function: str
    ) -> None:
        made = evaluated(prod, **{f"Reserved{function}": "7"})

        assert self.reserved(made) == {function: "7"}

    @staticmethod
    def reserved(template: Template) -> dict[str, object]:
        return {
            name: each["Properties"]["ReservedConcurrentExecutions"]
            for name, each in template["Resources"].items()
            if "ReservedConcurrentExecutions" in each.get("Properties", {})
        }
