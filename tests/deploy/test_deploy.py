"""`make deploy` and `make destroy` with a small template, against the local engine's
CloudFormation."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from infra.deployment import deploy, destroy
from infra.local.aws.engine import Engine
from infra.packaging.package import PACKAGE, TEMPLATE
from infra.template.names import SECRET
from infra.template.policies import TABLE

STACK = "baton-dev"
Deploy = Callable[..., Result]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with Engine(tmp_path_factory.mktemp("tools"), services=None) as running:
        yield running


@pytest.fixture
def on_engine(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The AWS environment of the engine; the stack is deleted after the test."""
    for name, value in engine.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", engine.url)
    monkeypatch.setenv("COLUMNS", "200")
    yield
    run(destroy.main, "dev", "--with-data", "--confirm", "dev", "--lose", table_of(engine))


@pytest.fixture
def release(tmp_path: Path) -> Path:
    folder = tmp_path / "dev"
    folder.mkdir()
    (folder / PACKAGE).write_bytes(b"a zip")
    write(folder, template())
    return folder


def template(**more: Any) -> dict[str, Any]:
    key = {"AttributeName": "pk", "AttributeType": "S"}
    table = {
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [key],
        "BillingMode": "PAY_PER_REQUEST",
        "DeletionProtectionEnabled": True,
    }
    secret = {"GenerateSecretString": {"PasswordLength": 32}}
    kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    return {
        "Parameters": {
            "Shards": {"Type": "String", "Default": "1"},
            "Domain": {"Type": "String", "Default": ""},
        },
        "Resources": {
            TABLE: {"Type": "AWS::DynamoDB::Table", "Properties": table, **kept},
            SECRET: {"Type": "AWS::SecretsManager::Secret", "Properties": secret, **kept},
            **more,
        },
        "Outputs": {
            "TableName": {"Value": {"Ref": TABLE}},
            "SecretArn": {"Value": {"Ref": SECRET}},
            "ShardsGiven": {"Value": {"Ref": "Shards"}},
        },
    }


def topic(name: str) -> dict[str, Any]:
    return {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": name}}


def policy_of(role: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    properties = {"PolicyName": "publish", "PolicyDocument": document, "Roles": [role]}
    return {"Type": "AWS::IAM::Policy", "Properties": properties}


def write(folder: Path, content: dict[str, Any]) -> None:
    (folder / TEMPLATE).write_text(json.dumps(content))


def run(command: Any, *options: str, answers: str = "") -> Result:
    return CliRunner().invoke(command, options, input=answers)


def deployed(folder: Path, *options: str, answers: str = "") -> Result:
    return run(deploy.main, "dev", "--folder", str(folder), *options, answers=answers)


def stack_of(engine: Engine) -> Any:
    """None if the stack does not exist."""
    listed = engine.client("cloudformation").describe_stacks()["Stacks"]
    alive = [each for each in listed if each["StackName"] == STACK]
    return next((each for each in alive if each["StackStatus"] != "DELETE_COMPLETE"), None)


def outputs_of(engine: Engine) -> dict[str, str]:
    stack = stack_of(engine) or {"Outputs": []}
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


def table_of(engine: Engine) -> str:
    return outputs_of(engine).get("TableName", "none")


@pytest.mark.usefixtures("on_engine")
class TestDeploy:
    def test_deploy_shows_the_changes_and_carries_them_out_after_a_yes(
        self, engine: Engine, release: Path
    ) -> None:
        answer = deployed(release, answers="y\n")

        assert answer.exit_code == 0, answer.output
        shown, _, done = answer.output.partition("Deploy these changes?")
        assert "AWS::DynamoDB::Table" in shown
        assert "CREATE_COMPLETE" not in shown
        assert f"{STACK} is deployed" in done
        assert table_of(engine) in done

    def test_deploy_changes_nothing_after_a_no(self, engine: Engine, release: Path) -> None:
        answer = deployed(release, answers="n\n")

        assert answer.exit_code == 1
        assert "Nothing was changed." in answer.output
        assert stack_of(engine) is None

    def test_an_upgrade_shows_only_the_changes_and_keeps_the_parameters(
        self, engine: Engine, release: Path
    ) -> None:
        deployed(release, "--yes", "--parameter", "Shards=4")
        table = table_of(engine)
        write(release, template(News=topic("news")))

        answer = deployed(release, "--yes")

        assert answer.exit_code == 0, answer.output
        shown = answer.output.partition("CREATE_IN_PROGRESS")[0]
        assert "News" in shown
        assert "AWS::DynamoDB::Table" not in shown
        assert outputs_of(engine)["ShardsGiven"] == "4"
        assert table_of(engine) == table

    def test_deploying_the_same_package_again_does_nothing(self, release: Path) -> None:
        deployed(release, "--yes")

        answer = deployed(release, "--yes")

        assert answer.exit_code == 0
        assert "Nothing to do" in answer.output

    def test_replacing_the_table_needs_a_confirmation_even_with_yes(
        self, engine: Engine, release: Path
    ) -> None:
        deployed(release, "--yes")
        table = table_of(engine)
        other = template()
        properties = other["Resources"][TABLE]["Properties"]
        properties["KeySchema"][0]["AttributeName"] = "id"
        properties["AttributeDefinitions"][0]["AttributeName"] = "id"
        write(release, other)

        answer = deployed(release, "--yes", answers="n\n")

        assert f"{TABLE} would be replaced" in answer.output
        assert answer.exit_code == 1
        assert table_of(engine) == table

    def test_deploy_prints_the_reason_if_aws_fails(self, engine: Engine, release: Path) -> None:
        deployed(release, "--yes")
        write(release, template(Wrong=policy_of("nobody")))

        answer = deployed(release, "--yes")

        assert answer.exit_code == 1
        assert "Wrong: The role with name nobody" in answer.output.partition("Error: ")[2]

    def test_an_unknown_parameter_is_refused(self, engine: Engine, release: Path) -> None:
        answer = deployed(release, "--yes", "--parameter", "Shard=4")

        assert "There is no parameter Shard. The parameters are: Shards, Domain." in answer.output
        assert stack_of(engine) is None

    def test_deploy_without_a_package_says_how_to_make_one(self, tmp_path: Path) -> None:
        answer = deployed(tmp_path / "dev", "--yes")

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
    monkeypatch: pytest.MonkeyPatch, release: Path, tmp_path: Path, region: str, sentence: str
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)

    answer = deployed(release, "--yes")

    assert answer.exit_code == 1
    assert sentence in answer.output


@pytest.mark.usefixtures("on_engine")
class TestDestroy:
    def test_destroy_deletes_the_stack_and_keeps_the_table_and_the_secret(
        self, engine: Engine, release: Path
    ) -> None:
        deployed(release, "--yes")
        table = table_of(engine)

        answer = run(destroy.main, "dev", answers="dev\n")

        assert answer.exit_code == 0, answer.output
        assert stack_of(engine) is None
        assert f"Kept: the table {table}" in answer.output
        assert table in engine.client("dynamodb").list_tables()["TableNames"]

    @pytest.mark.parametrize(
        ("options", "answers"),
        [
            ((), "\n"),
            ((), "prod\n"),
            (("--with-data", "--confirm", "dev"), "\n"),
            (("--with-data", "--confirm", "dev"), "dev\n"),
            (("--with-data", "--confirm", "dev", "--lose", "another"), ""),
        ],
    )
    def test_destroy_deletes_nothing_unless_the_names_are_typed(
        self, engine: Engine, release: Path, options: tuple[str, ...], answers: str
    ) -> None:
        deployed(release, "--yes")
        table = table_of(engine)
        engine.client("dynamodb").put_item(TableName=table, Item={"pk": {"S": "a conversation"}})

        answer = run(destroy.main, "dev", *options, answers=answers)

        assert answer.exit_code == 1
        assert "Nothing was deleted." in answer.output
        assert table_of(engine) == table

    def test_destroy_deletes_the_data_if_the_table_name_is_typed_too(
        self, engine: Engine, release: Path
    ) -> None:
        deployed(release, "--yes")
        table = table_of(engine)
        engine.client("dynamodb").put_item(TableName=table, Item={"pk": {"S": "a conversation"}})

        answer = run(destroy.main, "dev", "--with-data", answers=f"dev\n{table}\n")

        assert answer.exit_code == 0, answer.output
        assert stack_of(engine) is None
        assert table not in engine.client("dynamodb").list_tables()["TableNames"]

    def test_destroy_without_a_stack_does_nothing(self) -> None:
        answer = run(destroy.main, "dev", "--confirm", "dev")

        assert answer.exit_code == 0
        assert "Nothing to do" in answer.output
