"""Messages reach the handler as from SQS through Lambda, and ministack's queues keep their word."""

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
def pump(sqs: Any) -> Iterator[Callable[..., QueuePoller]]:
    started: list[QueuePoller] = []

    def start(queue: str, handler: Any, **options: Any) -> QueuePoller:
        one = QueuePoller("deliveries", sqs, queue, handler, **options)
        one.start()
        started.append(one)
        return one

    yield start
    for one in started:
        assert one.stop(within=3)


def test_a_record_has_the_shape_that_lambda_gives_it(sqs: Any, fifo: str, pump: Any) -> None:
    records: list[Event] = []
    pump(fifo, lambda event, context: records.extend(event["Records"]))
    attributes = {"kind": {"DataType": "String", "StringValue": "nudge"}}
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
    assert (kind["stringValue"], kind["dataType"]) == ("nudge", "String")


def test_a_handled_message_is_deleted(sqs: Any, standard: str, pump: Any) -> None:
    bodies: list[str] = []
    pump(standard, keep_bodies(bodies))
    sqs.send_message(QueueUrl=standard, MessageBody="once")

    assert eventually(lambda: bodies == ["once"])
    assert eventually(lambda: held(sqs, standard) == 0)


def test_a_group_keeps_its_order_though_a_message_fails_and_groups_run_side_by_side(
    sqs: Any, fifo: str, pump: Any
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
    pump(fifo, fail_each_once)

    assert eventually(lambda: len(handled) == len(expected))
    for group in "abc":
        assert [f"{group}{n}" for n in range(6)] == [body for body in handled if body[0] == group]


def test_a_failed_message_stays_hidden_for_the_time_its_handler_chose(
    sqs: Any, fifo: str, pump: Any
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
    pump(fifo, back_off)

    assert eventually(lambda: len(seen) == 3)
    assert [body for body, _ in seen] == ["first", "first", "second"]
    assert 0.9 < seen[1][1] - seen[0][1] < 2


def test_of_a_batch_only_the_reported_messages_come_again(
    sqs: Any, standard: str, pump: Any
) -> None:
    for body in ("good", "bad"):
        sqs.send_message(QueueUrl=standard, MessageBody=body)
    bodies: list[str] = []

    def report_bad(event: Event, context: Any) -> Any:
        bodies.extend(record["body"] for record in event["Records"])
        bad = [record for record in event["Records"] if record["body"] == "bad"]
        return {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in bad]}

    pump(standard, report_bad, batch_size=10, workers=1)

    assert eventually(lambda: {"good", "bad"} == set(bodies))
    assert eventually(lambda: held(sqs, standard) == 1)


def test_as_many_messages_are_handled_at_once_as_there_are_workers(
    sqs: Any, standard: str, pump: Any
) -> None:
    together = threading.Barrier(4, timeout=10)
    met: list[int] = []
    for n in range(4):
        sqs.send_message(QueueUrl=standard, MessageBody=str(n))
    pump(standard, lambda event, context: met.append(together.wait()), workers=4)

    assert eventually(lambda: len(met) == 4)


def test_a_queue_that_does_not_exist_yet_is_waited_for(sqs: Any, standard: str, pump: Any) -> None:
    name = uuid4().hex
    bodies: list[str] = []
    pump(f"{standard.rsplit('/', 1)[0]}/{name}", keep_bodies(bodies), workers=1)
    time.sleep(0.2)

    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="at last")

    assert eventually(lambda: bodies == ["at last"])


def test_an_idle_pump_stops_within_a_poll(standard: str, pump: Any) -> None:
    running = pump(standard, keep_bodies([]))
    time.sleep(0.2)

    began = time.monotonic()
    assert running.stop(within=3)
    assert time.monotonic() - began < 1.5


def keep_bodies(bodies: list[str]) -> Callable[[Event, Any], None]:
    return lambda event, context: bodies.extend(record["body"] for record in event["Records"])


def held(sqs: Any, queue: str) -> int:
    """How many messages the queue still has, hidden ones included."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)
