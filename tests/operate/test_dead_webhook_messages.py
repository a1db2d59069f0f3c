"""SQS moves a message that crashes the worker each time to the dead-letter queue."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from infra.dead_letters import DeadLetters
from infra.local.aws.engine import Engine
from infra.local.aws.messaging import Messaging, create_messaging
from infra.local.event_sources import QueuePoller
from infra.local.invocation import Event
from tests.local.waiting import eventually

ATTEMPTS = 3


@pytest.fixture
def sqs(engine: Engine) -> Any:
    return engine.client("sqs", max_pool_connections=20)


@pytest.fixture
def queues(engine: Engine, sqs: Any) -> Messaging:
    """The queues of a stage, with fewer receives and a shorter visibility timeout."""
    made = create_messaging(engine.client("sns"), sqs, f"m-{uuid4().hex[:8]}")
    attributes = sqs.get_queue_attributes(QueueUrl=made.queue_url, AttributeNames=["All"])
    redrive = json.loads(attributes["Attributes"]["RedrivePolicy"])
    redrive["maxReceiveCount"] = str(ATTEMPTS)
    sqs.set_queue_attributes(
        QueueUrl=made.queue_url,
        Attributes={"RedrivePolicy": json.dumps(redrive), "VisibilityTimeout": "1"},
    )
    return made


class Worker:
    """A worker that crashes on the first message of the conversation `poison`."""

    def __init__(self, poison: str) -> None:
        self._poison = poison
        self.done: list[tuple[str, int]] = []
        self.crashes = 0

    def __call__(self, event: Event, context: Any) -> Any:
        queued = json.loads(event["Records"][0]["body"])
        if queued["conversation_id"] == self._poison and queued["seq"] == 1:
            self.crashes += 1
            raise MemoryError
        self.done.append((queued["conversation_id"], queued["seq"]))


@pytest.fixture
def worker(sqs: Any, queues: Messaging) -> Iterator[Worker]:
    dies = Worker("c_poison")
    poller = QueuePoller("on_webhook_queue", sqs, queues.queue_url, dies)
    poller.start()
    yield dies
    assert poller.stop(within=3)


def test_a_message_that_crashes_the_worker_becomes_a_dead_letter_and_the_others_follow(
    sqs: Any, queues: Messaging, worker: Worker
) -> None:
    wanted = [("c_poison", 1), ("c_poison", 2), ("c_other", 1)]
    for conversation_id, seq in wanted:
        queued = {"bot": "demo", "conversation_id": conversation_id, "seq": seq}
        sqs.send_message(
            QueueUrl=queues.queue_url,
            MessageBody=json.dumps(queued),
            MessageGroupId=conversation_id,
            MessageDeduplicationId=f"{conversation_id}:{seq}",
        )

    assert eventually(lambda: sorted(worker.done) == sorted(wanted[1:]), within=20)
    assert worker.crashes == ATTEMPTS
    (letter,) = DeadLetters(sqs, queues.dead_letter_url).take()
    assert (letter.kind, letter.body["conversation_id"]) == ("queue", "c_poison")
