"""The parameter PermissionsBoundary bounds each role of the stack."""

import json
import re
from typing import Any

import pytest

from infra.template.policies import BOUNDARY, BOUNDARY_ARN, ROLE
from infra.template.rollout import MOVER
from tests.support.stack import ROOT
from tests.template.expansion import evaluated, packaged_template

ARN = "arn:aws:iam::123456789012:policy/platform/bounds"
EVERYTHING = {
    "AccessLogRole": "create",
    "ConsoleCache": "yes",
    "DataKey": "arn:aws:kms:eu-west-1:123456789012:key/1",
    "MailSender": "desk@example.com",
    "SecretsKey": "arn:aws:kms:eu-west-1:123456789012:key/2",
}
"""The parameters with which the stack has most roles and most rights."""


def roles(**parameters: str) -> dict[str, Any]:
    made = evaluated(packaged_template("prod"), **parameters)["Resources"]
    return {name: each["Properties"] for name, each in made.items() if each["Type"] == ROLE}


@pytest.mark.parametrize("rollout", ["AllAtOnce", "Canary10Percent10Minutes"])
def test_each_role_has_the_boundary(rollout: str) -> None:
    """Also those that SAM would make by itself, for CodeDeploy."""
    found = roles(**EVERYTHING, Rollout=rollout, PermissionsBoundary=ARN)

    assert {name: each.get(BOUNDARY) for name, each in found.items()} == dict.fromkeys(found, ARN)
    assert (MOVER in found) is (rollout != "AllAtOnce")


def test_without_the_parameter_no_role_has_a_boundary() -> None:
    assert [name for name, each in roles(**EVERYTHING).items() if BOUNDARY in each] == []


@pytest.mark.parametrize("arn", ["", ARN, "arn:aws-cn:iam::aws:policy/PowerUserAccess"])
def test_a_boundary_is_the_arn_of_a_managed_policy(arn: str) -> None:
    assert re.match(BOUNDARY_ARN, arn)


@pytest.mark.parametrize("arn", ["bounds", ARN.replace("policy", "role"), ARN.replace("2", "x")])
def test_other_names_are_refused_before_anything_is_created(arn: str) -> None:
    assert not re.match(BOUNDARY_ARN, arn)


def test_the_page_names_all_services_that_a_boundary_must_permit() -> None:
    page = (ROOT / "docs" / "deploy.md").read_text()
    (sentence,) = re.findall(r"The functions use (.*?)\.", page, re.DOTALL)
    found = roles(**EVERYTHING, Rollout="AllAtOnce")
    used = set(re.findall(r'"([a-z0-9-]+):[A-Z]\w+"', json.dumps(found))) - {"sts"}

    assert set(re.findall(r"`([\w-]+)`", sentence)) == used
