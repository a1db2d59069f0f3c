"""The stage that a package was made for.

Fact 6 of docs/aws.md.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from infra.deployment import deploy
from infra.deployment.stage import FUNCTION, environment_of
from infra.packaging import package
from infra.packaging.package import PackagingError, Target
from tests.deployment.commands import STACK, Operator
from tests.deployment.fake_account.aws import REGION
from tests.deployment.fake_account.services import FakeAccount
from tests.template.expansion import packaged_template


def test_the_stage_local_is_not_packaged_and_the_folder_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a file").touch()

    with pytest.raises(PackagingError, match=r"'local' exists only on your machine"):
        package.package("local", Target("3.12", "arm64", Path(sys.executable)), tmp_path)

    assert (tmp_path / "a file").exists()


def test_the_stage_local_is_not_deployed(operator: Operator) -> None:
    answer = operator.deploy(stage="local")

    assert answer.exit_code == 1
    assert "The stage 'local' exists only on your machine" in answer.output
    assert operator.aws.calls == []


def test_a_package_of_another_stage_is_not_deployed(operator: Operator) -> None:
    answer = operator.deploy("--yes", stage="dev")

    assert answer.exit_code == 1
    assert "made for the stage prod. Run: make package STAGE=dev" in answer.output
    assert operator.aws.calls == []


def test_tools_use_the_settings_of_the_version_that_serves_the_calls(
    operator: Operator, aws: FakeAccount
) -> None:
    """After CodeDeploy has moved the alias back, $LATEST is what failed."""
    operator.deployed()
    outputs = aws.cloudformation.stacks[STACK].outputs
    outputs |= {FUNCTION: "baton-prod-message", "Url": "https://chat.example.test"}
    for qualifier, shards in (("$LATEST", "4"), ("live", "2")):
        aws.lambda_.variables["baton-prod-message", qualifier] = {"BATON_SHARDS": shards}

    assert environment_of(aws.session, "prod") == {
        "BATON_SHARDS": "2",
        "BATON_URL": "https://chat.example.test",
        "AWS_REGION": REGION,
    }


def test_the_template_names_its_stage_its_version_and_its_commit() -> None:
    assert packaged_template("prod")["Metadata"]["Baton"] == {
        "Stage": "prod",
        "Version": package.version(),
        "Commit": package.commit(),
    }


def test_a_commit_is_named_with_its_changes_and_is_empty_outside_a_repository(
    tmp_path: Path,
) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    outside = package.commit(tmp_path)
    subprocess.run([*git, "init", "-q"], check=True)
    (tmp_path / "file").write_text("one")
    subprocess.run([*git, "add", "file"], check=True)
    subprocess.run([*git, "commit", "-qm", "First"], check=True)

    clean = package.commit(tmp_path)
    (tmp_path / "file").write_text("two")

    assert outside == ""
    assert re.fullmatch("[0-9a-f]{7,}", clean)
    assert package.commit(tmp_path) == f"{clean}-dirty"


def test_a_no_changes_nothing(operator: Operator) -> None:
    answer = operator.deploy(answers="n\n")

    assert answer.exit_code == 1
    assert "Nothing was changed." in answer.output
    assert operator.aws.cloudformation.stacks == {}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("Shard=4", "There is no parameter Shard. The parameters are: Shards, "),
        ("Shards", "A parameter must have the form Name=Value, not 'Shards'."),
    ],
)
def test_a_wrong_parameter_is_refused(operator: Operator, given: str, sentence: str) -> None:
    answer = operator.deploy("--yes", "--parameter", given)

    assert answer.exit_code == 1
    assert sentence in answer.output
    assert operator.aws.calls == []


def test_shards_are_raised_in_two_steps_and_never_lowered(
    operator: Operator, aws: FakeAccount
) -> None:
    operator.deployed()

    at_once = operator.deploy("--yes", "--parameter", "Shards=4", "--parameter", "FilledShards=4")
    assert at_once.exit_code == 1
    assert "Deploy Shards=4 first, with FilledShards=1, then FilledShards=4." in at_once.output
    operator.deployed("--parameter", "Shards=4")
    operator.deployed("--parameter", "FilledShards=4")
    lowered = operator.deploy("--yes", "--parameter", "Shards=2", "--parameter", "FilledShards=2")

    assert "Shards must not be lowered from 4 to 2" in lowered.output
    parameters = aws.cloudformation.stacks[STACK].parameters
    assert (parameters["Shards"], parameters["FilledShards"]) == ("4", "4")


def test_deploy_without_a_package_says_how_to_make_one(operator: Operator) -> None:
    operator.folder /= "dev"

    answer = operator.deploy("--yes")

    assert answer.exit_code == 1
    assert "Run: make package STAGE=dev" in answer.output


@pytest.mark.parametrize(
    ("region", "sentence"),
    [
        ("us-east-1", "There are no credentials. Set AWS_PROFILE, or run: aws configure"),
        ("", "No region is set. Set AWS_DEFAULT_REGION, or run: aws configure"),
    ],
)
def test_deploy_names_the_missing_aws_configuration(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, region: str, sentence: str
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)

    answer = CliRunner().invoke(deploy.main, ["dev", "--yes"])

    assert answer.exit_code == 1
    assert sentence in answer.output
