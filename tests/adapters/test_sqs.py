import json
from dataclasses import dataclass

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber
from types_boto3_sqs import SQSClient
from types_boto3_sqs.literals import QueueAttributeNameType
from types_boto3_sqs.type_defs import MessageTypeDef

from chalicelib.adapters.sqs import SqsNudges
from chalicelib.domain.errors import TemporarilyUnavailable

FIFO: dict[QueueAttributeNameType, str] = {"FifoQueue": "true", "VisibilityTimeout": "30"}


@dataclass(frozen=True)
class Queues:
    client: SQSClient
    nudges: str
    dead: str

    def receive(self, url: str) -> list[MessageTypeDef]:
        received = self.client.receive_message(
            QueueUrl=url, AttributeNames=["All"], MaxNumberOfMessages=10
        )
        return received.get("Messages", [])


@pytest.fixture
def queues(sqs: SQSClient) -> Queues:
    nudges = sqs.create_queue(QueueName="nudges.fifo", Attributes=FIFO)["QueueUrl"]
    dead = sqs.create_queue(QueueName="dead.fifo", Attributes=FIFO)["QueueUrl"]
    return Queues(sqs, nudges, dead)


@pytest.fixture
def nudges(queues: Queues) -> SqsNudges:
    return SqsNudges(lambda: queues.client, queues.nudges, queues.dead)


def group(message: MessageTypeDef) -> str:
    return message["Attributes"]["MessageGroupId"]


def test_a_nudge_names_the_entry_and_nothing_of_what_it_says(
    queues: Queues, nudges: SqsNudges
) -> None:
    nudges.send("demo", "c_1", 7)

    [received] = queues.receive(queues.nudges)
    assert json.loads(received["Body"]) == {"bot": "demo", "conversation_id": "c_1", "seq": 7}
    assert received["Attributes"]["MessageDeduplicationId"] == "c_1:7"


def test_who_is_woken_is_woken_however_lately_it_was_nudged(
    queues: Queues, nudges: SqsNudges
) -> None:
    nudges.send("demo", "c_1", 7)
    nudges.wake("demo", "c_1", 1_000)

    received = queues.receive(queues.nudges)
    assert len(received) == 2
    assert group(received[0]) == group(received[1])


def test_nudges_of_one_conversation_stay_in_order(queues: Queues, nudges: SqsNudges) -> None:
    for seq in (1, 2, 3):
        nudges.send("demo", "c_1", seq)

    received = queues.receive(queues.nudges)

    assert [json.loads(message["Body"])["seq"] for message in received] == [1, 2, 3]
    assert len({group(message) for message in received}) == 1


def test_conversations_do_not_hold_up_each_other(queues: Queues, nudges: SqsNudges) -> None:
    for seq, (bot, conversation) in enumerate((("a", "bc"), ("ab", "c"), ("a", "c"), ("ü", "#"))):
        nudges.send(bot, conversation, seq)

    groups = {group(message) for message in queues.receive(queues.nudges)}

    assert len(groups) == 4


def test_the_same_nudge_twice_is_one(queues: Queues, nudges: SqsNudges) -> None:
    nudges.send("demo", "c_1", 7)
    nudges.send("demo", "c_1", 7)

    assert len(queues.receive(queues.nudges)) == 1


def test_a_nudge_put_off_by_nothing_is_there_again_at_once(
    queues: Queues, nudges: SqsNudges
) -> None:
    nudges.send("demo", "c_1", 7)
    [received] = queues.receive(queues.nudges)
    assert queues.receive(queues.nudges) == []

    nudges.put_off(received["ReceiptHandle"], 0)

    assert len(queues.receive(queues.nudges)) == 1


@pytest.mark.parametrize(("seconds", "kept_to"), [(60, 60), (43_201, 43_200), (-1, 0)])
def test_a_nudge_is_put_off_by_twelve_hours_at_most(
    queues: Queues, seconds: int, kept_to: int
) -> None:
    with Stubber(queues.client) as stub:
        expected = {"QueueUrl": "q", "ReceiptHandle": "r", "VisibilityTimeout": kept_to}
        stub.add_response("change_message_visibility", {}, expected)

        SqsNudges(lambda: queues.client, "q", "d").put_off("r", seconds)

        stub.assert_no_pending_responses()


def test_putting_off_what_is_done_or_was_never_there_does_nothing(
    queues: Queues, nudges: SqsNudges
) -> None:
    nudges.send("demo", "c_1", 7)
    [received] = queues.receive(queues.nudges)
    queues.client.delete_message(QueueUrl=queues.nudges, ReceiptHandle=received["ReceiptHandle"])

    nudges.put_off(received["ReceiptHandle"], 60)
    nudges.put_off("no receipt at all", 60)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("AWS.SimpleQueueService.MessageNotInflight", ""),
        ("MessageNotInflight", ""),
        ("ReceiptHandleIsInvalid", "The receipt handle has expired"),
        (
            "InvalidParameterValue",
            "Value r for parameter ReceiptHandle is invalid. Reason: It has expired.",
        ),
    ],
)
def test_each_of_the_ways_in_which_sqs_says_no_longer_in_hand_is_understood(
    queues: Queues, code: str, message: str
) -> None:
    with Stubber(queues.client) as stub:
        stub.add_client_error("change_message_visibility", code, message, 400)

        SqsNudges(lambda: queues.client, "q", "d").put_off("r", 60)

        stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("InvalidParameterValue", "Value 43200 for parameter VisibilityTimeout is invalid."),
        ("RequestThrottled", ""),
        ("AWS.SimpleQueueService.NonExistentQueue", ""),
    ],
)
def test_anything_else_that_keeps_a_nudge_from_being_put_off_is_told(
    queues: Queues, code: str, message: str
) -> None:
    with Stubber(queues.client) as stub:
        stub.add_client_error("change_message_visibility", code, message, 400)

        with pytest.raises(TemporarilyUnavailable):
            SqsNudges(lambda: queues.client, "q", "d").put_off("r", 60)


def test_what_is_buried_is_in_the_dead_letter_queue_as_it_was(
    queues: Queues, nudges: SqsNudges
) -> None:
    message = {"bot": "demo", "conversation_id": "c_1", "seq": 7, "type": "agent.message"}

    nudges.bury(message)

    [received] = queues.receive(queues.dead)
    assert json.loads(received["Body"]) == message
    assert queues.receive(queues.nudges) == []


def test_different_messages_of_one_entry_are_all_buried_and_the_same_one_once(
    queues: Queues, nudges: SqsNudges
) -> None:
    entry: dict[str, object] = {"bot": "demo", "conversation_id": "c_1", "seq": 7}

    for message in (entry, entry, {**entry, "type": "x"}, {"not": "a nudge"}, {}):
        nudges.bury(message)

    assert len(queues.receive(queues.dead)) == 4


def test_a_queue_that_is_not_there_or_does_not_answer_is_temporarily_unavailable(
    queues: Queues,
) -> None:
    missing = SqsNudges(lambda: queues.client, queues.nudges + "x", queues.dead + "x")
    silent: SQSClient = boto3.client(
        "sqs",
        region_name="eu-central-1",
        endpoint_url="http://127.0.0.1:9",
        config=Config(retries={"total_max_attempts": 1}),
    )

    for unavailable in (missing, SqsNudges(lambda: silent, "http://127.0.0.1:9/1/q", "d")):
        with pytest.raises(TemporarilyUnavailable):
            unavailable.send("demo", "c_1", 7)
        with pytest.raises(TemporarilyUnavailable):
            unavailable.bury({})


def test_the_client_is_made_by_the_first_nudge_and_once(queues: Queues) -> None:
    made: list[SQSClient] = []

    def factory() -> SQSClient:
        made.append(queues.client)
        return queues.client

    nudges = SqsNudges(factory, queues.nudges, queues.dead)
    assert made == []

    nudges.send("demo", "c_1", 1)
    nudges.bury({})

    assert len(made) == 1
