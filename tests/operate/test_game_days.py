"""What an operator fears, done on purpose: it costs what it must, and nobody else a thing."""

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import Pause
from chalicelib.domain.conversation.handoff import Request
from chalicelib.entrypoints.events import stream
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.records.events import Committed
from infra.local.event_sources import DeadLetter, RetryPolicy
from infra.local.event_sources.batch_delivery import Delivery
from tests.support.fakes import FakeTopic
from tests.support.services import MemoryServices

BOT = Caller("demo", "Demo bot", Role.BOT, "demo")
MINUTE = 60_000


def place(n: int) -> Address:
    return Address("demo", "web", f"user-{n}")


class Hopeless(FakeTopic):
    """Refuses what is about some conversations, so many times."""

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
    def told(self) -> set[object]:
        return {published.message["conversation_id"] for published in self.published}


@pytest.fixture
def services() -> MemoryServices:
    return MemoryServices()


def records_of(services: MemoryServices, conversations: int) -> list[dict[str, Any]]:
    """Of as many pauses, as the stream would bring them."""
    found = []
    for n in range(conversations):
        execute(services, BOT, place(n), Pause(Request(reason="lost")))
        (entry,) = services.conversations.entries_after("demo", place(n).conversation_id, 0, 9)
        committed = Committed("demo", place(n).conversation_id, entry)
        found.append({"dynamodb": {"SequenceNumber": f"{n:03d}"}, "committed": committed})
    return found


def handled(services: MemoryServices, records: list[dict[str, Any]]) -> list[str]:
    """The sequence numbers that the handler names."""
    event = {"Records": records}
    answer = stream.handle(services, lambda record: record["committed"], event)
    failures: Any = answer["batchItemFailures"]
    return [each["itemIdentifier"] for each in failures]


def test_a_poison_record_is_named_and_keeps_nothing_from_anybody_else(
    services: MemoryServices,
) -> None:
    """When Lambda gives up it discards the batch from the named record on."""
    records = records_of(services, 5)
    services.topic = topic = Hopeless(place(1).conversation_id)

    assert handled(services, records) == ["001"]

    assert topic.told == {place(n).conversation_id for n in (0, 2, 3, 4)}


def test_what_follows_in_a_poisoned_conversation_waits_for_it(services: MemoryServices) -> None:
    records = records_of(services, 2)
    services.topic = topic = Hopeless(place(0).conversation_id, times=1)
    again = {"dynamodb": {"SequenceNumber": "002"}, "committed": records[0]["committed"]}

    assert handled(services, [*records, again]) == ["000"]

    assert topic.told == {place(1).conversation_id}


def test_of_several_poison_records_the_first_is_named(services: MemoryServices) -> None:
    records = records_of(services, 4)
    services.topic = Hopeless(place(1).conversation_id, place(3).conversation_id)

    assert handled(services, records) == ["001"]


def test_a_record_that_cannot_even_be_read_is_poison_like_any_other(
    services: MemoryServices,
) -> None:
    records = records_of(services, 3)
    del records[1]["committed"]
    services.topic = topic = Hopeless("nobody's")

    assert handled(services, records) == ["001"]

    assert topic.told == {place(0).conversation_id, place(2).conversation_id}


def test_the_stream_goes_on_behind_a_poison_record_which_is_put_aside(
    services: MemoryServices,
) -> None:
    records = records_of(services, 6)
    services.topic = topic = Hopeless(place(2).conversation_id)
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
    assert topic.told == {place(n).conversation_id for n in range(6) if n != 2}
    topic.published.clear()
    services.topic = FakeTopic()
    assert handled(services, [letter.record for letter in dead]) == []
    assert [p.message["conversation_id"] for p in services.topic.published] == [
        place(2).conversation_id
    ]
