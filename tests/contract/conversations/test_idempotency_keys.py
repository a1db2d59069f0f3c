"""Message ids and idempotency keys of repeated requests."""

import pytest
from msgspec.structs import replace

from chalicelib.domain.conversation.authors import From
from chalicelib.domain.conversation.commands import BotMessage, Claim, Pause, Unpause
from chalicelib.domain.conversation.entries import Body
from chalicelib.domain.errors import NotYourTurn
from chalicelib.usecases.ports.conversations import CommitConflict, Query
from chalicelib.usecases.records.answers import IdempotencyKey, MessageKey, StoredMessage
from tests.contract.store_setup import (
    ADDRESS,
    ANA,
    BOT,
    CID,
    DEMO,
    EVERYTHING,
    act,
    other,
    plan,
    said,
    said_times,
)
from tests.support.engines import Stores


def test_a_message_id_is_known_without_expiry(stores: Stores) -> None:
    act(stores, DEMO, ADDRESS, said("one", "m1"))
    said_times(stores, 2)
    stores.clock.advance(400 * 24 * 60 * 60 * 1000)

    loaded = stores.conversations.load(Query(BOT, CID, message=MessageKey(From.USER, "m1")))

    assert loaded.by_message == StoredMessage(1)


def test_user_and_bot_message_ids_are_separate(stores: Stores) -> None:
    act(stores, DEMO, ADDRESS, said("one", "m1"))

    loaded = stores.conversations.load(Query(BOT, CID, message=MessageKey(From.BOT, "m1")))

    assert loaded.by_message is None


def test_a_leak_is_marked_but_its_message_id_is_not_used_up(stores: Stores) -> None:
    act(stores, DEMO, ADDRESS, Pause())
    key = IdempotencyKey("k1", "key", "f")
    leak = plan(stores, DEMO, ADDRESS, BotMessage(Body(text="too late"), "m1"), key)
    assert isinstance(leak.decision.refusal, NotYourTurn)

    stores.conversations.commit(leak)

    loaded = stores.conversations.load(Query(BOT, CID, key, message=MessageKey(From.BOT, "m1")))
    assert loaded.head
    assert loaded.head.leaks == 1
    assert loaded.by_message is None
    assert loaded.by_key is None
    assert stores.conversations.entries_after(BOT, CID, 1, 9) == list(leak.decision.entries)


def test_an_idempotency_key_has_its_first_answer(stores: Stores) -> None:
    key = IdempotencyKey("k1", "a key #1", "fingerprint")
    commit = plan(stores, DEMO, ADDRESS, Pause(EVERYTHING), key)
    stores.conversations.commit(commit)
    act(stores, ANA, ADDRESS, Claim())

    known = stores.conversations.load(Query(BOT, CID, replace(key, fingerprint="other"))).by_key

    assert known
    assert known.answer == commit.answer
    assert known.fingerprint == "fingerprint"


@pytest.mark.parametrize(
    "stranger", [IdempotencyKey("k2", "key", "f"), IdempotencyKey("k1", "K", "f")]
)
def test_an_idempotency_key_is_its_callers_own(stores: Stores, stranger: IdempotencyKey) -> None:
    act(stores, DEMO, ADDRESS, said("one"), IdempotencyKey("k1", "key", "f"))

    assert stores.conversations.load(Query(BOT, CID, stranger)).by_key is None


def test_an_idempotency_key_ends_after_seven_days_by_our_clock(stores: Stores) -> None:
    key = IdempotencyKey("k1", "key", "f")
    act(stores, DEMO, ADDRESS, said("one"), key)
    days = 24 * 60 * 60 * 1000

    stores.clock.advance(7 * days - 1000)
    assert stores.conversations.load(Query(BOT, CID, key)).by_key

    stores.clock.advance(2000)
    assert stores.conversations.load(Query(BOT, CID, key)).by_key is None

    again = act(stores, DEMO, ADDRESS, said("two"), key)
    known = stores.conversations.load(Query(BOT, CID, key)).by_key
    assert known
    assert known.answer
    assert known.answer.head == again


def test_the_second_of_two_commands_with_one_idempotency_key_conflicts(stores: Stores) -> None:
    key = IdempotencyKey("k1", "key", "f")
    elsewhere = plan(stores, DEMO, other(ADDRESS, 2), said("two"), key)
    act(stores, DEMO, ADDRESS, said("one"), key)

    with pytest.raises(CommitConflict):
        stores.conversations.commit(elsewhere)

    assert stores.conversations.head(BOT, other(ADDRESS, 2).conversation_id) is None


def test_a_command_that_changes_nothing_keeps_its_answer(stores: Stores) -> None:
    said_times(stores, 1)
    key = IdempotencyKey("k1", "key", "f")
    nothing = plan(stores, DEMO, ADDRESS, Unpause(), key)
    assert nothing.decision.entries == ()

    stores.conversations.commit(nothing)
    stores.conversations.commit(nothing)

    known = stores.conversations.load(Query(BOT, CID, key)).by_key
    assert known
    assert known.answer == nothing.answer


def test_a_command_that_changes_nothing_conflicts_if_the_head_has_changed(stores: Stores) -> None:
    said_times(stores, 1)
    key = IdempotencyKey("k1", "key", "f")
    nothing = plan(stores, DEMO, ADDRESS, Unpause(), key)
    said_times(stores, 1)

    with pytest.raises(CommitConflict):
        stores.conversations.commit(nothing)

    assert stores.conversations.load(Query(BOT, CID, key)).by_key is None


def test_a_command_without_effect_does_not_create_the_conversation(
    stores: Stores,
) -> None:
    key = IdempotencyKey("k1", "key", "f")

    act(stores, DEMO, ADDRESS, Unpause(), key)

    assert stores.conversations.load(Query(BOT, CID, key)).by_key
    assert stores.conversations.head(BOT, CID) is None


def test_a_command_that_changes_nothing_and_has_no_key_is_free(stores: Stores) -> None:
    stale = plan(stores, DEMO, ADDRESS, Unpause())
    said_times(stores, 1)

    stores.conversations.commit(stale)


def test_a_message_id_is_stored_once_even_if_head_and_id_were_read_at_different_moments(
    stores: Stores,
) -> None:
    act(stores, DEMO, ADDRESS, said("one", "m1"))
    torn = plan(stores, DEMO, ADDRESS, said("one", "m1"))

    with pytest.raises(CommitConflict):
        stores.conversations.commit(torn)

    head = stores.conversations.head(BOT, CID)
    assert head is not None
    assert head.last_seq == 1
