"""Counting waiting conversations without reading heads."""

import pytest
from msgspec.structs import replace

from chalicelib.domain.access import Role
from chalicelib.domain.conversation.commands import Claim, Pause, Release, Unpause
from chalicelib.domain.conversation.handoff import Request
from chalicelib.usecases.records.reports import Backlog
from tests.contract.store_setup import ADDRESS, ANA, BOT, DEMO, act, other, store_heads, waiting
from tests.support.engines import Stores, with_shards
from tests.support.round_trips import counting


@pytest.fixture(params=[1, 3], ids=["1-shard", "3-shards"])
def sharded(stores: Stores, request: pytest.FixtureRequest) -> Stores:
    return with_shards(stores, request.param)


def test_an_empty_queue_has_no_longest_wait(sharded: Stores) -> None:
    act(sharded, DEMO, ADDRESS, Pause())
    act(sharded, ANA, ADDRESS, Claim())

    assert sharded.conversations.backlog(BOT) == Backlog(0, None)


def test_the_longest_wait_is_found_at_every_priority(sharded: Stores) -> None:
    began = sharded.clock.now()
    for n, priority in enumerate([0, 9, 5]):
        act(sharded, DEMO, other(ADDRESS, n), Pause(Request(priority=priority)))
        sharded.clock.advance(1000)

    assert sharded.conversations.backlog(BOT) == Backlog(3, began)


def test_a_claimed_or_returned_conversation_is_not_counted_as_waiting(sharded: Stores) -> None:
    for n in range(4):
        act(sharded, DEMO, other(ADDRESS, n), Pause())
    act(sharded, ANA, other(ADDRESS, 0), Claim())
    act(sharded, DEMO, other(ADDRESS, 1), Unpause())
    act(sharded, ANA, other(ADDRESS, 2), Claim())
    sharded.clock.advance(1000)
    act(sharded, ANA, other(ADDRESS, 2), Release())

    assert sharded.conversations.backlog(BOT).count == 2


def test_another_bots_handoffs_are_not_counted(sharded: Stores) -> None:
    theirs = replace(ADDRESS, bot="other")
    bot = replace(DEMO, bot="other", role=Role.BOT)
    act(sharded, bot, theirs, Pause())

    assert sharded.conversations.backlog(BOT) == Backlog(0, None)


@pytest.mark.parametrize("shards", [1, 3])
def test_a_queue_of_a_thousand_costs_one_round_trip_a_shard(on_moto: Stores, shards: int) -> None:
    stores = with_shards(on_moto, shards)
    store_heads(stores, [waiting(n) for n in range(1000)])
    assert stores.table

    with counting(stores.table) as calls:
        found = stores.conversations.backlog(BOT)

    assert found.count == 1000
    assert calls == ["Query"] * shards


def test_a_queue_of_more_than_a_page_is_counted_to_its_end(on_moto: Stores) -> None:
    """DynamoDB reads 1 MB in one go."""
    store_heads(on_moto, [replace(waiting(n), tags=("t" * 900,)) for n in range(1200)])
    assert on_moto.table

    with counting(on_moto.table) as calls:
        found = on_moto.conversations.backlog(BOT)

    assert found.count == 1200
    assert len(calls) > 1
