"""A stream record that always fails does not block the records of other conversations."""

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import Address, person_id
from chalicelib.domain.conversation.commands import Pause
from chalicelib.domain.conversation.handoff import Request
from chalicelib.entrypoints.events import stream
from chalicelib.entrypoints.events.minute import every_minute
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.live import push
from chalicelib.usecases.reactions import REACTIONS
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.notifications import Notification
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.records.webhooks import CHANNEL
from chalicelib.usecases.webhooks.enqueue import enqueue_webhooks
from infra.local.event_sources import DeadLetter, RetryPolicy
from infra.local.event_sources.batch_delivery import Delivery
from tests.support.clock import ManualClock
from tests.support.fakes import FakeTopic, FakeWebhookQueue, UnreachableSockets
from tests.support.services import MemoryServices

BOT = Caller("demo", "Demo bot", Role.BOT, "demo")
MINUTE = 60_000


def place(n: int) -> Address:
    return Address("demo", "web", f"user-{n}")


class FailingTopic(FakeTopic):
    """Raises for messages about some conversations, `times` times."""

    def __init__(self, *conversation_ids: str, times: int = 1000) -> None:
        super().__init__()
        self._conversation_ids = conversation_ids
        self._times = times

    def publish(self, message: Mapping[str, object], attributes: Mapping[str, str]) -> None:
        if message["conversation_id"] in self._conversation_ids and self._times:
            self._times -= 1
            raise ValueError("no")
        super().publish(message, attributes)

    @property
    def published_ids(self) -> set[object]:
        return {published.message["conversation_id"] for published in self.published}


@pytest.fixture
def services() -> MemoryServices:
    return MemoryServices()


def records_of(services: MemoryServices, conversations: int) -> list[dict[str, Any]]:
    """The stream records of so many pauses, each in its own conversation."""
    found = []
    for n in range(conversations):
        execute(services, BOT, place(n), Pause(Request(reason="lost")))
        (entry,) = services.conversations.entries_after("demo", place(n).conversation_id, 0, 9)
        committed = CommittedEntry("demo", place(n).conversation_id, entry)
        found.append({"dynamodb": {"SequenceNumber": f"{n:03d}"}, "committed": committed})
    return found


def failures_of(services: MemoryServices, records: list[dict[str, Any]]) -> list[str]:
    """The sequence numbers that the handler reports as failed."""
    event = {"Records": records}
    answer = stream.handle(services, lambda record: record["committed"], event)
    failures: Any = answer["batchItemFailures"]
    return [each["itemIdentifier"] for each in failures]


class SlowQueue(FakeWebhookQueue):
    """Takes a second for each message. `woken` has the conversations in the order of messages."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self.woken: list[str] = []
        self._time = clock

    def enqueue(self, bot: str, conversation_id: str, seq: int, webhook: str = CHANNEL) -> None:
        self._time.advance(1000)
        self.woken.append(conversation_id)


def test_after_an_outage_the_newest_records_reach_the_webhook_queue_first() -> None:
    services = MemoryServices("https://bot.test/")
    records = records_of(services, 100)
    services.webhook_queue = queue = SlowQueue(services.clock)

    failed = failures_of(services, records)

    newest = [place(n).conversation_id for n in range(99, -1, -1)]
    urgent = stream.URGENT_MS // 1000 + 1
    assert queue.woken[:urgent] == newest[:urgent]
    assert queue.woken[urgent:] == newest[:urgent:-1][: len(queue.woken) - urgent]
    assert failed, "Lambda sends the rest again"


def test_a_failing_record_is_reported_and_the_others_are_handled(
    services: MemoryServices,
) -> None:
    """The handler must handle the later records too: Lambda may discard them with the reported
    one."""
    records = records_of(services, 5)
    services.topic = topic = FailingTopic(place(1).conversation_id)

    assert failures_of(services, records) == ["001"]

    assert topic.published_ids == {place(n).conversation_id for n in (0, 2, 3, 4)}


def test_a_refused_console_costs_webhook_sns_and_other_consoles_nothing(
    services: MemoryServices,
) -> None:
    """It is told to read everything again as soon as it can be reached."""
    services = MemoryServices("https://bot.test/")
    services.sockets = gateway = UnreachableSockets("ana")
    ana, now = person_id("ana@example.test"), services.clock.now()
    for each in ("ana", "good"):
        services.connections.put(SocketConnection(each, ana, 1, ("demo",), now, now + 9 * MINUTE))
    gateway.connect("good")
    records = records_of(services, 2)

    assert failures_of(services, records) == []

    ids = [place(n).conversation_id for n in range(2)]
    assert {queued.conversation_id for queued in services.webhook_queue.waiting()} == set(ids)
    assert [p.message["conversation_id"] for p in services.topic.published] == ids
    assert len(gateway.frames["good"]) == 2
    every_minute(services)
    assert "ana" not in gateway.frames
    gateway.broken = None
    gateway.connect("ana")
    every_minute(services)
    every_minute(services)
    assert gateway.frames["ana"] == [push.encode(push.RESYNC)]
    assert len(gateway.frames["good"]) == 2
    assert len(services.topic.published) == 2


def test_the_webhook_is_the_first_reaction_to_every_entry_that_the_bot_receives() -> None:
    for kind, reactions in REACTIONS.items():
        assert enqueue_webhooks not in reactions[1:], kind


def test_a_failing_push_of_a_notification_does_not_stop_sns(services: MemoryServices) -> None:
    services.sockets = UnreachableSockets("ana")
    ana, now = person_id("ana@example.test"), services.clock.now()
    services.connections.put(SocketConnection("ana", ana, 1, ("demo",), now, now + MINUTE))
    note = Notification("n-1", "demo", "The shop is closed.", "info", now)
    record = {"dynamodb": {"SequenceNumber": "000"}, "committed": note}

    assert failures_of(services, [record]) == []

    assert [p.message["message"] for p in services.topic.published] == [note.message]


def test_the_first_of_several_failing_records_is_reported(services: MemoryServices) -> None:
    records = records_of(services, 4)
    services.topic = FailingTopic(place(1).conversation_id, place(3).conversation_id)

    assert failures_of(services, records) == ["001"]


def test_a_record_that_cannot_be_parsed_is_reported_as_failed(
    services: MemoryServices,
) -> None:
    records = records_of(services, 3)
    del records[1]["committed"]
    services.topic = topic = FailingTopic("nobody's")

    assert failures_of(services, records) == ["001"]

    assert topic.published_ids == {place(0).conversation_id, place(2).conversation_id}


def test_a_failing_record_becomes_a_dead_letter_and_the_stream_continues(
    services: MemoryServices,
) -> None:
    records = records_of(services, 6)
    services.topic = topic = FailingTopic(place(2).conversation_id)
    dead: list[DeadLetter] = []
    settled: list[str] = []
    delivery = Delivery(
        "on_change",
        lambda event: stream.handle(services, lambda record: record["committed"], event),
        RetryPolicy(3, 0.0),
        dead.append,
        threading.Event(),
    )

    assert delivery.deliver(records, settled.append)

    assert [letter.record for letter in dead] == [records[2]]
    assert settled[-1] == "005"
    assert topic.published_ids == {place(n).conversation_id for n in range(6) if n != 2}
    topic.published.clear()
    services.topic = FakeTopic()
    assert failures_of(services, [letter.record for letter in dead]) == []
    assert [p.message["conversation_id"] for p in services.topic.published] == [
        place(2).conversation_id
    ]
