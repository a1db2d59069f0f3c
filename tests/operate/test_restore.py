"""An operator restores a table, as docs/operations.md says, and a stage goes on with it.

Fact 20 of docs/aws.md.
"""

import re
import shlex
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from chalicelib.adapters.dynamodb.schema import INDEXES, TTL_ATTRIBUTE
from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import Pause, UserMessage
from chalicelib.domain.conversation.entries import Body, Message
from chalicelib.settings import LOCAL, Settings
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.records.bots import Bot
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.wiring import AwsServices, read_record
from infra.local.aws.engine import Engine
from infra.local.aws.table import create_table
from infra.table import prepare
from tests.support.stack import ROOT
from tests.template.expansion import evaluated, packaged_template

BOT = Caller("demo", "Demo bot", Role.BOT, "demo")
ZOE = Address("demo", "web", "zoe")
PAGE = (ROOT / "docs/operations.md").read_text()


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    with Engine(tmp_path, services=["dynamodb", "dynamodbstreams", "sts"]) as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


def services_on(engine: Engine, table: str) -> AwsServices:
    return AwsServices(
        Settings(
            stage=LOCAL,
            region=engine.environment["AWS_REGION"],
            table=table,
            topic_arn="",
            queue_url="",
            dead_letter_url="",
            socket_url="",
            socket_endpoint="",
            origins=frozenset(),
            secrets=("a-secret-for-tests-that-is-long-enough",),
            shards=1,
            endpoint=engine.url,
        )
    )


def commands_of_the_page() -> list[str]:
    """The commands of the section, in the order of its steps."""
    section = PAGE.split("### Restore a table", 1)[1].split("\n### ", 1)[0]
    blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    return [re.sub(r"\\\n\s*", "", block).strip() for block in blocks]


def run_aws(command: str, client: Any) -> None:
    """Makes the call of `aws dynamodb OPERATION --option value …` with boto3."""
    aws, service, operation, *options = shlex.split(command)
    assert (aws, service) == ("aws", "dynamodb")
    arguments: dict[str, Any] = {
        "".join(map(str.title, option.removeprefix("--").split("-"))): value
        for option, value in zip(options[::2], options[1::2], strict=True)
    }
    arguments["RestoreDateTime"] = datetime.fromisoformat(arguments["RestoreDateTime"])
    getattr(client, operation.replace("-", "_"))(**arguments)


def kinds_in_stream(engine: Engine, arn: str) -> list[str]:
    """The kinds of the entries that the stream tells."""
    streams = engine.client("dynamodbstreams")
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    start = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator = streams.get_shard_iterator(**start)["ShardIterator"]
    events = map(read_record, streams.get_records(ShardIterator=iterator)["Records"])
    return [event.entry.kind for event in events if isinstance(event, CommittedEntry)]


def prepared(table: str) -> Any:
    return CliRunner().invoke(prepare.main, [table])


def test_the_runbook_brings_a_restored_table_into_a_stage(engine: Engine) -> None:
    client = engine.client("dynamodb")
    create_table(client, "old")
    before = services_on(engine, "old")
    before.directory.put_bot(Bot("demo", "Demo"))
    execute(before, BOT, ZOE, UserMessage(Body(text="Before the accident")))
    _, restore, prepare_it, deploy, _ = commands_of_the_page()

    run_aws(restore.replace("$old", "old").replace("$new", "new"), client)
    assert prepare_it == 'adopt=$(.venv/bin/python -m infra.table.prepare "$new")'
    answer = prepared("new")
    assert deploy == 'make deploy STAGE=prod ARGS="$adopt --lose=Table"'
    given = dict(re.findall(r"--parameter (\w+)=(\S+)", answer.stdout))

    template = evaluated(packaged_template("prod"), **given)
    (mapping,) = [
        each["Properties"]
        for each in template["Resources"].values()
        if "StartingPosition" in each.get("Properties", {})
    ]
    found = client.describe_table(TableName="new")["Table"]
    expiry = client.describe_time_to_live(TableName="new")["TimeToLiveDescription"]
    backups = client.describe_continuous_backups(TableName="new")["ContinuousBackupsDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    assert mapping["EventSourceArn"] == found["LatestStreamArn"]
    assert found["DeletionProtectionEnabled"]
    assert (expiry["TimeToLiveStatus"], expiry["AttributeName"]) == ("ENABLED", TTL_ATTRIBUTE)
    assert recovery == "ENABLED"

    after = services_on(engine, template["Outputs"]["TableName"]["Value"])
    execute(after, BOT, ZOE, UserMessage(Body(text="After it")))
    execute(after, BOT, ZOE, Pause())
    entries = after.conversations.entries_after("demo", ZOE.conversation_id, 0, 9)
    texts = [entry.content.body.text for entry in entries if isinstance(entry.content, Message)]
    assert texts == ["Before the accident", "After it"]
    assert kinds_in_stream(engine, given["ExistingStream"]) == ["message", "requested"]


def test_preparing_a_table_adds_missing_indexes_and_can_be_repeated(engine: Engine) -> None:
    client = engine.client("dynamodb")
    keys = [("pk", "HASH"), ("sk", "RANGE")]
    client.create_table(
        TableName="older",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
    )

    first, again = prepared("older"), prepared("older")

    found = client.describe_table(TableName="older")["Table"]
    assert {each["IndexName"] for each in found["GlobalSecondaryIndexes"]} == set(INDEXES)
    assert first.stdout == again.stdout
    assert [line for line in first.stderr.splitlines() if line.startswith("Index")] == [
        f"Index {name} …" for name in INDEXES
    ]
    assert "Index" not in again.stderr


def test_a_table_of_something_else_is_refused_and_unchanged(engine: Engine) -> None:
    client = engine.client("dynamodb")
    client.create_table(
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "N"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )

    answer = prepared("orders")

    assert answer.exit_code == 1
    assert "orders is not a table of Baton: its keys are id (N)." in answer.stderr
    assert not client.describe_table(TableName="orders")["Table"]["DeletionProtectionEnabled"]


def test_a_table_that_does_not_exist_is_answered_with_a_sentence(engine: Engine) -> None:
    answer = prepared("nothing")

    assert answer.exit_code == 1
    assert "nothing" in answer.stderr
    assert "Traceback" not in answer.output
