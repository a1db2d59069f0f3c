"""`make rollback` goes back to what was deployed before."""

import re
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from click.testing import Result

from infra.deployment.deploy import minutes_for
from infra.template.rollout import AT_ONCE, ROLLOUT
from tests.deployment.commands import STACK, Operator, small_template
from tests.deployment.fake_account.aws import OWNER, REGION
from tests.deployment.fake_account.services import FakeAccount
from tests.template.expansion import packaged_template


def release(operator: Operator, version: str, **more: Any) -> None:
    operator.package(small_template(version, **more), version.encode())
    operator.deployed()


def version_of(aws: FakeAccount) -> str:
    return aws.cloudformation.stacks[STACK].tags["version"]


def code_of(aws: FakeAccount) -> bytes:
    """The code that the stack's function has."""
    function = aws.cloudformation.stacks[STACK].template["Resources"]["Api"]["Properties"]
    place = function["CodeUri"]
    return aws.s3.files[place["Bucket"], place["Key"]["Fn::Select"][1][0]]


def gone_back(answer: Result) -> Result:
    assert answer.exit_code == 0, answer.output
    return answer


def test_rollback_deploys_the_package_and_template_before(
    operator: Operator, aws: FakeAccount
) -> None:
    release(operator, "1.0.0")
    release(operator, "1.1.0")

    answer = gone_back(operator.rollback(answers="y\n"))

    assert "Planned changes" in answer.output
    assert (version_of(aws), code_of(aws)) == ("1.0.0", b"1.0.0")


def test_a_second_rollback_goes_one_further_back(operator: Operator, aws: FakeAccount) -> None:
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        release(operator, version)

    gone_back(operator.rollback("--yes"))
    first = version_of(aws)
    gone_back(operator.rollback("--yes"))

    assert (first, version_of(aws)) == ("1.1.0", "1.0.0")


def test_a_deployment_after_a_rollback_goes_on_from_there(
    operator: Operator, aws: FakeAccount
) -> None:
    release(operator, "1.0.0")
    release(operator, "1.1.0")
    gone_back(operator.rollback("--yes"))
    release(operator, "1.2.0")

    gone_back(operator.rollback("--yes"))

    assert version_of(aws) == "1.1.0"


def test_the_list_names_the_commit_of_each_deployment(operator: Operator) -> None:
    for commit in ("0de5720", "0de5720-dirty"):
        made = small_template("1.0.0")
        made["Metadata"]["Baton"]["Commit"] = commit
        operator.package(made, commit.encode())
        operator.deployed()

    newest_first = [version for version, _ in versions_listed(operator)]
    assert newest_first == ["1.0.0 (0de5720-dirty)", "1.0.0 (0de5720)"]


INTERRUPTIONS = (
    KeyboardInterrupt(),
    EndpointConnectionError(endpoint_url="https://cloudformation.example"),
)


@pytest.fixture(params=INTERRUPTIONS, ids=lambda each: type(each).__name__)
def interrupted(request: pytest.FixtureRequest, operator: Operator, aws: FakeAccount) -> None:
    """The command has ended while CloudFormation deploys release 1.2.0, and the one before that is
    1.1.0."""
    for version in ("1.0.0", "1.1.0"):
        release(operator, version)
    operator.package(small_template("1.2.0"), b"1.2.0")
    aws.cloudformation.interruption = request.param
    assert operator.deploy("--yes").exit_code == 1


@pytest.mark.usefixtures("interrupted")
def test_rollback_after_an_interrupted_deployment_goes_to_the_release_before(
    operator: Operator, aws: FakeAccount
) -> None:
    gone_back(operator.rollback("--yes"))

    assert version_of(aws) == "1.1.0"


@pytest.mark.usefixtures("interrupted")
def test_a_deployment_that_was_interrupted_is_recorded_by_the_next_run(
    operator: Operator, aws: FakeAccount
) -> None:
    again = operator.deploy("--yes")
    listed = versions_listed(operator)
    gone_back(operator.rollback("--yes"))

    assert "Nothing to do." in again.output
    assert listed == [("1.2.0", "current"), ("1.1.0", ""), ("1.0.0", "")]
    assert version_of(aws) == "1.1.0"


@pytest.mark.usefixtures("interrupted")
def test_the_list_names_an_interrupted_deployment_as_the_current_one_and_writes_nothing(
    operator: Operator, aws: FakeAccount
) -> None:
    aws.cloudformation.stacks[STACK].status = "UPDATE_COMPLETE"
    before = dict(aws.s3.files)

    assert versions_listed(operator)[0] == ("1.2.0", "current")
    assert aws.s3.files == before


def test_an_interrupted_deployment_that_cloudformation_has_rolled_back_is_not_recorded(
    operator: Operator, aws: FakeAccount
) -> None:
    for version in ("1.0.0", "1.1.0"):
        release(operator, version)
    operator.package(small_template("1.2.0"), b"1.2.0")
    aws.cloudformation.interruption = KeyboardInterrupt()
    aws.cloudformation.failures = {"Api": "The role is missing."}
    operator.deploy("--yes")

    gone_back(operator.rollback("--yes"))

    assert version_of(aws) == "1.0.0"
    assert "1.2.0" not in dict(versions_listed(operator))


def test_the_deployment_after_an_interrupted_rollback_gives_the_rollout_back(
    operator: Operator, aws: FakeAccount
) -> None:
    release(operator, "1.0.0")
    release(operator, "1.1.0")
    aws.cloudformation.interruption = KeyboardInterrupt()
    operator.rollback("--yes")
    at_once = rollout_of(aws)

    release(operator, "1.2.0")

    assert (at_once, rollout_of(aws)) == ("AllAtOnce", "Canary10Percent10Minutes")


def test_rollback_of_a_package_that_is_not_recorded_goes_to_the_last_one_that_is(
    operator: Operator, aws: FakeAccount
) -> None:
    """Somebody has deployed without these commands, or with another bucket."""
    release(operator, "1.0.0")
    release(operator, "1.1.0")
    aws.s3.files = {
        place: content
        for place, content in aws.s3.files.items()
        if "/" not in place[1] or b'"1.1.0"' not in content
    }

    answer = gone_back(operator.rollback("--yes"))

    assert f"{STACK} runs a package that is not recorded" in answer.output
    assert version_of(aws) == "1.0.0"


def versions_listed(operator: Operator) -> list[tuple[str, str]]:
    """The version and the note in each row of the list, the newest first."""
    listed = operator.rollback("--list")
    assert listed.exit_code == 0, listed.output
    rows = [[cell.strip() for cell in line.split("│")] for line in listed.output.splitlines()]
    return [(row[2], row[-2]) for row in rows if len(row) > 3]


def test_rollback_keeps_the_parameters(operator: Operator, aws: FakeAccount) -> None:
    release(operator, "1.0.0")
    operator.package(small_template("1.1.0"))
    operator.deployed("--parameter", "AlarmEmail=ops@example.test")

    gone_back(operator.rollback("--yes"))

    assert aws.cloudformation.stacks[STACK].parameters["AlarmEmail"] == "ops@example.test"


def rollout_of(aws: FakeAccount) -> str:
    return aws.cloudformation.stacks[STACK].parameters["Rollout"]


def test_rollback_moves_all_calls_at_once_and_the_next_deployment_step_by_step_again(
    operator: Operator, aws: FakeAccount
) -> None:
    """CodeDeploy would refuse while the alarm is raised that was the reason to roll back."""
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        release(operator, version)
    values = [rollout_of(aws)]

    for _ in range(2):
        gone_back(operator.rollback("--yes"))
        values.append(rollout_of(aws))
    release(operator, "1.3.0")
    values.append(rollout_of(aws))

    canary, at_once = "Canary10Percent10Minutes", "AllAtOnce"
    assert values == [canary, at_once, at_once, canary]


def test_a_gradual_rollback_keeps_the_rollout(operator: Operator, aws: FakeAccount) -> None:
    release(operator, "1.0.0")
    release(operator, "1.1.0")

    gone_back(operator.rollback("--yes", "--gradual"))

    assert rollout_of(aws) == "Canary10Percent10Minutes"


def test_a_value_that_is_given_after_a_rollback_counts(
    operator: Operator, aws: FakeAccount
) -> None:
    release(operator, "1.0.0")
    release(operator, "1.1.0")
    gone_back(operator.rollback("--yes"))
    operator.package(small_template("1.2.0"))

    operator.deployed("--parameter", "Rollout=AllAtOnce")

    assert rollout_of(aws) == "AllAtOnce"


def test_the_template_has_the_parameter_that_a_rollback_changes() -> None:
    assert AT_ONCE in packaged_template("prod")["Parameters"][ROLLOUT]["AllowedValues"]


def test_a_deployment_waits_longer_than_its_rollout() -> None:
    """The names of CodeDeploy say how long a rollout takes."""
    template = packaged_template("prod")
    for rollout in template["Parameters"][ROLLOUT]["AllowedValues"]:
        minutes = sum(map(int, re.findall(r"[0-9]+(?=Minute)", rollout)))
        shifts = 9 if rollout.startswith("Linear") else 1

        assert minutes_for(template, {ROLLOUT: rollout}) == 60 + shifts * minutes

    assert minutes_for(template, {}) == 70


def test_rollback_removes_no_data_without_the_word(operator: Operator, aws: FakeAccount) -> None:
    release(operator, "1.0.0")
    release(operator, "1.1.0", News={"Type": "AWS::SQS::Queue", "Properties": {}})

    answer = operator.rollback("--yes", answers="\n")

    assert answer.exit_code == 1
    assert "News would be replaced or removed" in answer.output
    assert version_of(aws) == "1.1.0"


def first_deployment(operator: Operator, version: str) -> str:
    """The id of the oldest listed deployment of this version."""
    listed = operator.rollback("--list")
    rows = [line for line in listed.output.splitlines() if version in line]
    return rows[-1].split()[1]


def test_rollback_goes_to_the_deployment_that_is_named(
    operator: Operator, aws: FakeAccount
) -> None:
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        release(operator, version)
    wanted = first_deployment(operator, "1.0.0")

    gone_back(operator.rollback("--yes", "--to", wanted))

    assert version_of(aws) == "1.0.0"
    wrong = operator.rollback("--yes", "--to", "yesterday")
    assert "There is no deployment yesterday. The last ones are:" in wrong.output


def test_a_package_that_was_retired_is_in_use_again(operator: Operator, aws: FakeAccount) -> None:
    release(operator, "1.0.0")
    release(operator, "1.1.0")
    bucket = next(iter(aws.s3.owners))
    old = [key for place, key in aws.s3.files if place == bucket and "/" not in key]
    aws.s3.tags |= {key: [{"Key": "retired", "Value": "yes"}] for key in old}

    gone_back(operator.rollback("--yes"))

    function = aws.cloudformation.stacks[STACK].template["Resources"]["Api"]["Properties"]
    assert function["CodeUri"]["Key"]["Fn::Select"][1][0] not in aws.s3.tags


def test_rollback_says_if_the_package_is_gone(operator: Operator, aws: FakeAccount) -> None:
    release(operator, "1.0.0")
    release(operator, "1.1.0")
    zips = [place for place, content in aws.s3.files.items() if content == b"1.0.0"]
    for place in zips:
        del aws.s3.files[place]

    answer = operator.rollback("--yes")

    assert answer.exit_code == 1
    assert "has no file" in answer.output
    assert version_of(aws) == "1.1.0"


def test_rollback_without_an_earlier_deployment_says_so(operator: Operator) -> None:
    before = operator.rollback()
    operator.deployed()
    after = operator.rollback()

    assert "nothing was deployed yet" in before.output
    assert "is the first one that is recorded" in after.output
    assert [before.exit_code, after.exit_code] == [1, 1]


def test_rollback_to_a_release_that_cannot_open_sealed_secrets_is_refused_until_they_are_unsealed(
    operator: Operator, aws: FakeAccount
) -> None:
    old_key, new_key = (f"arn:aws:kms:{REGION}:{OWNER}:key/{number}" for number in (1, 2))
    aws.kms.keys = dict.fromkeys((old_key, new_key), ("Enabled", "SYMMETRIC_DEFAULT"))
    older = small_template("0.9.0")
    del older["Parameters"]["SecretsKey"], older["Parameters"]["OldSecretsKey"]
    operator.package(older)
    operator.deployed()
    operator.package(small_template("1.0.0"))
    operator.deployed("--parameter", f"SecretsKey={old_key}")

    answer = operator.rollback("--yes")

    assert answer.exit_code == 1
    assert "Unseal the secrets with the present release first" in " ".join(answer.output.split())
    assert version_of(aws) == "1.0.0"
    operator.deployed("--parameter", "SecretsKey=", "--parameter", f"OldSecretsKey={old_key}")
    # The operator runs seal-secrets here.
    gone_back(operator.rollback("--yes", "--to", first_deployment(operator, "0.9.0")))
    assert version_of(aws) == "0.9.0"


def test_rollback_keeps_the_key_of_sealed_secrets(operator: Operator, aws: FakeAccount) -> None:
    key = f"arn:aws:kms:{REGION}:{OWNER}:key/1"
    aws.kms.keys = {key: ("Enabled", "SYMMETRIC_DEFAULT")}
    release(operator, "1.0.0")
    operator.package(small_template("1.1.0"))
    operator.deployed("--parameter", f"SecretsKey={key}")

    gone_back(operator.rollback("--yes"))

    assert aws.cloudformation.stacks[STACK].parameters["SecretsKey"] == key
