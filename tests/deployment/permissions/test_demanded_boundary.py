"""`make deploy` says if the account demands a permissions boundary, and how to give it."""

import pytest

from infra.permissions.boundary import hint
from tests.deployment.commands import STACK, Operator
from tests.deployment.fake_account.aws import OWNER
from tests.deployment.fake_account.services import FakeAccount

BOUNDARY = f"arn:aws:iam::{OWNER}:policy/bounds"
HOW = "ARGS='--parameter PermissionsBoundary=ARN'"
GIVEN = ("--parameter", f"PermissionsBoundary={BOUNDARY}")
SESSION = f"arn:aws:sts::{OWNER}:assumed-role/platform/dana"


@pytest.mark.parametrize("caller", [f"arn:aws:iam::{OWNER}:user/dana", SESSION])
def test_a_demanded_boundary_is_named_before_the_deployment(
    operator: Operator, aws: FakeAccount, caller: str
) -> None:
    aws.sts.caller = caller
    aws.iam.roles.add("platform")
    aws.iam.demanded = aws.iam.own = BOUNDARY

    said = " ".join(operator.deploy("--yes").output.split())

    assert "demands a permissions boundary on each new role" in said
    assert HOW in said
    assert (f"Your own role has the boundary {BOUNDARY}" in said) is (caller == SESSION)


def test_the_demanded_boundary_satisfies(operator: Operator, aws: FakeAccount) -> None:
    aws.iam.policies, aws.iam.demanded = {BOUNDARY}, BOUNDARY

    answer = operator.deploy("--yes", *GIVEN)

    assert answer.exit_code == 0
    assert "boundary" not in answer.output
    assert aws.cloudformation.stacks[STACK].parameters["PermissionsBoundary"] == BOUNDARY


def test_another_boundary_than_the_demanded_one_is_a_warning(
    operator: Operator, aws: FakeAccount
) -> None:
    aws.iam.policies, aws.iam.demanded = {BOUNDARY}, f"{BOUNDARY}-2"

    said = " ".join(operator.deploy("--yes", *GIVEN).output.split())

    assert f"your role may not create roles with the boundary {BOUNDARY}" in said


def test_a_boundary_that_does_not_exist_stops_the_deployment(
    operator: Operator, aws: FakeAccount
) -> None:
    answer = operator.deploy("--yes", *GIVEN)

    assert answer.exit_code == 1
    assert f"names {BOUNDARY}, which does not exist" in " ".join(answer.output.split())
    assert aws.cloudformation.stacks == {}


def test_an_account_without_demands_is_silent(operator: Operator) -> None:
    assert "boundary" not in operator.deploy("--yes").output


REFUSAL = (
    'Resource handler returned message: "User: arn:aws:sts::1:assumed-role/ci/x is not '
    "authorized to perform: iam:CreateRole on resource: arn:aws:iam::1:role/baton-x with an "
    'explicit deny in a service control policy (Service: Iam, Status Code: 403)"'
)


def test_a_refused_role_ends_with_the_advice(operator: Operator, aws: FakeAccount) -> None:
    """A service control policy with conditions is not simulated."""
    aws.cloudformation.failures = {"Api": REFUSAL}

    answer = operator.deploy("--yes")

    assert answer.exit_code == 1
    assert HOW in answer.output


@pytest.mark.parametrize(
    "reason", ["The quota of topics is used up.", "not authorized to perform: sns:CreateTopic"]
)
def test_other_failures_have_no_such_advice(reason: str) -> None:
    assert hint([reason]) is None
