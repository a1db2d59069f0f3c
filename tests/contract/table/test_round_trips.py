"""The number of round trips of each call."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from chalicelib.domain.conversation.authors import From
from chalicelib.domain.conversation.commands import Claim, Pause
from chalicelib.usecases.conversations.queries import PAUSED
from chalicelib.usecases.ports.conversations import BoardFilter, Listing, Query
from chalicelib.usecases.records.answers import IdempotencyKey, MessageKey
from tests.contract.store_setup import (
    ADDRESS,
    ANA,
    BOT,
    CID,
    DEMO,
    act,
    other,
    plan,
    said,
    said_times,
    store_heads,
    waiting,
)
from tests.support.engines import Stores, with_shards
from tests.support.round_trips import counting

KEY = IdempotencyKey("k1", "key", "f")


def calls_of(stores: Stores) -> AbstractContextManager[list[str]]:
    assert stores.table
    return counting(stores.table)


def test_a_command_takes_a_read_and_a_transaction(on_moto: Stores) -> None:
    with calls_of(on_moto) as calls:
        act(on_moto, DEMO, ADDRESS, said("hi", "m1"), KEY)

    assert calls == ["BatchGetItem", "TransactWriteItems"]


def test_a_command_reads_everything_at_once(on_moto: Stores) -> None:
    act(on_moto, DEMO, ADDRESS, Pause(), KEY)

    with calls_of(on_moto) as calls:
        on_moto.conversations.load(Query(BOT, CID, KEY, MessageKey(From.USER, "m1"), "ana"))

    assert calls == ["BatchGetItem"]


def test_a_lost_race_costs_one_round_trip(on_moto: Stores) -> None:
    act(on_moto, DEMO, ADDRESS, Pause())
    commit = plan(on_moto, ANA, ADDRESS, Claim())

    with calls_of(on_moto) as calls:
        on_moto.conversations.commit(commit)
        on_moto.conversations.commit(commit)

    assert calls == ["TransactWriteItems"] * 2


def test_a_command_that_changes_nothing_writes_nothing(on_moto: Stores) -> None:
    act(on_moto, DEMO, ADDRESS, Pause())

    with calls_of(on_moto) as calls:
        act(on_moto, DEMO, ADDRESS, Pause())

    assert calls == ["BatchGetItem"]


def test_the_gate_takes_one_read(on_moto: Stores) -> None:
    with calls_of(on_moto) as calls:
        on_moto.conversations.head(BOT, CID)

    assert calls == ["GetItem"]


def test_authentication_takes_one_read(on_moto: Stores) -> None:
    with calls_of(on_moto) as calls:
        on_moto.directory.bot_and_key(BOT, "k")
        on_moto.directory.bot_and_member(BOT, "p")

    assert calls == ["BatchGetItem", "BatchGetItem"]


def test_entries_and_addresses_take_one_query(on_moto: Stores) -> None:
    said_times(on_moto, 3)

    with calls_of(on_moto) as calls:
        on_moto.conversations.entries_after(BOT, CID, 0, 100)
        on_moto.conversations.entries_before(BOT, CID, None, 100)
        on_moto.conversations.ids_of_user(BOT, "web", "u1")
        on_moto.conversations.ids_of_thread(BOT, "t1")

    assert calls == ["Query"] * 4


def test_a_hundred_heads_take_one_read(on_moto: Stores) -> None:
    with calls_of(on_moto) as calls:
        on_moto.conversations.heads(BOT, [f"c_{n}" for n in range(100)])
        on_moto.conversations.heads(BOT, [f"c_{n}" for n in range(101)])

    assert calls == ["BatchGetItem"] * 3


@pytest.mark.parametrize("shards", [1, 3])
def test_a_page_of_a_list_takes_one_query_per_shard(on_moto: Stores, shards: int) -> None:
    stores = with_shards(on_moto, shards)
    for n in range(12):
        act(stores, DEMO, other(ADDRESS, n), Pause())

    reads: list[Callable[[str | None], Listing]] = [
        lambda at: stores.conversations.board(BOT, BoardFilter(PAUSED), at, 4),
        lambda at: stores.conversations.recent(BOT, at, 4),
        lambda at: stores.conversations.by_user_name(BOT, "", at, 4),
    ]
    for read in reads:
        with calls_of(stores) as calls:
            position = read(None).position
            read(position)
        assert calls == ["Query"] * 2 * shards


def test_a_list_with_a_filter_takes_five_queries_at_most(on_moto: Stores) -> None:
    store_heads(on_moto, [waiting(n, since=n, queue="many") for n in range(501)])

    with calls_of(on_moto) as calls:
        listing = on_moto.conversations.board(BOT, BoardFilter(PAUSED, queue="none"), None, 4)

    assert calls == ["Query"] * 5
    assert listing.conversation_ids == []
    assert listing.position
