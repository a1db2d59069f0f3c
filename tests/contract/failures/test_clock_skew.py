"""Clocks that differ between containers affect neither order nor turns."""

import pytest

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import (
    AgentMessage,
    BotMessage,
    Claim,
    Pause,
    Unpause,
    UserMessage,
)
from chalicelib.domain.conversation.entries import Body, Kind
from chalicelib.domain.conversation.handoff import Request
from chalicelib.domain.errors import Refused
from chalicelib.domain.routing.queues import Limits, Queue
from chalicelib.entrypoints.events import minute
from chalicelib.usecases.conversations.execute import execute
from tests.support.clock import START, ManualClock
from tests.support.engines import Stores, on_table
from tests.support.store_services import StoreServices

BOT = Caller("demo", "Demo bot", Role.BOT, "demo")
ANA = Caller("ana", "Ana", Role.AGENT, "demo")
PLACE = Address("demo", "web", "zoe")
CID = PLACE.conversation_id
SECOND, MINUTE = 1000, 60_000
GIVE_UP = 10 * MINUTE
SALES = Queue("sales", limits=Limits(give_up=GIVE_UP // SECOND))


def asked(services: StoreServices, place: Address = PLACE) -> None:
    services.directory.put_queue("demo", SALES)
    execute(services, BOT, place, Pause(Request(queue="sales")))


def kinds(services: StoreServices, place: Address = PLACE) -> list[Kind]:
    entries = services.conversations.entries_after("demo", place.conversation_id, 0, 100)
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    return [entry.kind for entry in entries]


@pytest.fixture
def early(on_moto: Stores) -> StoreServices:
    """A container whose clock is five minutes ahead."""
    return container(on_moto, 5 * MINUTE)


@pytest.fixture
def late(on_moto: Stores) -> StoreServices:
    """One whose clock is five minutes behind, on the same table."""
    return container(on_moto, -5 * MINUTE)


def container(stores: Stores, ahead: int) -> StoreServices:
    assert stores.table
    return StoreServices(on_table(stores.table, ManualClock(START + ahead)))


def test_order_and_turn_do_not_go_by_clocks(early: StoreServices, late: StoreServices) -> None:
    execute(early, BOT, PLACE, UserMessage(Body(text="1")))
    execute(late, BOT, PLACE, Pause(Request()))
    execute(early, BOT, PLACE, UserMessage(Body(text="2")))
    execute(late, ANA, CID, Claim())
    execute(early, ANA, CID, AgentMessage(Body(text="3")))
    with pytest.raises(Refused):
        execute(late, BOT, PLACE, BotMessage(Body(text="out of turn")))
    execute(late, ANA, CID, Unpause())
    execute(early, BOT, PLACE, BotMessage(Body(text="4")))

    entries = early.conversations.entries_after("demo", CID, 0, 100)
    assert [e.record.text for e in entries if e.kind is Kind.MESSAGE] == ["1", "2", "3", "4"]
    assert [e.seq for e in entries] == list(range(1, 9))
    head = late.conversations.head("demo", CID)
    assert head
    assert (head.status, head.epoch) == ("bot", 4)


def test_a_deadline_is_met_early_or_late_by_the_skew_and_once(
    early: StoreServices, late: StoreServices
) -> None:
    asked(late)
    early.clock.advance(-1)
    minute.every_minute(early)
    assert kinds(early) == [Kind.REQUESTED]

    early.clock.advance(1)
    minute.every_minute(early)
    minute.every_minute(late)
    late.clock.advance(GIVE_UP)
    minute.every_minute(late)

    assert kinds(late) == [Kind.REQUESTED, Kind.RETURNED]


def test_a_clock_that_jumps_back_undoes_nothing(early: StoreServices) -> None:
    asked(early)
    early.clock.advance(GIVE_UP)
    minute.every_minute(early)
    early.clock.advance(-GIVE_UP)
    execute(early, BOT, PLACE, Pause(Request(queue="sales")))

    assert minute.every_minute(early)["deadlines_met"] == 0

    assert kinds(early) == [Kind.REQUESTED, Kind.RETURNED, Kind.REQUESTED]
