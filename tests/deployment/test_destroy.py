"""`make destroy` in the states in which a stack has no outputs, or does not exist."""

from datetime import UTC, datetime

import pytest

from tests.deployment.commands import STACK, Operator
from tests.deployment.fake_account.cloudformation import FakeStack
from tests.deployment.fake_account.services import FakeAccount

FAILED = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")


@pytest.mark.parametrize("status", [*FAILED, "UPDATE_ROLLBACK_FAILED"])
def test_a_failed_stack_without_outputs_is_deleted(
    operator: Operator, aws: FakeAccount, status: str
) -> None:
    operator.deployed("--no-protect")
    table, stack = operator.table, aws.cloudformation.stacks[STACK]
    stack.status, stack.outputs = status, {}

    answer = operator.destroy(answers="prod\n")

    assert answer.exit_code == 0, answer.output
    assert aws.cloudformation.stacks == {}
    assert f"Kept: the table {table}, the bucket" in answer.output
    assert table in aws.dynamodb.rows


def test_a_stack_that_only_has_a_change_set_is_deleted(
    operator: Operator, aws: FakeAccount
) -> None:
    aws.cloudformation.stacks[STACK] = FakeStack(STACK, "REVIEW_IN_PROGRESS")

    answer = operator.destroy(answers="prod\n")

    assert answer.exit_code == 0, answer.output
    assert aws.cloudformation.stacks == {}


def test_destroy_waits_for_a_deployment_that_runs(operator: Operator, aws: FakeAccount) -> None:
    operator.deployed("--no-protect")
    aws.cloudformation.stacks[STACK].status = "UPDATE_IN_PROGRESS"

    answer = operator.destroy("--confirm", "prod")

    assert answer.exit_code == 0, answer.output
    assert "Waiting until it has ended" in answer.output
    assert aws.cloudformation.stacks == {}


def test_a_resource_that_cannot_be_deleted_is_named(operator: Operator, aws: FakeAccount) -> None:
    operator.deployed("--no-protect")
    aws.cloudformation.undeletable = {"Events"}

    answer = operator.destroy("--confirm", "prod")

    assert answer.exit_code == 0, answer.output
    assert "CloudFormation could not delete Events (AWS::SNS::Topic" in answer.output
    assert aws.cloudformation.stacks == {}


def test_a_protected_stack_is_deleted_only_on_request(operator: Operator, aws: FakeAccount) -> None:
    operator.deployed()

    refused = operator.destroy("--confirm", "prod")
    done = operator.destroy("--confirm", "prod", "--unprotect")

    assert refused.exit_code == 1
    assert "make destroy STAGE=prod ARGS=--unprotect" in refused.output
    assert done.exit_code == 0, done.output
    assert aws.cloudformation.stacks == {}


def test_the_data_that_an_earlier_stack_has_left_can_be_deleted(
    operator: Operator, aws: FakeAccount
) -> None:
    operator.deployed("--no-protect")
    table = operator.table
    aws.dynamodb.rows[table] = [{"pk": {"S": "a conversation"}}]
    operator.destroy("--confirm", "prod")

    said = operator.destroy()
    wrong = operator.destroy("--with-data", answers="prod\nanother\n")
    right = operator.destroy("--with-data", answers=f"prod\n{table}\n")

    assert f"Kept: the table {table}" in said.output
    assert wrong.exit_code == 1
    assert right.exit_code == 0, right.output
    assert table not in aws.dynamodb.rows


def test_with_data_deletes_the_table_and_the_secret(operator: Operator, aws: FakeAccount) -> None:
    operator.deployed("--no-protect")

    answer = operator.destroy("--with-data", "--confirm", "prod")

    assert answer.exit_code == 0, answer.output
    assert aws.dynamodb.rows == {}
    assert set(aws.secrets.deleted.values()) == {True}
    assert "Deleted: the table" in answer.output


def test_with_data_empties_the_bucket_of_files_and_deletes_it(
    operator: Operator, aws: FakeAccount
) -> None:
    operator.deployed("--no-protect")
    bucket = operator.files
    for place in ((bucket, "kept/a"), (bucket, "new/b")):
        aws.s3.files[place], aws.s3.uploaded[place] = b"a file", datetime.now(UTC)

    refused = operator.destroy("--with-data", "--confirm", "prod", answers="\n")
    done = operator.destroy("--with-data", "--confirm", "prod", "--lose", bucket)

    assert refused.exit_code == 1
    assert f"the bucket {bucket} has files. Type {bucket} to confirm" in refused.output
    assert done.exit_code == 0, done.output
    assert bucket not in aws.s3.owners


def test_a_file_that_s3_refuses_to_delete_ends_the_command_with_its_name(
    operator: Operator, aws: FakeAccount
) -> None:
    operator.deployed("--no-protect")
    bucket = operator.files
    for key in ("kept/a", "kept/b"):
        aws.s3.files[bucket, key], aws.s3.uploaded[bucket, key] = b"a file", datetime.now(UTC)
    aws.s3.undeletable = {"kept/b"}

    answer = operator.destroy("--with-data", "--confirm", "prod", "--lose", bucket)

    assert answer.exit_code == 1
    assert f"refuses to delete the file kept/b of the bucket {bucket}: AccessDenied" in (
        answer.output
    )
    assert [key for place, key in aws.s3.files if place == bucket] == ["kept/b"]


def test_destroy_without_a_stack_does_nothing(operator: Operator) -> None:
    answer = operator.destroy()

    assert answer.exit_code == 0
    assert "Nothing to do." in answer.output


@pytest.mark.parametrize(
    ("options", "answers"),
    [
        ((), "\n"),
        ((), "dev\n"),
        (("--with-data", "--confirm", "prod"), "\n"),
        (("--with-data", "--confirm", "prod"), "prod\n"),
        (("--with-data", "--confirm", "prod", "--lose", "another"), ""),
    ],
)
def test_nothing_is_deleted_unless_the_names_are_typed(
    operator: Operator, aws: FakeAccount, options: tuple[str, ...], answers: str
) -> None:
    operator.deployed("--no-protect")
    aws.dynamodb.rows[operator.table] = [{"pk": {"S": "a conversation"}}]

    answer = operator.destroy(*options, answers=answers)

    assert answer.exit_code == 1
    assert "Nothing was deleted." in answer.output
    assert operator.table in aws.dynamodb.rows
