"""Offers, reserved capacity and due times."""

from functools import partial

import pytest
from msgspec.structs import replace

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.conversation.authors import Author
from chalicelib.domain.conversation.commands import (
    Claim,
    Command,
    MakeOffer,
    Pause,
    Release,
    Snooze,
    Transfer,
    Unpause,
)
from chalicelib.domain.conversation.handoff import Offer, Request
from chalicelib.domain.conversation.head import Head, Timing
from chalicelib.domain.errors import AtCapacity
from chalicelib.domain.routing.members import Presence, PresenceStatus
from chalicelib.domain.routing.queues import Limits, Mode, Queue
from chalicelib.usecases.ports.conversations import Query
from chalicelib.usecases.records.answers import IdempotencyKey
from tests.contract.store_setup import (
    ADDRESS,
    ANA,
    BOT,
    CID,
    DEMO,
    SAM,
    act,
    at_once,
    member,
    other,
    plan,
)
from tests.support.engines import Stores

TIMER = Caller("timer", "Baton", Role.TIMER, BOT)
ALL = Limits(60, (120, 300), 900, 600, 1200, 3600, 30)
SALES = Queue("sales", mode=Mode.OFFER, offer_seconds=45, limits=ALL)
LATER = 60_000


def asked(stores: Stores, queue: Queue = SALES, n: int = 0) -> Head:
    place = other(ADDRESS, n) if n else ADDRESS
    return act(stores, DEMO, place, Pause(Request(queue=queue.name), queue_settings=queue))


def offer(stores: Stores, until: int, capacity: int | None = None) -> Command:
    there = Presence(PresenceStatus.ONLINE, stores.clock.now())
    return MakeOffer(until, replace(member("ana", capacity), presence=there))


@pytest.mark.parametrize("limits", [ALL, Limits(), Limits(give_up=5, agent_lost=None)])
def test_the_times_that_deadlines_start_from_are_stored(stores: Stores, limits: Limits) -> None:
    head = asked(stores, replace(SALES, limits=limits))

    kept = stores.conversations.head(BOT, CID)

    assert kept == head
    assert head.timing.limits == limits


def test_an_offer_and_the_last_agent_are_stored(stores: Stores) -> None:
    asked(stores)
    until = stores.clock.now() + LATER
    offered = act(stores, TIMER, ADDRESS, offer(stores, until))
    shown = stores.conversations.head(BOT, CID)
    act(stores, ANA, ADDRESS, Claim())
    act(stores, ANA, ADDRESS, Unpause())
    back = stores.conversations.head(BOT, CID)

    assert shown == offered
    assert offered.handoff
    assert offered.offer == Offer(Author("ana", "Ana"), until)
    assert back
    assert (back.last_agent, back.timing) == ("ana", Timing())


def test_a_snooze_is_kept_in_the_head_and_in_the_answer(stores: Stores) -> None:
    asked(stores)
    act(stores, ANA, ADDRESS, Claim())
    key = IdempotencyKey("ana", "key", "f")
    snooze = plan(stores, ANA, ADDRESS, Snooze(stores.clock.now() + LATER), key)
    stores.conversations.commit(snooze)

    loaded = stores.conversations.load(Query(BOT, CID, key))

    assert loaded.head
    assert loaded.head == snooze.decision.head
    assert loaded.head.snoozed_until == stores.clock.now() + LATER
    assert loaded.by_key
    assert loaded.by_key.answer
    assert loaded.by_key.answer.head == snooze.decision.head
    assert stores.conversations.entries_after(BOT, CID, 2, 9) == list(snooze.decision.entries)


def test_exactly_one_of_16_concurrent_offers_to_one_agent_is_stored(stores: Stores) -> None:
    stores.directory.put_member(BOT, member("ana"))
    for n in range(1, 17):
        asked(stores, n=n)
    until = stores.clock.now() + LATER
    places = [other(ADDRESS, n) for n in range(1, 17)]
    commits = [plan(stores, TIMER, place, offer(stores, until)) for place in places]

    outcomes = at_once([partial(stores.conversations.commit, commit) for commit in commits])

    refused = [outcome for outcome in outcomes if outcome is not None]
    assert len(refused) == 15
    assert _kept_until(stores) == until


def test_reserved_capacity_is_freed_when_an_offer_expires_or_is_declined_or_accepted(
    stores: Stores,
) -> None:
    stores.directory.put_member(BOT, member("ana"))
    asked(stores)
    until = stores.clock.now() + LATER

    act(stores, TIMER, ADDRESS, offer(stores, until))
    act(stores, ANA, ADDRESS, Release())
    declined = _kept_until(stores)
    act(stores, TIMER, ADDRESS, offer(stores, until))
    act(stores, ANA, ADDRESS, Claim())
    taken = _kept_until(stores)
    asked(stores, n=2)
    act(stores, TIMER, other(ADDRESS, 2), offer(stores, until))
    asked(stores, n=3)
    stores.clock.advance(LATER)
    act(stores, TIMER, other(ADDRESS, 3), offer(stores, until + LATER))

    assert (declined, taken) == (0, 0)
    assert _kept_until(stores) == until + LATER


@pytest.mark.parametrize(
    "command", [Claim(), Transfer(queue="support"), Unpause()], ids=["taken", "moved", "ended"]
)
def test_reserved_capacity_is_freed_when_a_supervisor_moves_the_conversation(
    stores: Stores, command: Command
) -> None:
    stores.directory.put_member(BOT, member("ana"))
    asked(stores)
    act(stores, TIMER, ADDRESS, offer(stores, stores.clock.now() + LATER))

    act(stores, SAM, ADDRESS, command)

    assert _kept_until(stores) == 0


def test_claiming_or_returning_another_conversation_allows_no_second_offer(
    stores: Stores,
) -> None:
    stores.directory.put_member(BOT, member("ana"))
    for n in range(1, 4):
        asked(stores, n=n)
    until = stores.clock.now() + LATER
    act(stores, TIMER, other(ADDRESS, 1), offer(stores, until))

    for command in (Claim(), Unpause()):
        act(stores, ANA, other(ADDRESS, 2), command)

        assert _kept_until(stores) == until
        with pytest.raises(AtCapacity):
            act(stores, TIMER, other(ADDRESS, 3), offer(stores, until))


def test_an_agent_at_capacity_gets_no_offer(stores: Stores) -> None:
    stores.directory.put_member(BOT, member("ana", capacity=1))
    asked(stores)
    act(stores, replace(ANA, capacity=1), ADDRESS, Claim())
    asked(stores, n=2)

    with pytest.raises(AtCapacity):
        act(stores, TIMER, other(ADDRESS, 2), offer(stores, stores.clock.now() + LATER, 1))


def test_a_deadline_check_can_be_postponed_and_dropped(stores: Stores) -> None:
    head = asked(stores)
    now = stores.clock.now()

    stores.conversations.set_due_at(head, now + 10 * LATER)
    delay = stores.conversations.due_conversations(now + 9 * LATER, 10)
    later = stores.conversations.due_conversations(now + 10 * LATER, 10)
    stores.conversations.set_due_at(head, None)

    assert (delay, later) == ([], [(BOT, CID)])
    assert stores.conversations.due_conversations(now + 99 * LATER, 10) == []
    kept = stores.conversations.head(BOT, CID)
    assert kept == replace(head, timing=replace(head.timing, due_at=None))


def test_a_deadline_check_of_a_changed_conversation_is_not_postponed(stores: Stores) -> None:
    head = asked(stores)
    changed = act(stores, ANA, ADDRESS, Claim())

    stores.conversations.set_due_at(head, None)

    assert stores.conversations.head(BOT, CID) == changed


def _kept_until(stores: Stores) -> int:
    loaded = stores.conversations.load(Query(BOT, CID, agent="ana"))
    assert loaded.agent
    return loaded.agent.reserved_until
