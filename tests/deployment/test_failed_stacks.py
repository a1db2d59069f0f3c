"""`make deploy` and `make destroy` find the stack in each status that AWS has.

Fact 2 of docs/aws.md.
"""

import re

import boto3
import pytest

from infra.deployment.stack_states import REASONS, REMEDIES, Remedy
from infra.packaging.package import ROOT
from tests.deployment.commands import STACK, Operator, small_template
from tests.deployment.fake_account.aws import OWNER, REGION
from tests.deployment.fake_account.cloudformation import FakeStack
from tests.deployment.fake_account.services import FakeAccount

FAILED = ("CREATE_FAILED", "DELETE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED")


def fail_creation(operator: Operator, aws: FakeAccount) -> None:
    aws.cloudformation.failures = {"Events": "The quota of topics is used up."}
    answer = operator.deploy("--yes", "--parameter", "AlarmEmail=ops@example.test")
    assert answer.exit_code == 1
    assert "Events: The quota of topics is used up." in answer.output


def test_every_status_of_cloudformation_has_a_remedy() -> None:
    model = boto3.Session(region_name="us-east-1").client("cloudformation").meta.service_model
    statuses = model.shape_for("StackStatus").enum

    assert set(REMEDIES) == set(statuses), "add the status to REMEDIES in stack_states.py"
    asked = (Remedy.CLEAR, Remedy.FINISH_ROLLBACK, Remedy.BY_HAND)
    assert {each for each in REMEDIES if REMEDIES[each] in asked} == set(REASONS)


def test_the_page_says_what_happens_in_each_status() -> None:
    page = (ROOT / "docs" / "deploy.md").read_text()
    part = page.partition("## If a deployment fails")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([A-Z_]+_[A-Z]+)`", part))

    waited_for = {each for each in REMEDIES if REMEDIES[each] is Remedy.WAIT}
    imports = {"IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE", "DELETE_COMPLETE"}
    assert named == set(REMEDIES) - waited_for - imports


def test_a_first_deployment_in_an_empty_account_succeeds(
    operator: Operator, aws: FakeAccount
) -> None:
    aws.apigateway.role = None

    answer = operator.deploy(answers="y\n")

    assert answer.exit_code == 0, answer.output
    stack = aws.cloudformation.stacks[STACK]
    assert stack.status == "CREATE_COMPLETE"
    assert stack.parameters["AccessLogRole"] == "create"


def test_a_failed_creation_is_cleared_after_the_stage_is_typed(
    operator: Operator, aws: FakeAccount
) -> None:
    fail_creation(operator, aws)
    table = operator.table

    answer = operator.deploy(answers="prod\ny\n")

    assert answer.exit_code == 0, answer.output
    assert f"{STACK} is ROLLBACK_COMPLETE: its creation failed and was rolled back." in (
        answer.output
    )
    assert aws.cloudformation.stacks[STACK].status == "CREATE_COMPLETE"
    assert table not in aws.dynamodb.rows, "the empty table of the failed creation is removed"
    assert list(aws.secrets.deleted.values()) == [True, False]


def test_a_cleared_stack_gets_the_parameters_of_its_failed_creation(
    operator: Operator, aws: FakeAccount
) -> None:
    fail_creation(operator, aws)

    operator.deployed("--clear")

    assert aws.cloudformation.stacks[STACK].parameters["AlarmEmail"] == "ops@example.test"


def test_a_failed_creation_stays_without_the_word(operator: Operator, aws: FakeAccount) -> None:
    fail_creation(operator, aws)

    answer = operator.deploy("--yes", answers="dev\n")

    assert answer.exit_code == 1
    assert "ARGS=--clear" in answer.output
    assert "Nothing was changed." in answer.output
    assert aws.cloudformation.stacks[STACK].status == "ROLLBACK_COMPLETE"


@pytest.mark.parametrize("status", FAILED)
def test_a_failed_stack_is_cleared_and_its_table_with_rows_is_kept(
    operator: Operator, aws: FakeAccount, status: str
) -> None:
    operator.deployed("--no-protect")
    table, stack = operator.table, aws.cloudformation.stacks[STACK]
    stack.status, stack.outputs = status, {}
    aws.dynamodb.rows[table] = [{"pk": {"S": "a conversation"}}]

    answer = operator.deploy("--yes", "--clear")

    assert answer.exit_code == 0, answer.output
    assert f"{STACK} is {status}" in answer.output
    assert f"It has data: the table {table} will be kept." in answer.output
    assert table in aws.dynamodb.rows
    assert aws.cloudformation.stacks[STACK].status == "CREATE_COMPLETE"


def test_resources_that_cannot_be_deleted_do_not_keep_a_stack_from_being_cleared(
    operator: Operator, aws: FakeAccount
) -> None:
    fail_creation(operator, aws)
    aws.cloudformation.undeletable = {"ApiLog"}

    answer = operator.deploy("--yes", "--clear")

    assert answer.exit_code == 0, answer.output
    assert "CloudFormation could not delete ApiLog (AWS::Logs::LogGroup" in answer.output
    assert aws.cloudformation.stacks[STACK].status == "CREATE_COMPLETE"


def test_a_stack_that_only_has_a_change_set_is_created(
    operator: Operator, aws: FakeAccount
) -> None:
    aws.cloudformation.stacks[STACK] = FakeStack(STACK, "REVIEW_IN_PROGRESS")

    operator.deployed()

    assert aws.cloudformation.stacks[STACK].status == "CREATE_COMPLETE"


@pytest.mark.parametrize("status", ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"])
def test_deploy_waits_for_another_deployment(
    operator: Operator, aws: FakeAccount, status: str
) -> None:
    operator.deployed()
    aws.cloudformation.stacks[STACK].status = status
    operator.package(small_template("1.1.0"))

    answer = operator.deploy("--yes")

    assert answer.exit_code == 0, answer.output
    assert f"{STACK} is {status}. Waiting until it has ended" in answer.output
    assert aws.cloudformation.stacks[STACK].tags["version"] == "1.1.0"


def test_a_failed_rollback_is_finished_after_the_word(operator: Operator, aws: FakeAccount) -> None:
    operator.deployed()
    aws.cloudformation.stacks[STACK].status = "UPDATE_ROLLBACK_FAILED"
    operator.package(small_template("1.1.0"))

    answer = operator.deploy("--yes", answers="prod\n")

    assert answer.exit_code == 0, answer.output
    assert "an update failed, and so did the rollback" in answer.output
    assert aws.cloudformation.stacks[STACK].status == "UPDATE_COMPLETE"


def test_a_rollback_that_fails_again_names_the_resources_and_the_way_out(
    operator: Operator, aws: FakeAccount
) -> None:
    operator.deployed()
    aws.cloudformation.stacks[STACK].status = "UPDATE_ROLLBACK_FAILED"
    aws.cloudformation.rollback_fails = True

    answer = operator.deploy("--yes", "--clear")

    assert answer.exit_code == 1
    assert "Stuck: It is in use." in answer.output
    assert "--resources-to-skip" in answer.output


@pytest.mark.parametrize("status", ["UPDATE_FAILED", "IMPORT_ROLLBACK_FAILED"])
def test_a_status_that_only_a_person_can_mend_is_refused_with_the_command(
    operator: Operator, aws: FakeAccount, status: str
) -> None:
    operator.deployed()
    aws.cloudformation.stacks[STACK].status = status

    answer = operator.deploy("--yes", "--clear")

    assert answer.exit_code == 1
    assert f"aws cloudformation rollback-stack --stack-name {STACK}" in answer.output


def test_an_update_that_failed_can_be_deployed_again(operator: Operator, aws: FakeAccount) -> None:
    operator.deployed()
    operator.package(small_template("1.1.0"))
    aws.cloudformation.failures = {"Api": "The role is missing."}
    failed = operator.deploy("--yes")

    again = operator.deploy("--yes")

    assert failed.exit_code == 1
    assert "Api: The role is missing." in failed.output
    assert again.exit_code == 0, again.output


def test_a_no_leaves_no_stack_and_no_change_set(operator: Operator, aws: FakeAccount) -> None:
    answers = [operator.deploy(answers="n\n"), operator.deploy(answers="")]

    assert [answer.exit_code for answer in answers] == [1, 1]
    assert aws.cloudformation.stacks == {}
    assert aws.operations("cloudformation").count("DeleteChangeSet") == 2


def test_a_table_that_an_earlier_stack_has_left_is_mentioned(
    operator: Operator, aws: FakeAccount
) -> None:
    operator.deployed("--no-protect")
    table = operator.table
    aws.dynamodb.rows[table] = [{"pk": {"S": "a conversation"}}]
    operator.destroy("--confirm", "prod")

    answer = operator.deploy("--yes")

    assert answer.exit_code == 0, answer.output
    assert f"An earlier stack of this stage has left the table {table}" in answer.output
    assert f"There is data in the table {table}." in answer.output
    stream = f"arn:aws:dynamodb:{REGION}:{OWNER}:table/{table}/stream/1"
    adopt = f"--parameter ExistingTable={table} --parameter ExistingStream={stream}"
    assert f"ARGS='{adopt}'" in answer.output
    operator.destroy("--confirm", "prod", "--unprotect")
    adopted = operator.deploy("--yes", *adopt.split())
    assert "instead of an empty one" in answer.output
    assert adopted.exit_code == 0, adopted.output
    assert f"left the table {table}" not in adopted.output
