"""A stage that adopts a restored table, as docs/operations.md describes it."""

import pytest

from infra.template.rollout import AT_ONCE, CANARY
from tests.deployment.commands import STACK, Operator, small_template
from tests.deployment.fake_account.aws import OWNER, REGION
from tests.deployment.fake_account.services import FakeAccount

RESTORED = "baton-prod-restored-1"
STREAM = f"arn:aws:dynamodb:{REGION}:{OWNER}:table/{RESTORED}/stream/1"
ADOPT = (
    *("--parameter", f"ExistingTable={RESTORED}"),
    *("--parameter", f"ExistingStream={STREAM}"),
)
FILES = "baton-prod-files-kept"


@pytest.fixture
def operator(operator: Operator, aws: FakeAccount) -> Operator:
    aws.dynamodb.rows[RESTORED] = []
    aws.s3.owners[FILES] = OWNER
    aws.s3.of_stacks.add(FILES)
    operator.deployed()
    return operator


def rollout_of(aws: FakeAccount) -> str:
    return aws.cloudformation.stacks[STACK].parameters["Rollout"]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (ADOPT, "ExistingTable"),
        (("--parameter", f"ExistingFiles={FILES}"), "ExistingFiles"),
        ((*ADOPT, "--parameter", f"Rollout={CANARY}"), "ExistingTable"),
    ],
)
def test_new_data_moves_all_calls_at_once_and_the_next_deployment_is_gradual_again(
    operator: Operator, aws: FakeAccount, given: tuple[str, ...], named: str
) -> None:
    """The roles permit only the new data, so the old functions of a canary would fail."""
    answer = operator.deploy("--yes", "--lose", "Table", *given)
    adopting = rollout_of(aws)
    operator.package(small_template("1.1.0"))
    operator.deployed()

    assert answer.exit_code == 0, answer.output
    assert f"{named} changes, and the old functions may not use the new data" in answer.output
    assert (adopting, rollout_of(aws)) == (AT_ONCE, CANARY)


def test_a_deployment_that_names_the_present_table_again_stays_gradual(
    operator: Operator, aws: FakeAccount
) -> None:
    operator.deployed("--lose", "Table", *ADOPT)
    operator.package(small_template("1.1.0"))

    operator.deployed(*ADOPT)

    assert rollout_of(aws) == CANARY


def test_a_stage_without_a_canary_says_nothing_about_it(
    operator: Operator, aws: FakeAccount
) -> None:
    operator.deployed("--parameter", f"Rollout={AT_ONCE}")

    answer = operator.deploy("--yes", "--lose", "Table", *ADOPT)

    assert "all calls move at once" not in answer.output
    operator.package(small_template("1.1.0"))
    operator.deployed()
    assert rollout_of(aws) == AT_ONCE


def test_a_new_stack_that_adopts_a_table_keeps_its_rollout(
    aws: FakeAccount, operator: Operator
) -> None:
    operator.destroy("--unprotect", "--confirm", "prod")

    operator.deployed(*ADOPT)

    assert rollout_of(aws) == CANARY
