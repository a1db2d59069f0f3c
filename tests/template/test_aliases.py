"""Facts 7 and 19 of docs/aws.md: every caller names the alias, and each change of a function
publishes a version, each change of a route is deployed."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from samtranslator.model.preferences.deployment_preference_collection import (
    CODEDEPLOY_PREDEFINED_CONFIGURATIONS_LIST,
)

from chalicelib.entrypoints.http.route import REST_FUNCTION
from infra.template.alarms import MINUTE
from infra.template.chalice_template import FUNCTION, SETTINGS_DIGEST, adapt
from infra.template.names import FUNCTIONS
from infra.template.rollout import ALIAS, AT_ONCE, CANARY, GRADUAL
from tests.template.expansion import (
    Evaluation,
    Template,
    evaluated,
    expanded,
    packaged_template,
)

CALLERS = {
    "AWS::ApiGateway::RestApi": "the REST API",
    "AWS::ApiGatewayV2::Integration": "the WebSocket API",
    "AWS::Events::Rule": "the schedule",
    "AWS::Lambda::EventSourceMapping": "the stream and the queue",
    "AWS::Lambda::Permission": "permissions",
}
"""The resources that call a function, or permit it."""
ALIASES = {f"{name}Alias{ALIAS}" for name in FUNCTIONS.values()}


def targets(template: Template) -> Iterator[tuple[str, str]]:
    """Each caller and the logical names in it that are functions or aliases."""
    for name, resource in template["Resources"].items():
        if resource["Type"] in CALLERS:
            text = json.dumps(resource["Properties"])
            for target in re.findall(r'"(?:Ref|Fn::GetAtt)": \[?"(\w+)|\$\{(\w+)', text):
                found = "".join(target)
                if found in ALIASES | set(FUNCTIONS.values()):
                    yield name, found


def versions(template: Template) -> dict[str, str]:
    """The logical name of each function's version."""
    return {
        each["Properties"]["FunctionName"]["Ref"]: name
        for name, each in template["Resources"].items()
        if each["Type"] == "AWS::Lambda::Version"
    }


@pytest.fixture(scope="module")
def prod() -> Template:
    return packaged_template("prod")


def test_every_caller_names_the_alias(prod: Template) -> None:
    whole = expanded(prod, {})
    called = list(targets(whole))

    assert [target for target in called if target[1] not in ALIASES] == []
    kinds = {whole["Resources"][name]["Type"] for name, _ in called}
    assert kinds == set(CALLERS)
    assert {target for _, target in called} == ALIASES


def test_the_check_finds_a_caller_that_names_the_function(prod: Template) -> None:
    wrong = expanded(prod, {})
    wrong["Resources"]["APIHandlerInvokePermission"]["Properties"]["FunctionName"] = {
        "Ref": "APIHandler"
    }

    assert ("APIHandlerInvokePermission", "APIHandler") in list(targets(wrong))


def test_no_integration_is_left_without_a_function(prod: Template) -> None:
    (rest,) = (
        each["Properties"]["Body"]
        for each in expanded(prod, {})["Resources"].values()
        if each["Type"] == "AWS::ApiGateway::RestApi"
    )

    for path, methods in rest["paths"].items():
        for method, operation in methods.items():
            text, given = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
            assert text.endswith("functions/${Alias}/invocations"), (path, method)
            assert given["Alias"]["Ref"] in ALIASES, (path, method)


def test_new_code_publishes_a_version_of_every_function(prod: Template) -> None:
    before, after = (
        versions(expanded(prod, {})),
        versions(expanded(packaged_template("prod", "other.zip"), {})),
    )

    assert set(before) == set(FUNCTIONS.values())
    assert not set(before.values()) & set(after.values())
    assert versions(expanded(packaged_template("prod"), {})) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Shards", 4),
        ("FilledShards", 2),
        ("SecretVersion", "0f2c"),
        ("SnapStart", "PublishedVersions"),
    ],
)
def test_a_changed_parameter_publishes_a_version(prod: Template, name: str, value: object) -> None:
    """SAM looks only at the names of the parameters in an environment, so that a rotated secret
    would never reach the alias."""
    assert_versions_follow(prod, {name: value})


def assert_versions_follow(template: Template, parameters: dict[str, Any]) -> None:
    """A function has a new version if and only if its code or settings differ."""
    before, after = evaluated(template), evaluated(template, **parameters)
    old, new = versions(before), versions(after)
    for function in FUNCTIONS.values():
        kept, changed = (
            {
                name: value
                for name, value in each["Resources"][function]["Properties"].items()
                if name not in ("Tags", "ReservedConcurrentExecutions")
            }
            for each in (before, after)
        )
        assert (old[function] != new[function]) == (kept != changed), function
    assert old != new


def test_parameters_that_change_no_function_publish_nothing(prod: Template) -> None:
    before = versions(expanded(prod, {}))
    others = {"AlarmEmail": "you@example.com", "Rollout": AT_ONCE, "GateInstances": 3}

    assert versions(expanded(prod, others)) == before


def chalice_function(**properties: object) -> Template:
    function = {"Environment": {"Variables": {}}, "Timeout": 29, **properties}
    return {"Resources": {"OnChange": {"Type": FUNCTION, "Properties": function}}}


def digest(template: Template) -> str:
    adapt(template, "package.zip")
    variables = template["Resources"]["OnChange"]["Properties"]["Environment"]["Variables"]
    found: str = variables[SETTINGS_DIGEST]
    return found


def test_a_changed_setting_changes_the_environment_and_with_it_the_version() -> None:
    unchanged = digest(chalice_function())

    assert digest(chalice_function(Timeout=30)) != unchanged
    assert digest(chalice_function(Tags={"team": "desk"})) == unchanged
    assert digest(chalice_function(ReservedConcurrentExecutions=5)) == unchanged


def deployments(template: Template, kind: str) -> set[str]:
    resources = template["Resources"].items()
    return {name for name, each in resources if each["Type"] == f"AWS::{kind}::Deployment"}


def test_a_changed_rest_route_is_deployed(prod: Template) -> None:
    changed = packaged_template("prod")
    del changed["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]["/healthz"]

    before, after = (deployments(expanded(each, {}), "ApiGateway") for each in (prod, changed))

    assert before
    assert not before & after


def sockets(route: str) -> Template:
    stage = {"DeploymentId": {"Ref": "Sockets"}}
    return {
        "Resources": {
            "Route": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"RouteKey": route}},
            "Sockets": {"Type": "AWS::ApiGatewayV2::Deployment", "DependsOn": ["Route"]},
            "Stage": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": stage},
        }
    }


def test_a_changed_socket_route_is_deployed() -> None:
    """Chalice gives the deployment a fixed name, so CloudFormation would keep the old routes."""
    same, first, second = sockets("$default"), sockets("$default"), sockets("typing")
    for each in (same, first, second):
        adapt(each, "package.zip")

    before, after = (deployments(each, "ApiGatewayV2") for each in (first, second))
    assert not before & after
    assert deployments(same, "ApiGatewayV2") == before
    (name,) = after
    assert second["Resources"]["Stage"]["Properties"]["DeploymentId"] == {"Ref": name}


class TestRollout:
    def test_production_moves_to_a_new_version_in_steps_and_back_on_an_alarm(
        self, prod: Template
    ) -> None:
        resources = evaluated(prod)["Resources"]

        for function in FUNCTIONS.values():
            policy = resources[f"{function}Alias{ALIAS}"]["UpdatePolicy"]
            group = policy["CodeDeployLambdaAliasUpdate"]["DeploymentGroupName"]["Ref"]
            properties = resources[group]["Properties"]
            alarms = [each["Name"]["Ref"] for each in properties["AlarmConfiguration"]["Alarms"]]
            assert {resources[alarm]["Type"] for alarm in alarms} == {"AWS::CloudWatch::Alarm"}
            assert "DEPLOYMENT_STOP_ON_ALARM" in properties["AutoRollbackConfiguration"]["Events"]
            assert CANARY in json.dumps(properties["DeploymentConfigName"])

    def test_without_full_watching_the_remaining_alarms_stop_a_rollout(
        self, prod: Template
    ) -> None:
        resources = evaluated(prod, Watching="basic")["Resources"]
        groups = [
            each["Properties"]
            for each in resources.values()
            if each["Type"] == "AWS::CodeDeploy::DeploymentGroup"
        ]

        assert len(groups) == len(FUNCTIONS)
        for group in groups:
            alarms = group["AlarmConfiguration"]["Alarms"]
            assert alarms
            assert {each["Name"]["Ref"] for each in alarms} <= resources.keys()

    def test_the_canary_lasts_longer_than_the_alarms_that_stop_it(self, prod: Template) -> None:
        resources = expanded(prod, {})["Resources"]
        shortest = min(
            int(number) * (9 if name.startswith("Linear") else 1) * MINUTE
            for name in GRADUAL
            for number in re.findall(r"(\d+)Minutes?$", name)
        )

        assert resources["FunctionErrorsApiHandlerAlarm"]["Properties"]["Period"] < shortest

    def test_other_stages_move_at_once_without_codedeploy(self) -> None:
        kinds = {
            each["Type"] for each in expanded(packaged_template("dev"), {})["Resources"].values()
        }

        assert not any(kind.startswith("AWS::CodeDeploy") for kind in kinds)

    def test_each_rollout_is_one_that_codedeploy_knows(self) -> None:
        assert {AT_ONCE, *GRADUAL} <= set(CODEDEPLOY_PREDEFINED_CONFIGURATIONS_LIST)

    def test_only_the_rest_function_has_provisioned_instances(self, prod: Template) -> None:
        resources = evaluated(prod, GateInstances=3)["Resources"]
        found = {
            name: each["Properties"].get("ProvisionedConcurrencyConfig")
            for name, each in resources.items()
            if each["Type"] == "AWS::Lambda::Alias"
        }

        wanted = {"ProvisionedConcurrentExecutions": 3}
        assert {name: each for name, each in found.items() if each} == {
            f"{FUNCTIONS[REST_FUNCTION]}Alias{ALIAS}": wanted
        }
        assert "ProvisionedConcurrencyConfig" not in json.dumps(evaluated(prod)["Resources"])

    @pytest.mark.parametrize(
        ("parameters", "is_accepted"),
        [
            ({"SnapStart": "PublishedVersions"}, True),
            ({"GateInstances": 1}, True),
            ({"SnapStart": "PublishedVersions", "GateInstances": 1}, False),
            ({"Watching": "off"}, False),
            ({"Watching": "off", "Rollout": AT_ONCE}, True),
        ],
    )
    def test_parameters_that_exclude_each_other_are_refused(
        self, prod: Template, parameters: dict[str, object], is_accepted: bool
    ) -> None:
        evaluation = Evaluation(prod, parameters)
        refused = [
            assertion["AssertDescription"]
            for rule in prod["Rules"].values()
            if evaluation.value(rule["RuleCondition"])
            for assertion in rule["Assertions"]
            if not evaluation.value(assertion["Assert"])
        ]

        assert (refused == []) == is_accepted
