"""`python -m infra.dead_letters` on a running stack: list, replay, keep and purge."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest

from chalicelib.usecases.records.webhooks import DeliveryCursor
from tests.e2e.bot_setup import BotSetup, RunningStack
from tests.local.waiting import eventually
from tests.support.network.webhook_receiver import WebhookReceiver
from tests.support.network.websocket import WebSocketClient
from tests.support.stack import ROOT

SOON = 5.0
"""Seconds."""


def letters(running: RunningStack, *command: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "infra.dead_letters", *command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **running.environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture
def client(running: RunningStack) -> Any:
    """A client of a service of the stack's engine."""

    def make(service: str) -> Any:
        environment = running.environment
        return boto3.client(
            service,
            region_name=environment["AWS_REGION"],
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        )

    return make


@pytest.fixture(autouse=True)
def _nothing_dead(running: RunningStack) -> None:
    letters(running, "purge", "--yes")


@pytest.fixture
def told(running: RunningStack, receiver: WebhookReceiver) -> BotSetup:
    """A bot whose server is told of what happens."""
    return running.bot(receiver)


Bury = Callable[[object], None]


@pytest.fixture
def dead_letter(running: RunningStack, client: Any) -> Bury:
    """Puts a letter into the queue, as the worker or SQS would."""

    def put(body: object) -> None:
        client("sqs").send_message(
            QueueUrl=running.environment["BATON_DEAD_LETTER_URL"],
            MessageBody=json.dumps(body),
            MessageGroupId="g",
            MessageDeduplicationId=uuid4().hex,
        )

    return put


def given_up(scene: BotSetup, conversation_id: str, seq: int) -> dict[str, object]:
    """The letter that the worker writes after the last attempt."""
    place = {"bot": scene.bot, "conversation_id": conversation_id}
    return {**place, "seq": seq, "type": "conversation.paused"}


def test_the_list_command_shows_dead_letters_and_keeps_them(
    running: RunningStack, told: BotSetup, dead_letter: Bury
) -> None:
    conversation_id = told.pause("zoe")["id"]
    dead_letter(given_up(told, conversation_id, 1))

    for _ in range(2):
        shown = letters(running, "list").splitlines()
        assert shown[0] == "about 1 messages"
        assert shown[1].endswith(f"delivery  {told.bot}  {conversation_id}  1  conversation.paused")


def test_a_dead_lettered_delivery_is_replayed_in_order_with_the_same_ids(
    running: RunningStack, told: BotSetup, receiver: WebhookReceiver, dead_letter: Bury
) -> None:
    conversation_id = told.pause("zoe")["id"]
    told.rest.post(told.one(conversation_id, "unpause"), {})
    receiver.wait_for(lambda told: len(told) == 2, SOON)
    first = [each.id for each in receiver.attempts]
    dead_letter(given_up(told, conversation_id, 1))

    printed = letters(running, "replay")

    receiver.wait_for(lambda told: len(told) == 4, SOON)
    assert [each.id for each in receiver.attempts][2:] == first
    assert printed.startswith("replayed: ")
    assert letters(running, "list") == "about 0 messages\n"


def test_a_delivery_to_a_bot_without_a_webhook_is_kept(
    running: RunningStack, scene: BotSetup, client: Any, dead_letter: Bury
) -> None:
    conversation_id = scene.pause("zoe")["id"]
    dead_letter(given_up(scene, conversation_id, 1))

    printed = letters(running, "replay")

    assert printed.startswith("kept: ")
    assert "has no webhook" in printed
    left = client("sqs").get_queue_attributes(
        QueueUrl=running.environment["BATON_DEAD_LETTER_URL"], AttributeNames=["All"]
    )["Attributes"]
    counts = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    assert sum(int(left[name]) for name in counts) == 1


def test_a_dead_lettered_queue_message_wakes_the_worker_when_it_is_replayed(
    running: RunningStack, told: BotSetup, receiver: WebhookReceiver, dead_letter: Bury
) -> None:
    conversation_id = told.pause("zoe")["id"]
    receiver.wait_for(lambda told: len(told) == 1, SOON)
    assert eventually(
        lambda: running.services.deliveries.cursor(told.bot, conversation_id).seq == 1
    )
    running.services.deliveries.advance_cursor(
        told.bot, conversation_id, DeliveryCursor(1), DeliveryCursor()
    )
    queued = {"bot": told.bot, "conversation_id": conversation_id, "seq": 1}
    dead_letter(queued)

    assert "  queue  " in letters(running, "replay")

    receiver.wait_for(lambda told: len(told) == 2, SOON)


def test_an_unknown_dead_letter_is_kept(running: RunningStack, dead_letter: Bury) -> None:
    dead_letter("what?")

    assert "kept: " in letters(running, "replay")


@pytest.fixture
def dead_changes(client: Any) -> Iterator[str]:
    """A queue as the stream's event source has it."""
    url = client("sqs").create_queue(QueueName=f"dead-changes-{uuid4().hex}")["QueueUrl"]
    yield url
    client("sqs").delete_queue(QueueUrl=url)


def test_dead_lettered_stream_records_are_processed_again(
    running: RunningStack, scene: BotSetup, client: Any, dead_changes: str
) -> None:
    ana = scene.person("Ana")
    with ana.connect() as socket:
        conversation_id = scene.pause("zoe")["id"]
        scene.rest.post(scene.one(conversation_id, "unpause"), {})
        assert eventually(lambda: _pushes(socket, conversation_id) == 2)
        batch = _batch_of(client("dynamodbstreams"), conversation_id)
        body = json.dumps({"version": "1.0", "DDBStreamBatchInfo": batch})
        client("sqs").send_message(QueueUrl=dead_changes, MessageBody=body)

        assert "  stream  " in letters(running, "--url", dead_changes, "replay")

        assert eventually(lambda: _pushes(socket, conversation_id) == 4)
    assert letters(running, "--url", dead_changes, "list") == "about 0 messages\n"


def test_purging_deletes_all_dead_letters(
    running: RunningStack, told: BotSetup, dead_letter: Bury
) -> None:
    dead_letter(given_up(told, told.pause("zoe")["id"], 1))

    assert letters(running, "purge", "--yes") == "All messages are deleted.\n"

    assert letters(running, "list") == "about 0 messages\n"


def _pushes(socket: WebSocketClient, conversation_id: str) -> int:
    """One for each entry: both change who may speak."""
    heads = [frame["head"]["id"] for frame in socket.events if frame["event"] == "head"]
    return heads.count(conversation_id)


def _batch_of(streams: Any, conversation_id: str) -> dict[str, Any]:
    """As Lambda would tell of the conversation's entries, between which there are other rows."""
    arn = streams.list_streams(TableName="baton-local")["Streams"][0]["StreamArn"]
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    numbers: list[str] = []
    while records := (page := streams.get_records(ShardIterator=iterator))["Records"]:
        iterator = page["NextShardIterator"]
        for record in records:
            keys = record["dynamodb"]["Keys"]
            if conversation_id in keys["pk"]["S"] and keys["sk"]["S"].startswith("E#"):
                numbers.append(record["dynamodb"]["SequenceNumber"])
    assert len(numbers) == 2
    return {
        "streamArn": arn,
        "shardId": shard["ShardId"],
        "startSequenceNumber": numbers[0],
        "endSequenceNumber": numbers[1],
        "batchSize": len(numbers),
    }
