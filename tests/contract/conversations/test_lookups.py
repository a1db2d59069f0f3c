"""Lists of handoffs, notes, profiles and deadlines."""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import (
    Claim,
    Note,
    Pause,
    Profile,
    Transfer,
    Unpause,
    UserMessage,
)
from chalicelib.domain.conversation.entries import Body
from chalicelib.domain.conversation.handoff import Request
from chalicelib.domain.routing.queues import NO_LIMITS, Queue
from tests.contract.store_setup import ADDRESS, ANA, BOT, CID, DEMO, SAM, act, other, said
from tests.support.engines import Stores, with_shards

MINUTE = 60_000


@pytest.fixture(params=[1, 3], ids=["1-shard", "3-shards"])
def sharded(stores: Stores, request: pytest.FixtureRequest) -> Stores:
    return with_shards(stores, request.param)


def requested(stores: Stores, number: int, timeout: int | None = None) -> str:
    head = act(stores, DEMO, other(ADDRESS, number), untimed(timeout))
    stores.clock.advance(1000)
    assert head.handoff_id
    return head.handoff_id


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
def test_handoffs_are_listed_from_the_latest_request_on(sharded: Stores, limit: int) -> None:
    ids = [requested(sharded, n) for n in range(5)]
    act(sharded, SAM, other(ADDRESS, 1), Unpause())
    act(sharded, DEMO, Address("other", "web", "u1", "t1"), Pause())

    found: list[str] = []
    position, pages = None, 0
    while pages == 0 or position:
        handoffs, position = sharded.conversations.handoffs(BOT, position, limit)
        found += [handoff.id for handoff in handoffs]
        pages += 1

    assert found == ids[::-1]


def test_a_list_of_handoffs_shows_their_current_state(stores: Stores) -> None:
    first = requested(stores, 1, MINUTE)
    act(stores, SAM, other(ADDRESS, 1), Unpause())

    handoffs, _ = stores.conversations.handoffs(BOT, None, 10)

    assert handoffs == [stores.conversations.handoff(BOT, first)]
    assert handoffs[0].resumption
    assert handoffs[0].request.timeout == MINUTE


def test_entries_are_found_by_their_numbers(stores: Stores) -> None:
    act(stores, DEMO, ADDRESS, said("one"))
    act(stores, DEMO, ADDRESS, said("two"))
    act(stores, DEMO, other(ADDRESS, 2), said("three"))
    elsewhere = other(ADDRESS, 2).conversation_id

    found = stores.conversations.entries_at(BOT, [(CID, 2), (elsewhere, 1), (CID, 9), ("c_x", 1)])

    assert {place: entry.record.text for place, entry in found.items()} == {
        (CID, 2): "two",
        (elsewhere, 1): "three",
    }


def test_notes_are_found_without_the_rest_of_the_log(stores: Stores) -> None:
    act(stores, ANA, ADDRESS, Note("first"))
    for _ in range(3):
        act(stores, DEMO, ADDRESS, said("hi"))
    act(stores, ANA, ADDRESS, Note("second", "h_x"))
    act(stores, DEMO, ADDRESS, Pause())
    act(stores, ANA, ADDRESS, Claim())
    act(stores, ANA, ADDRESS, Transfer(queue="sales", note="third"))
    act(stores, ANA, other(ADDRESS, 2), Note("elsewhere"))

    notes = stores.conversations.notes(BOT, CID)

    assert [note.record.text for note in notes] == ["first", "second", "third"]
    assert notes[1].record.payload == {"handoff_id": "h_x"}
    head = stores.conversations.head(BOT, CID)
    assert head
    assert (head.notes, head.heard_seq) == (3, 4)


@pytest.mark.parametrize("attributes", [None, {"language": "fr", "n": 12345678901234567890}])
def test_the_profile_of_a_user_is_stored(
    stores: Stores, attributes: Mapping[str, object] | None
) -> None:
    nobody = replace(ADDRESS, user="nobody")
    hello = Body(text="hi")
    act(stores, DEMO, ADDRESS, UserMessage(hello, profile=Profile("Uma", attributes)))
    act(stores, DEMO, nobody, UserMessage(hello))

    found = stores.conversations.profiles([ADDRESS, nobody, other(ADDRESS, 7)])

    assert found == {a: Profile("Uma", attributes) for a in (ADDRESS, other(ADDRESS, 7))}


def test_a_later_name_leaves_the_attributes_as_they_were(stores: Stores) -> None:
    for profile in (Profile("Uma", {"language": "fr"}), Profile("Una")):
        act(stores, DEMO, ADDRESS, UserMessage(Body(text="hi"), profile=profile))

    found = stores.conversations.profiles([ADDRESS])

    assert found == {ADDRESS: Profile("Una", {"language": "fr"})}


def test_a_user_is_found_on_every_channel(stores: Stores) -> None:
    places = [ADDRESS, other(ADDRESS, 2), replace(ADDRESS, channel="sms", thread=None)]
    for place in [*places, replace(ADDRESS, user="u2"), replace(ADDRESS, bot="other")]:
        act(stores, DEMO, place, said("hi"))

    found = stores.conversations.ids_of_user_on_any_channel(BOT, "u1")

    assert sorted(found) == sorted(place.conversation_id for place in places)


def untimed(timeout: int | None) -> Pause:
    """A request that has no deadline but its own."""
    return Pause(Request(timeout=timeout), queue_settings=Queue("", limits=NO_LIMITS))


def test_a_deadline_is_listed_once_it_has_passed(sharded: Stores) -> None:
    now = sharded.clock.now()
    for number, timeout in ((1, 3 * MINUTE), (2, MINUTE), (3, None)):
        act(sharded, DEMO, other(ADDRESS, number), untimed(timeout))
    late, early = (other(ADDRESS, n).conversation_id for n in (1, 2))

    def due(until: int) -> list[tuple[str, str]]:
        return sharded.conversations.due_conversations(until, 10)

    assert due(now + MINUTE - 1) == []
    assert due(now + MINUTE) == [(BOT, early)]
    assert due(now + 3 * MINUTE) == [(BOT, early), (BOT, late)]


@pytest.mark.parametrize("command", [Claim(), Unpause()])
def test_a_deadline_ends_together_with_its_handoff(
    stores: Stores, command: Claim | Unpause
) -> None:
    act(stores, DEMO, ADDRESS, untimed(MINUTE))

    act(stores, ANA, ADDRESS, command)

    assert stores.conversations.due_conversations(stores.clock.now() + 2 * MINUTE, 10) == []
