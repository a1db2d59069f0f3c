"""Lists of conversations: content, order, and pages without repeats or gaps."""

from collections.abc import Callable
from itertools import count

import pytest
from msgspec.structs import replace

from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import (
    Claim,
    Pause,
    PauseAndClaim,
    Profile,
    Unpause,
    UserMessage,
)
from chalicelib.domain.conversation.entries import Body
from chalicelib.domain.conversation.handoff import Request
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.usecases.conversations.queries import PAUSED
from chalicelib.usecases.ports.conversations import BoardFilter, Listing
from tests.contract.store_setup import (
    ADDRESS,
    ANA,
    BO,
    BOT,
    CID,
    DEMO,
    act,
    other,
    owned,
    said,
    store_heads,
    stored,
    waiting,
)
from tests.support.clock import START
from tests.support.engines import Stores, with_shards

ALL = BoardFilter(PAUSED)
MINUTE = 60_000


@pytest.fixture(params=[1, 3], ids=["1-shard", "3-shards"])
def sharded(stores: Stores, request: pytest.FixtureRequest) -> Stores:
    return with_shards(stores, request.param)


def pages(read: Callable[[str | None], Listing], limit: int) -> list[str]:
    """All ids, page by page; checks that no page is too long."""
    found: list[str] = []
    position: str | None = None
    for turn in count():
        listing = read(position)
        assert len(listing.conversation_ids) <= limit
        assert turn < 50
        found += listing.conversation_ids
        position = listing.position
        if position is None:
            return found
    raise AssertionError


def board(stores: Stores, wanted: BoardFilter = ALL, limit: int = 100) -> list[str]:
    return pages(lambda at: stores.conversations.board(BOT, wanted, at, limit), limit)


def recent(stores: Stores, limit: int = 100) -> list[str]:
    return pages(lambda at: stores.conversations.recent(BOT, at, limit), limit)


def named(stores: Stores, prefix: str, limit: int = 100) -> list[str]:
    return pages(lambda at: stores.conversations.by_user_name(BOT, prefix, at, limit), limit)


def test_a_conversation_is_on_the_board_while_it_is_paused(stores: Stores) -> None:
    act(stores, DEMO, ADDRESS, said("hi"))
    assert board(stores) == []

    act(stores, DEMO, ADDRESS, Pause())
    assert board(stores) == [CID]

    act(stores, ANA, ADDRESS, Claim())
    assert board(stores) == [CID]

    act(stores, ANA, ADDRESS, Unpause())
    assert board(stores) == []
    assert recent(stores) == [CID]


def test_the_board_lists_waiting_by_priority_and_wait_and_then_owned_conversations(
    sharded: Stores,
) -> None:
    heads: list[Head] = [
        waiting(1, priority=9, since=10),
        waiting(2, priority=9, since=20),
        waiting(3, priority=1, since=1),
        waiting(4, since=5),
        waiting(5, since=2 * MINUTE),
        owned(6, "ana", since=3),
        owned(7, "bo", since=4),
    ]
    for head in reversed(heads):
        stored(sharded, head)

    assert board(sharded) == [head.id for head in heads]
    assert board(sharded, limit=2) == [head.id for head in heads]


def test_the_board_can_show_one_status_one_queue_or_one_owner(sharded: Stores) -> None:
    sales, support = waiting(1, queue="sales"), waiting(2, since=1, queue="support")
    anas, bos = owned(3, "ana"), owned(4, "bo", since=1)
    for head in (sales, support, anas, bos):
        stored(sharded, head)

    def shown(statuses: frozenset[Status] = PAUSED, **only: str) -> list[str]:
        return board(sharded, BoardFilter(statuses, **only))

    assert shown(frozenset({Status.WAITING})) == [sales.id, support.id]
    assert shown(frozenset({Status.AGENT})) == [anas.id, bos.id]
    assert shown(frozenset()) == []
    assert shown(queue="support") == [support.id]
    assert shown(owner="bo") == [bos.id]
    assert shown(queue="support", owner="bo") == []
    assert shown(frozenset({Status.WAITING}), owner="bo") == []


def test_the_board_of_one_status_is_paged(sharded: Stores) -> None:
    heads: list[Head] = [waiting(n, since=n) for n in range(7)]
    for head in [*heads, *(owned(n, "ana") for n in range(7, 10))]:
        stored(sharded, head)

    for status, expected in ((Status.WAITING, 7), (Status.AGENT, 3)):
        found = board(sharded, BoardFilter(frozenset({status})), limit=2)
        assert len(found) == len(set(found)) == expected


@pytest.mark.parametrize("limit", [1, 4, 7, 21, 22, 23, 100])
def test_pages_of_the_board_neither_repeat_nor_skip(sharded: Stores, limit: int) -> None:
    heads = [waiting(n, since=n % 3, priority=n % 2) for n in range(22)]
    for head in heads:
        stored(sharded, head)

    found = board(sharded, limit=limit)

    assert len(found) == 22
    assert set(found) == {head.id for head in heads}


def test_a_rare_queue_is_found_behind_many_others(stores: Stores) -> None:
    queues = ("rare" if n in (0, 300, 619) else "many" for n in range(620))
    store_heads(stores, [waiting(n, since=n, queue=queue) for n, queue in enumerate(queues)])

    found = board(stores, BoardFilter(PAUSED, queue="rare"), limit=2)

    assert found == [waiting(n).id for n in (0, 300, 619)]


def test_a_filter_neither_repeats_nor_skips_where_shards_are_read_unevenly(
    on_moto: Stores,
) -> None:
    stores = with_shards(on_moto, 3)
    queues = ("many" if n % 3 else "rare" for n in range(360))
    store_heads(stores, [waiting(n, since=n, queue=queue) for n, queue in enumerate(queues)])

    found = board(stores, BoardFilter(PAUSED, queue="rare"))

    assert found == [waiting(n).id for n in range(0, 360, 3)]


def test_the_recent_list_begins_with_the_latest_minute(sharded: Stores) -> None:
    latest: list[str] = []
    for n in range(9):
        stored(sharded, replace(waiting(n), updated_at=START + n * MINUTE))
        latest.insert(0, waiting(n).id)

    assert recent(sharded) == latest
    assert recent(sharded, limit=2) == latest


def test_a_new_entry_moves_a_conversation_to_the_top(stores: Stores) -> None:
    for n in (1, 2):
        act(stores, DEMO, other(ADDRESS, n), said("hi"))
        stores.clock.advance(MINUTE)
    act(stores, DEMO, other(ADDRESS, 1), said("again"))

    assert recent(stores) == [other(ADDRESS, n).conversation_id for n in (1, 2)]


@pytest.mark.parametrize("limit", [1, 5, 13])
def test_pages_of_one_minute_neither_repeat_nor_skip(sharded: Stores, limit: int) -> None:
    for n in range(13):
        stored(sharded, waiting(n))

    found = recent(sharded, limit)

    assert len(found) == len(set(found)) == 13


def called(number: int, name: str | None) -> Head:
    return replace(waiting(number), user_name=name)


def test_a_user_is_found_by_the_beginning_of_their_name_in_lower_case(sharded: Stores) -> None:
    names = ["Ana", "ANA MARIA", "anb", "Änne", "O'Brien #1", "🎉 party", "שלום", None]
    ids = {}
    for n, name in enumerate(names):
        stored(sharded, called(n, name))
        ids[name] = called(n, name).id

    assert named(sharded, "ana") == [ids["Ana"], ids["ANA MARIA"]]
    assert named(sharded, "an", limit=1) == [ids["Ana"], ids["ANA MARIA"], ids["anb"]]
    assert named(sharded, "o'brien #") == [ids["O'Brien #1"]]
    assert named(sharded, "🎉") == [ids["🎉 party"]]
    assert named(sharded, "ש") == [ids["שלום"]]
    assert named(sharded, "nobody") == []
    assert len(named(sharded, "")) == 7


def test_a_long_name_is_found_by_all_of_it(stores: Stores) -> None:
    name = "Ünlü " * 12
    stored(stores, called(1, name))

    assert named(stores, name.lower()) == [called(1, name).id]


@pytest.mark.parametrize("limit", [1, 5, 17])
def test_pages_of_namesakes_neither_repeat_nor_skip(sharded: Stores, limit: int) -> None:
    for n in range(17):
        stored(sharded, called(n, "Ana"))

    found = named(sharded, "ana", limit)

    assert len(found) == len(set(found)) == 17


def test_a_new_name_replaces_the_old_one(stores: Stores) -> None:
    for name in ("Ana", "Bea"):
        act(stores, DEMO, ADDRESS, UserMessage(Body(text="hi"), profile=Profile(name)))

    assert named(stores, "ana") == []
    assert named(stores, "bea") == [CID]


def test_lists_show_one_bot(stores: Stores) -> None:
    act(stores, BO, Address("other", "web", "u", "t"), PauseAndClaim(Request(queue="q")))

    assert board(stores) == recent(stores) == named(stores, "") == []


def test_the_oldest_come_first_in_the_order_of_retention(sharded: Stores) -> None:
    ids = list[str]()
    for number in range(5):
        ids.append(act(sharded, DEMO, other(ADDRESS, number), said("hi")).id)
        sharded.clock.advance(MINUTE)

    assert pages(lambda at: sharded.conversations.oldest(BOT, at, 2), 2) == ids
