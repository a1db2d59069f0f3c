import json
from dataclasses import dataclass

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber
from types_boto3_sqs import SQSClient
from types_boto3_sqs.literals import QueueAttributeNameType
from types_boto3_sqs.type_defs import MessageTypeDef

from chalicelib.adapters.aws.sqs import SqsWebhookQueue
from chalicelib.domain.errors import TemporarilyUnavailable

FIFO: dict[QueueAttributeNameType, str] = {"FifoQueue": "true", "VisibilityTimeout": "30"}


@dataclass(frozen=True)
class Queues:
    client: SQSClient
    webhook_queue: str
    dead: str

    def receive(self, url: str) -> list[MessageTypeDef]:
        received = self.client.receive_message(
            QueueUrl=url, AttributeNames=["All"], MaxNumberOfMessages=10
        )
        return received.get("Messages", [])


@pytest.fixture
def queues(sqs: SQSClient) -> Queues:
    webhook_queue = sqs.create_queue(QueueName="webhooks.fifo", Attributes=FIFO)["QueueUrl"]
    dead = sqs.create_queue(QueueName="dead.fifo", Attributes=FIFO)["QueueUrl"]
    return Queues(sqs, webhook_queue, dead)


@pytest.fixture
def webhook_queue(queues: Queues) -> SqsWebhookQueue:
    return SqsWebhookQueue(lambda: queues.client, queues.webhook_queue, queues.dead)


def group(message: MessageTypeDef) -> str:
    return message["Attributes"]["MessageGroupId"]


def test_a_message_names_the_entry_and_not_its_words(
    queues: Queues, webhook_queue: SqsWebhookQueue
) -> None:
    webhook_queue.enqueue("demo", "c_1", 7)

    [received] = queues.receive(queues.webhook_queue)
    assert json.loads(received["Body"]) == {"bot": "demo", "conversation_id": "c_1", "seq": 7}
    assert received["Attributes"]["MessageDeduplicationId"] == "c_1:7"


def test_a_wake_message_is_never_a_duplicate(
    queues: Queues, webhook_queue: SqsWebhookQueue
) -> None:
    webhook_queue.enqueue("demo", "c_1", 7)
    webhook_queue.enqueue_backlog("demo", "c_1", 1_000)

    received = queues.receive(queues.webhook_queue)
    assert len(received) == 2
    assert group(received[0]) == group(received[1])


def test_messages_of_one_conversation_stay_in_order(
    queues: Queues, webhook_queue: SqsWebhookQueue
) -> None:
    for seq in (1, 2, 3):
        webhook_queue.enqueue("demo", "c_1", seq)

    received = queues.receive(queues.webhook_queue)

    assert [json.loads(message["Body"])["seq"] for message in received] == [1, 2, 3]
    assert len({group(message) for message in received}) == 1


def test_conversations_do_not_hold_up_each_other(
    queues: Queues, webhook_queue: SqsWebhookQueue
) -> None:
    for seq, (bot, conversation) in enumerate((("a", "bc"), ("ab", "c"), ("a", "c"), ("ü", "#"))):
        webhook_queue.enqueue(bot, conversation, seq)

    groups = {group(message) for message in queues.receive(queues.webhook_queue)}

    assert len(groups) == 4


def test_a_repeated_message_is_one_message(queues: Queues, webhook_queue: SqsWebhookQueue) -> None:
    webhook_queue.enqueue("demo", "c_1", 7)
    webhook_queue.enqueue("demo", "c_1", 7)

    assert len(queues.receive(queues.webhook_queue)) == 1


def test_a_message_delayed_by_zero_seconds_is_there_again_at_once(
    queues: Queues, webhook_queue: SqsWebhookQueue
) -> None:
    webhook_queue.enqueue("demo", "c_1", 7)
    [received] = queues.receive(queues.webhook_queue)
    assert queues.receive(queues.webhook_queue) == []

    webhook_queue.delay(received["ReceiptHandle"], 0)

    assert len(queues.receive(queues.webhook_queue)) == 1


@pytest.mark.parametrize(("seconds", "kept_to"), [(60, 60), (43_201, 43_200), (-1, 0)])
def test_a_message_is_delayed_by_twelve_hours_at_most(
    queues: Queues, seconds: int, kept_to: int
) -> None:
    with Stubber(queues.client) as stub:
        expected = {"QueueUrl": "q", "ReceiptHandle": "r", "VisibilityTimeout": kept_to}
        stub.add_response("change_message_visibility", {}, expected)

        SqsWebhookQueue(lambda: queues.client, "q", "d").delay("r", seconds)

        stub.assert_no_pending_responses()


def test_putting_off_what_is_done_or_was_never_there_does_nothing(
    queues: Queues, webhook_queue: SqsWebhookQueue
) -> None:
    webhook_queue.enqueue("demo", "c_1", 7)
    [received] = queues.receive(queues.webhook_queue)
    queues.client.delete_message(
        QueueUrl=queues.webhook_queue, ReceiptHandle=received["ReceiptHandle"]
    )

    webhook_queue.delay(received["ReceiptHandle"], 60)
    webhook_queue.delay("no receipt at all", 60)


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

        SqsWebhookQueue(lambda: queues.client, "q", "d").delay("r", 60)

        stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("InvalidParameterValue", "Value 43200 for parameter VisibilityTimeout is invalid."),
        ("RequestThrottled", ""),
        ("AWS.SimpleQueueService.NonExistentQueue", ""),
    ],
)
def test_other_errors_of_a_delay_are_raised(queues: Queues, code: str, message: str) -> None:
    with Stubber(queues.client) as stub:
        stub.add_client_error("change_message_visibility", code, message, 400)

        with pytest.raises(TemporarilyUnavailable):
            SqsWebhookQueue(lambda: queues.client, "q", "d").delay("r", 60)


def test_what_is_buried_is_in_the_dead_letter_queue_as_it_was(
    queues: Queues, webhook_queue: SqsWebhookQueue
) -> None:
    message = {"bot": "demo", "conversation_id": "c_1", "seq": 7, "type": "agent.message"}

    webhook_queue.dead_letter(message)

    [received] = queues.receive(queues.dead)
    assert json.loads(received["Body"]) == message
    assert queues.receive(queues.webhook_queue) == []


def test_different_messages_of_one_entry_are_all_buried_and_the_same_one_once(
    queues: Queues, webhook_queue: SqsWebhookQueue
) -> None:
    entry: dict[str, object] = {"bot": "demo", "conversation_id": "c_1", "seq": 7}

    for message in (entry, entry, {**entry, "type": "x"}, {"not": "a message"}, {}):
        webhook_queue.dead_letter(message)

    assert len(queues.receive(queues.dead)) == 4


def test_a_queue_that_is_not_there_or_does_not_answer_is_temporarily_unavailable(
    queues: Queues,
) -> None:
    missing = SqsWebhookQueue(lambda: queues.client, queues.webhook_queue + "x", queues.dead + "x")
    silent: SQSClient = boto3.client(
        "sqs",
        region_name="eu-central-1",
        endpoint_url="http://127.0.0.1:9",
        config=Config(retries={"total_max_attempts": 1}),
    )

    for unavailable in (missing, SqsWebhookQueue(lambda: silent, "http://127.0.0.1:9/1/q", "d")):
        with pytest.raises(TemporarilyUnavailable):
            unavailable.enqueue("demo", "c_1", 7)
        with pytest.raises(TemporarilyUnavailable):
            unavailable.dead_letter({})


def test_the_client_is_made_once_by_the_first_message(queues: Queues) -> None:
    made: list[SQSClient] = []

    def factory() -> SQSClient:
        made.append(queues.client)
        return queues.client

    webhook_queue = SqsWebhookQueue(factory, queues.webhook_queue, queues.dead)
    assert made == []

    webhook_queue.enqueue("demo", "c_1", 1)
    webhook_queue.dead_letter({})

    assert len(made) == 1
