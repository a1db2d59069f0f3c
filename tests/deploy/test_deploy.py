"""`make deploy`, `make rollback` and `make destroy` with a small template, against the local
engine's CloudFormation. `tests/deployment` has the states that this engine does not have."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result

from infra.deployment import deploy, destroy, rollback
from infra.deployment.account import Account
from infra.local.aws.engine import REGION, Engine
from infra.packaging.package import PACKAGE, TEMPLATE
from infra.permissions.deployer_policy import GRANTS
from infra.permissions.grants import policies
from infra.template.names import SECRET
from infra.template.policies import TABLE
from tests.deployment.permissions.permits import needed_by, permits

ACCOUNT, STACK = "000000000000", "baton-dev"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with Engine(tmp_path_factory.mktemp("tools"), services=None) as running:
        yield running


class EngineOperator:
    """Runs the commands in the engine's account; `calls` are the AWS calls of all tests."""

    def __init__(self, engine: Engine) -> None:
        self.calls: list[tuple[str, str, Mapping[str, Any]]] = []
        made = boto3.Session("test", "test", region_name=REGION)
        made.events.register("provide-client-params.*.*", self._record)
        self._account = Account(made, poll=0.05)
        self.engine = engine

    def run(self, command: Any, *options: str, answers: str = "") -> Result:
        terminal = {"COLUMNS": "200", "TERM": "xterm"}
        runner = CliRunner(env={"AWS_ENDPOINT_URL": self.engine.url, **terminal})
        return runner.invoke(command, options, input=answers, obj=self._account)

    def deploy(self, folder: Path, *options: str, answers: str = "") -> Result:
        wanted = ("dev", "--folder", str(folder), *options)
        return self.run(deploy.main, *wanted, answers=answers)

    def _record(self, params: Mapping[str, Any], model: Any, **_: object) -> None:
        self.calls.append((model.service_model.service_name, model.name, dict(params)))


@pytest.fixture(scope="module")
def at_work(engine: Engine) -> EngineOperator:
    return EngineOperator(engine)


@pytest.fixture
def operator(at_work: EngineOperator, engine: Engine) -> Iterator[EngineOperator]:
    """The stack is deleted after the test."""
    yield at_work
    lose = ("--lose", table_of(engine))
    at_work.run(destroy.main, "dev", "--with-data", "--confirm", "dev", "--unprotect", *lose)


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


def alarm() -> dict[str, Any]:
    properties = {
        "MetricName": "Errors",
        "Namespace": "AWS/Lambda",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}


def policy_of(role: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    properties = {"PolicyName": "publish", "PolicyDocument": document, "Roles": [role]}
    return {"Type": "AWS::IAM::Policy", "Properties": properties}


def write(folder: Path, content: dict[str, Any]) -> None:
    (folder / TEMPLATE).write_text(json.dumps(content))


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


class TestDeploy:
    def test_deploy_shows_the_changes_and_carries_them_out_after_a_yes(
        self, operator: EngineOperator, release: Path
    ) -> None:
        answer = operator.deploy(release, answers="y\n")

        assert answer.exit_code == 0, answer.output
        shown, _, done = answer.output.partition("Deploy these changes?")
        assert "AWS::DynamoDB::Table" in shown
        assert "CREATE_COMPLETE" not in shown
        assert f"{STACK} is deployed" in done
        assert table_of(operator.engine) in done

    def test_an_upgrade_and_a_rollback_show_only_the_changes_and_keep_the_parameters(
        self, operator: EngineOperator, release: Path
    ) -> None:
        operator.deploy(release, "--yes", "--parameter", "Shards=4")
        table = table_of(operator.engine)
        write(release, template(News=alarm()))

        up = operator.deploy(release, "--yes")
        same = operator.deploy(release, "--yes")
        down = operator.run(rollback.main, "dev", "--yes")

        for answer, action in ((up, "Add"), (down, "Remove")):
            assert answer.exit_code == 0, answer.output
            shown = answer.output.partition("Planned changes")[2].partition("_IN_PROGRESS")[0]
            assert "News" in shown
            assert action in shown
            assert "AWS::DynamoDB::Table" not in shown
        assert "Nothing to do" in same.output
        assert outputs_of(operator.engine)["ShardsGiven"] == "4"
        assert table_of(operator.engine) == table

    def test_replacing_the_table_needs_the_word_even_with_yes(
        self, operator: EngineOperator, release: Path
    ) -> None:
        operator.deploy(release, "--yes")
        table = table_of(operator.engine)
        other = template()
        properties = other["Resources"][TABLE]["Properties"]
        properties["KeySchema"][0]["AttributeName"] = "id"
        properties["AttributeDefinitions"][0]["AttributeName"] = "id"
        write(release, other)

        answer = operator.deploy(release, "--yes", answers="no\n")

        assert f"{TABLE} would be replaced" in answer.output
        assert answer.exit_code == 1
        assert table_of(operator.engine) == table

    def test_a_deployment_works_again_after_it_has_failed(
        self, operator: EngineOperator, release: Path
    ) -> None:
        write(release, template(Wrong=policy_of("nobody")))

        failed = operator.deploy(release, "--yes")
        write(release, template())
        again = operator.deploy(release, "--yes", "--clear")

        assert failed.exit_code == 1
        assert "Wrong: The role with name nobody" in failed.output.partition("Error: ")[2]
        assert again.exit_code == 0, again.output
        assert "its creation failed and was rolled back" in again.output


class TestDestroy:
    def test_destroy_deletes_the_stack_and_keeps_the_table_and_the_secret(
        self, operator: EngineOperator, release: Path
    ) -> None:
        operator.deploy(release, "--yes", "--protect")
        table = table_of(operator.engine)

        refused = operator.run(destroy.main, "dev", answers="dev\n")
        answer = operator.run(destroy.main, "dev", "--unprotect", answers="dev\n")

        assert "ARGS=--unprotect" in refused.output
        assert answer.exit_code == 0, answer.output
        assert stack_of(operator.engine) is None
        assert f"the table {table}" in answer.output.partition("Kept: ")[2]
        assert table in operator.engine.client("dynamodb").list_tables()["TableNames"]

    def test_destroy_deletes_the_data_if_the_table_name_is_typed_too(
        self, operator: EngineOperator, release: Path
    ) -> None:
        operator.deploy(release, "--yes")
        table = table_of(operator.engine)
        row = {"pk": {"S": "a conversation"}}
        operator.engine.client("dynamodb").put_item(TableName=table, Item=row)

        wrong = operator.run(destroy.main, "dev", "--with-data", answers="dev\ndev\n")
        answer = operator.run(destroy.main, "dev", "--with-data", answers=f"dev\n{table}\n")

        assert "Nothing was deleted." in wrong.output
        assert answer.exit_code == 0, answer.output
        assert stack_of(operator.engine) is None
        assert table not in operator.engine.client("dynamodb").list_tables()["TableNames"]


def test_the_deployers_policy_permits_all_these_calls(
    operator: EngineOperator, release: Path
) -> None:
    operator.deploy(release, "--yes")
    documents: list[Any] = policies(GRANTS, "arn:aws:", REGION, ACCOUNT)
    statements = [statement for document in documents for statement in document["Statement"]]

    needed = {
        need for call in operator.calls for need in needed_by(*call, region=REGION, owner=ACCOUNT)
    }

    assert {each for each in needed if not permits(statements, each)} == set()
    assert {"cloudformation:ExecuteChangeSet", "s3:PutObject"} <= {each.action for each in needed}
