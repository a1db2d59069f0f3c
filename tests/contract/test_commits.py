"""What one transaction stores, and what it does not."""

from dataclasses import replace
from functools import partial

import pytest

from chalicelib.domain.commands import (
    BotMessage,
    Claim,
    Note,
    Pause,
    Profile,
    Release,
    Tag,
    Take,
    Transfer,
    Unpause,
    UserMessage,
)
from chalicelib.domain.decision import Decision, Seat
from chalicelib.domain.entries import Author, Body, From
from chalicelib.domain.errors import AtCapacity, NotYourTurn
from chalicelib.domain.handoff import Outcome, Request, Resumption
from chalicelib.domain.head import Status
from chalicelib.usecases.ports import Commit, Lost, Query
from chalicelib.usecases.records import Answer, IdempotencyKey, MessageKey
from tests.contract.story import (
    ADDRESS,
    ANA,
    BO,
    BOT,
    DEMO,
    SAM,
    act,
    at_once,
    member,
    other,
    plan,
    said,
    said_times,
)
from tests.support.engines import Stores

CID = ADDRESS.conversation_id
EVERYTHING = Request(
    reason="a refund, r" * 12,
    queue="sales",
    priority=7,
    language="pt-BR",
    context={"order": 123456789012345678, "price": 0.1, "S": "x"},
)


def test_a_conversation_that_nobody_began_is_not_there(stores: Stores) -> None:
    loaded = stores.conversations.load(Query(BOT, CID))

    assert loaded.head is None
    assert stores.conversations.head(BOT, CID) is None


def test_a_head_comes_back_as_it_was_committed(stores: Stores) -> None:
    profile = Profile("Zoë", {"vip": True})
    act(stores, DEMO, ADDRESS, UserMessage(Body(text="help"), "m1", profile))
    act(stores, DEMO, ADDRESS, Tag(("b", "a", "ü")))
    waiting = act(stores, DEMO, ADDRESS, Pause(EVERYTHING))

    assert stores.conversations.head(BOT, CID) == waiting
    assert waiting.status is Status.WAITING

    owned = act(stores, ANA, ADDRESS, Claim())

    assert stores.conversations.load(Query(BOT, CID)).head == owned
    assert owned.owner == Author("ana", "Ana")


def test_entries_are_numbered_without_gaps(stores: Stores) -> None:
    said_times(stores, 5)
    act(stores, ANA, ADDRESS, Take())

    entries = stores.conversations.entries_after(BOT, CID, 0, 100)

    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5, 6, 7]


def test_entries_come_back_as_they_were_committed(stores: Stores) -> None:
    commits = [plan(stores, DEMO, ADDRESS, UserMessage(Body("card", payload={"n": [1, {}]}), "m1"))]
    stores.conversations.commit(commits[0])
    commits.append(plan(stores, SAM, ADDRESS, Note("between us\nتجربة 🎉")))
    stores.conversations.commit(commits[1])

    entries = stores.conversations.entries_after(BOT, CID, 0, 100)

    assert entries == [entry for commit in commits for entry in commit.decision.entries]


def test_of_16_commits_on_the_same_head_one_is_stored(stores: Stores) -> None:
    said_times(stores, 1)
    commits = [plan(stores, DEMO, ADDRESS, said(f"from {n}")) for n in range(16)]

    outcomes = at_once([partial(stores.conversations.commit, commit) for commit in commits])

    winners = [c for c, outcome in zip(commits, outcomes, strict=True) if outcome is None]
    assert len(winners) == 1
    assert sum(isinstance(outcome, Lost) for outcome in outcomes) == 15
    entries = stores.conversations.entries_after(BOT, CID, 1, 100)
    assert entries == list(winners[0].decision.entries)
    assert stores.conversations.head(BOT, CID) == winners[0].decision.head


def test_of_16_commits_that_begin_a_conversation_one_is_stored(stores: Stores) -> None:
    commits = [plan(stores, DEMO, ADDRESS, said(f"from {n}")) for n in range(16)]

    outcomes = at_once([partial(stores.conversations.commit, commit) for commit in commits])

    assert outcomes.count(None) == 1
    assert len(stores.conversations.entries_after(BOT, CID, 0, 100)) == 1


def test_a_lost_commit_leaves_nothing(stores: Stores) -> None:
    key = IdempotencyKey("k1", "key", "f")
    profile = Profile("Zoë", {"vip": True})
    late = plan(stores, ANA, ADDRESS, Take(), key)
    late = replace(late, decision=replace(late.decision, profile=profile))
    winner = act(stores, DEMO, ADDRESS, said("first", "m1"))
    stores.directory.add_member(BOT, member("ana"))

    with pytest.raises(Lost):
        stores.conversations.commit(late)

    loaded = stores.conversations.load(Query(BOT, CID, key, agent="ana"))
    assert loaded.head == winner
    assert loaded.by_key is None
    assert loaded.agent
    assert loaded.agent.open == 0
    assert len(stores.conversations.entries_after(BOT, CID, 0, 100)) == 1
    assert late.decision.opened
    assert stores.conversations.handoff(BOT, late.decision.opened.id) is None


def test_a_command_that_is_committed_twice_is_stored_once(stores: Stores) -> None:
    commit = plan(stores, ANA, ADDRESS, Take(), IdempotencyKey("ana", "key", "f"))
    stores.conversations.commit(commit)

    stores.conversations.commit(commit)

    stores.directory.add_member(BOT, member("ana"))
    loaded = stores.conversations.load(Query(BOT, CID, agent="ana"))
    assert loaded.head == commit.decision.head
    assert loaded.agent
    assert loaded.agent.open == 1


def test_another_command_on_an_old_head_is_lost(stores: Stores) -> None:
    commit = plan(stores, DEMO, ADDRESS, said("one"))
    stores.conversations.commit(commit)

    with pytest.raises(Lost):
        stores.conversations.commit(replace(commit, command_id="another"))


def test_a_message_id_has_its_first_answer_for_ever(stores: Stores) -> None:
    first = act(stores, DEMO, ADDRESS, said("one", "m1"))
    said_times(stores, 2)
    stores.clock.advance(400 * 24 * 60 * 60 * 1000)

    loaded = stores.conversations.load(Query(BOT, CID, message=MessageKey(From.USER, "m1")))

    assert loaded.by_message == Answer(CID, first.status, first.epoch, None, seq=1)


def test_user_and_bot_have_message_ids_of_their_own(stores: Stores) -> None:
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
    assert known.answer.head == again


def test_of_two_commands_with_one_key_the_second_is_lost(stores: Stores) -> None:
    key = IdempotencyKey("k1", "key", "f")
    elsewhere = plan(stores, DEMO, other(ADDRESS, 2), said("two"), key)
    act(stores, DEMO, ADDRESS, said("one"), key)

    with pytest.raises(Lost):
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


def test_a_command_that_changes_nothing_is_lost_where_the_head_has_changed(stores: Stores) -> None:
    said_times(stores, 1)
    key = IdempotencyKey("k1", "key", "f")
    nothing = plan(stores, DEMO, ADDRESS, Unpause(), key)
    said_times(stores, 1)

    with pytest.raises(Lost):
        stores.conversations.commit(nothing)

    assert stores.conversations.load(Query(BOT, CID, key)).by_key is None


def test_a_command_that_changes_nothing_before_the_beginning_begins_nothing(
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


def test_a_handoff_comes_back_as_it_was_requested(stores: Stores) -> None:
    commit = plan(stores, DEMO, ADDRESS, Pause(EVERYTHING))
    stores.conversations.commit(commit)

    assert commit.decision.opened
    assert commit.decision.opened.request == replace(EVERYTHING, agent=None)
    assert stores.conversations.handoff(BOT, commit.decision.opened.id) == commit.decision.opened


def test_a_handoff_follows_its_owner_and_its_end(stores: Stores) -> None:
    handoff_id = act(stores, DEMO, ADDRESS, Pause(EVERYTHING)).handoff_id
    claimed_at = stores.clock.now()
    assert handoff_id
    act(stores, ANA, ADDRESS, Claim())
    stores.clock.advance(1000)
    act(stores, ANA, ADDRESS, Transfer(queue="support"))
    act(stores, BO, ADDRESS, Claim())
    end = Resumption(Outcome.RESOLVED, "done", "start", {"paid": 12.5, "id": 10**18})
    act(stores, BO, ADDRESS, Unpause(end))

    handoff = stores.conversations.handoff(BOT, handoff_id)

    assert handoff
    assert handoff.owner == Author("bo", "Bo")
    assert handoff.claimed_at == claimed_at
    assert handoff.request == replace(EVERYTHING, agent=None, queue="support")
    assert handoff.returned_at == stores.clock.now()
    assert handoff.returned_seq == 5
    assert handoff.resumption == end


@pytest.mark.parametrize("unknown", ["", "h_1", "c_x", "h_" + "a" * 26 + "_1", "h_" + "a" * 26])
def test_an_unknown_handoff_is_none(stores: Stores, unknown: str) -> None:
    said_times(stores, 1)

    assert stores.conversations.handoff(BOT, unknown) is None


def test_an_agent_owns_what_they_claimed_and_not_what_they_released(stores: Stores) -> None:
    stores.directory.add_member(BOT, member("ana"))
    act(stores, ANA, ADDRESS, Take())
    act(stores, ANA, other(ADDRESS, 2), Take())

    assert _open(stores, "ana") == 2

    act(stores, ANA, ADDRESS, Release())

    assert _open(stores, "ana") == 1


def test_of_16_claims_at_once_an_agent_gets_as_many_as_they_have_room_for(stores: Stores) -> None:
    stores.directory.add_member(BOT, member("ana", capacity=3))
    ana = replace(ANA, capacity=3)
    places = [other(ADDRESS, n) for n in range(16)]
    commits = [plan(stores, ana, place, Take()) for place in places]

    outcomes = at_once([partial(_until_decided, stores, commit) for commit in commits])

    assert outcomes.count(None) == 3
    refusals = [outcome for outcome in outcomes if outcome is not None]
    assert all(isinstance(refusal, AtCapacity) for refusal in refusals)
    heads = stores.conversations.heads(BOT, [place.conversation_id for place in places])
    assert [head.owner_id for head in heads] == ["ana"] * 3
    assert _open(stores, "ana") == 3


def test_who_has_no_room_is_named_in_a_sentence(stores: Stores) -> None:
    ana = replace(ANA, capacity=1)
    act(stores, ana, ADDRESS, Take())

    with pytest.raises(AtCapacity) as refusal:
        act(stores, ana, other(ADDRESS, 2), Take())

    assert "Ana" in refusal.value.message
    assert refusal.value.facts == {"agent": "ana", "capacity": 1}


def test_nobody_has_room_for_more_than_nothing_with_a_capacity_of_0(stores: Stores) -> None:
    with pytest.raises(AtCapacity):
        act(stores, replace(ANA, capacity=0), ADDRESS, Take())


def test_nobody_ever_owns_less_than_nothing(stores: Stores) -> None:
    stores.directory.add_member(BOT, member("ana", capacity=1))
    head = said_times(stores, 1)
    lost = replace(plan(stores, DEMO, ADDRESS, said("two")), before=head)
    decision = replace(lost.decision, seats=(Seat("ana", -1),))

    stores.conversations.commit(replace(lost, decision=decision))

    assert _open(stores, "ana") == 0
    act(stores, replace(ANA, capacity=1), other(ADDRESS, 2), Take())
    with pytest.raises(AtCapacity):
        act(stores, replace(ANA, capacity=1), other(ADDRESS, 3), Take())


def test_a_transfer_moves_the_seat(stores: Stores) -> None:
    for person in ("ana", "bo"):
        stores.directory.add_member(BOT, member(person))
    act(stores, ANA, ADDRESS, Take())
    before = stores.conversations.head(BOT, CID)
    assert before
    given = replace(before, owner=Author("bo", "Bo"), last_seq=before.last_seq + 1)
    entry = plan(stores, DEMO, ADDRESS, said("x")).decision.entries
    decision = Decision(given, entry, seats=(Seat("ana", -1), Seat("bo", +1, 5)))

    stores.conversations.commit(Commit(before, decision, "c", Answer(CID, before.status, 1)))

    assert (_open(stores, "ana"), _open(stores, "bo")) == (0, 1)


def test_an_agent_is_loaded_with_presence_and_load(stores: Stores) -> None:
    loaded = stores.conversations.load(Query(BOT, CID, agent="ana"))
    assert loaded.agent is None

    stores.directory.add_member(BOT, replace(member("ana", 3), queues=frozenset({"a", "b"})))
    loaded = stores.conversations.load(Query(BOT, CID, agent="ana"))

    assert loaded.agent == replace(member("ana", 3), queues=frozenset({"a", "b"}))


def test_another_bots_conversations_are_not_there(stores: Stores) -> None:
    act(stores, DEMO, ADDRESS, said("one", "m1"))

    loaded = stores.conversations.load(Query("other", CID, message=MessageKey(From.USER, "m1")))

    assert loaded.head is None
    assert loaded.by_message is None
    assert stores.conversations.entries_after("other", CID, 0, 9) == []
    assert stores.conversations.of_user("other", "web", "u1") == []


def _until_decided(stores: Stores, commit: Commit) -> None:
    """As the use case does: a race that is lost is run again."""
    for _ in range(50):
        try:
            return stores.conversations.commit(commit)
        except Lost:
            continue
    raise AssertionError("lost too often")


def _open(stores: Stores, person: str) -> int:
    agent = stores.conversations.load(Query(BOT, CID, agent=person)).agent
    assert agent
    return agent.open
