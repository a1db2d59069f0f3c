"""Messages reach the handler as SQS and Lambda deliver them, and ministack keeps SQS's
guarantees."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from infra.local.aws.engine import Engine
from infra.local.event_sources import QueuePoller
from infra.local.invocation import Event
from tests.local.waiting import eventually


@pytest.fixture
def sqs(engine: Engine) -> Any:
    return engine.client("sqs", max_pool_connections=20)


@pytest.fixture
def standard(sqs: Any) -> str:
    return str(sqs.create_queue(QueueName=uuid4().hex)["QueueUrl"])


@pytest.fixture
def fifo(sqs: Any) -> str:
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    name = f"{uuid4().hex}.fifo"
    return str(sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])


@pytest.fixture
def poller(sqs: Any) -> Iterator[Callable[..., QueuePoller]]:
    started: list[QueuePoller] = []

    def start(queue: str, handler: Any, **options: Any) -> QueuePoller:
        one = QueuePoller("deliveries", sqs, queue, handler, **options)
        one.start()
        started.append(one)
        return one

    yield start
    for one in started:
        assert one.stop(within=3)


def test_a_record_has_the_shape_that_lambda_gives_it(sqs: Any, fifo: str, poller: Any) -> None:
    records: list[Event] = []
    poller(fifo, lambda event, context: records.extend(event["Records"]))
    attributes = {"kind": {"DataType": "String", "StringValue": "wake"}}
    sqs.send_message(
        QueueUrl=fifo, MessageBody="hi", MessageGroupId="g", MessageAttributes=attributes
    )
    assert eventually(lambda: records)

    record = records[0]
    assert tuple(record[name] for name in ("body", "eventSource", "awsRegion")) == (
        "hi",
        "aws:sqs",
        "us-east-1",
    )
    assert record["md5OfBody"] == "49f68a5c8493ec2c0bf489821c21fc3b"
    assert record["eventSourceARN"].endswith(fifo.rsplit("/", 1)[1])
    assert record["messageId"]
    assert record["receiptHandle"]
    assert tuple(
        record["attributes"][name] for name in ("ApproximateReceiveCount", "MessageGroupId")
    ) == ("1", "g")
    assert record["attributes"]["SequenceNumber"]
    kind = record["messageAttributes"]["kind"]
    assert (kind["stringValue"], kind["dataType"]) == ("wake", "String")


def test_a_handled_message_is_deleted(sqs: Any, standard: str, poller: Any) -> None:
    bodies: list[str] = []
    poller(standard, keep_bodies(bodies))
    sqs.send_message(QueueUrl=standard, MessageBody="once")

    assert eventually(lambda: bodies == ["once"])
    assert eventually(lambda: held(sqs, standard) == 0)


def test_a_group_keeps_its_order_after_a_failure_and_groups_run_concurrently(
    sqs: Any, fifo: str, poller: Any
) -> None:
    handled: list[str] = []
    failed: set[str] = set()

    def fail_each_once(event: Event, context: Any) -> None:
        record = event["Records"][0]
        if record["body"] not in failed:
            failed.add(record["body"])
            sqs.change_message_visibility(
                QueueUrl=fifo, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=0
            )
            raise ValueError("once")
        handled.append(record["body"])

    expected = [f"{group}{n}" for n in range(6) for group in "abc"]
    for body in expected:
        sqs.send_message(QueueUrl=fifo, MessageBody=body, MessageGroupId=body[0])
    poller(fifo, fail_each_once)

    assert eventually(lambda: len(handled) == len(expected))
    for group in "abc":
        assert [f"{group}{n}" for n in range(6)] == [body for body in handled if body[0] == group]


def test_a_failed_message_stays_hidden_as_long_as_the_handler_chose(
    sqs: Any, fifo: str, poller: Any
) -> None:
    seen: list[tuple[str, float]] = []

    def back_off(event: Event, context: Any) -> None:
        record = event["Records"][0]
        seen.append((record["body"], time.monotonic()))
        if len(seen) == 1:
            sqs.change_message_visibility(
                QueueUrl=fifo, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=1
            )
            raise ValueError("not yet")

    for body in ("first", "second"):
        sqs.send_message(QueueUrl=fifo, MessageBody=body, MessageGroupId="g")
    poller(fifo, back_off)

    assert eventually(lambda: len(seen) == 3)
    assert [body for body, _ in seen] == ["first", "first", "second"]
    assert 0.9 < seen[1][1] - seen[0][1] < 2


def test_only_the_reported_messages_of_a_batch_are_received_again(
    sqs: Any, standard: str, poller: Any
) -> None:
    for body in ("good", "bad"):
        sqs.send_message(QueueUrl=standard, MessageBody=body)
    bodies: list[str] = []

    def report_bad(event: Event, context: Any) -> Any:
        bodies.extend(record["body"] for record in event["Records"])
        bad = [record for record in event["Records"] if record["body"] == "bad"]
        return {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in bad]}

    poller(standard, report_bad, batch_size=10, workers=1)

    assert eventually(lambda: {"good", "bad"} == set(bodies))
    assert eventually(lambda: held(sqs, standard) == 1)


def test_each_worker_handles_a_message_at_the_same_time(
    sqs: Any, standard: str, poller: Any
) -> None:
    together = threading.Barrier(4, timeout=10)
    met: list[int] = []
    for n in range(4):
        sqs.send_message(QueueUrl=standard, MessageBody=str(n))
    poller(standard, lambda event, context: met.append(together.wait()), workers=4)

    assert eventually(lambda: len(met) == 4)


def test_handlers_that_wait_keep_no_other_from_starting(
    sqs: Any, standard: str, poller: Any
) -> None:
    stalled, released, quick = [], threading.Event(), threading.Event()

    def handle(event: Event, context: Any) -> None:
        if event["Records"][0]["body"] == "quick":
            quick.set()
        else:
            stalled.append(event)
            released.wait(20)

    poller(standard, handle, workers=30)
    for _ in range(29):
        sqs.send_message(QueueUrl=standard, MessageBody="stalled")
    assert eventually(lambda: len(stalled) == 29)
    sqs.send_message(QueueUrl=standard, MessageBody="quick")

    assert quick.wait(5)
    released.set()


def test_the_poller_waits_for_a_queue_that_does_not_exist_yet(
    sqs: Any, standard: str, poller: Any
) -> None:
    name = uuid4().hex
    bodies: list[str] = []
    poller(f"{standard.rsplit('/', 1)[0]}/{name}", keep_bodies(bodies), workers=1)
    time.sleep(0.2)

    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="at last")

    assert eventually(lambda: bodies == ["at last"])


def test_an_idle_poller_stops_within_one_poll(standard: str, poller: Any) -> None:
    running = poller(standard, keep_bodies([]))
    time.sleep(0.2)

    began = time.monotonic()
    assert running.stop(within=3)
    assert time.monotonic() - began < 1.5


def keep_bodies(bodies: list[str]) -> Callable[[Event, Any], None]:
    return lambda event, context: bodies.extend(record["body"] for record in event["Records"])


def held(sqs: Any, queue: str) -> int:
    """The number of messages in the queue, including hidden ones."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)
