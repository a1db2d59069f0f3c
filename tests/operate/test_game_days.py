"""What an operator fears, done on purpose: it costs what it must, and nobody else a thing."""

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import Address
from chalicelib.domain.commands import Pause
from chalicelib.domain.handoff import Request
from chalicelib.entrypoints import change_stream
from chalicelib.usecases.conversations import execute
from chalicelib.usecases.records import Committed
from infra.local.pumps import DeadLetter, Retries
from infra.local.pumps.delivery import Delivery
from tests.support.fakes import FakeTopic
from tests.support.world import MemoryWorld

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
def world() -> MemoryWorld:
    return MemoryWorld()


def records_of(world: MemoryWorld, conversations: int) -> list[dict[str, Any]]:
    """Of as many pauses, as the stream would bring them."""
    found = []
    for n in range(conversations):
        execute(world, BOT, place(n), Pause(Request(reason="lost")))
        (entry,) = world.conversations.entries_after("demo", place(n).conversation_id, 0, 9)
        committed = Committed("demo", place(n).conversation_id, entry)
        found.append({"dynamodb": {"SequenceNumber": f"{n:03d}"}, "committed": committed})
    return found


def handled(world: MemoryWorld, records: list[dict[str, Any]]) -> list[str]:
    """The sequence numbers that the handler names."""
    event = {"Records": records}
    answer = change_stream.handle(world, lambda record: record["committed"], event)
    failures: Any = answer["batchItemFailures"]
    return [each["itemIdentifier"] for each in failures]


def test_a_poison_record_is_named_and_keeps_nothing_from_anybody_else(world: MemoryWorld) -> None:
    """When Lambda gives up it discards the batch from the named record on."""
    records = records_of(world, 5)
    world.topic = topic = Hopeless(place(1).conversation_id)

    assert handled(world, records) == ["001"]

    assert topic.told == {place(n).conversation_id for n in (0, 2, 3, 4)}


def test_what_follows_in_a_poisoned_conversation_waits_for_it(world: MemoryWorld) -> None:
    records = records_of(world, 2)
    world.topic = topic = Hopeless(place(0).conversation_id, times=1)
    again = {"dynamodb": {"SequenceNumber": "002"}, "committed": records[0]["committed"]}

    assert handled(world, [*records, again]) == ["000"]

    assert topic.told == {place(1).conversation_id}


def test_of_several_poison_records_the_first_is_named(world: MemoryWorld) -> None:
    records = records_of(world, 4)
    world.topic = Hopeless(place(1).conversation_id, place(3).conversation_id)

    assert handled(world, records) == ["001"]


def test_a_record_that_cannot_even_be_read_is_poison_like_any_other(world: MemoryWorld) -> None:
    records = records_of(world, 3)
    del records[1]["committed"]
    world.topic = topic = Hopeless("nobody's")

    assert handled(world, records) == ["001"]

    assert topic.told == {place(0).conversation_id, place(2).conversation_id}


def test_the_stream_goes_on_behind_a_poison_record_which_is_put_aside(world: MemoryWorld) -> None:
    records = records_of(world, 6)
    world.topic = topic = Hopeless(place(2).conversation_id)
    dead: list[DeadLetter] = []
    settled: list[str] = []
    delivery = Delivery(
        "on_change",
        lambda event: change_stream.handle(world, lambda record: record["committed"], event),
        Retries(3, 0.0),
        dead.append,
        threading.Event(),
    )

    assert delivery.deliver(records, settled.append)

    assert [letter.record for letter in dead] == [records[2]]
    assert settled[-1] == "005"
    assert topic.told == {place(n).conversation_id for n in range(6) if n != 2}
    topic.published.clear()
    world.topic = FakeTopic()
    assert handled(world, [letter.record for letter in dead]) == []
    assert [p.message["conversation_id"] for p in world.topic.published] == [
        place(2).conversation_id
    ]
