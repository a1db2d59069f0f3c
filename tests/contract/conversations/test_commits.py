"""One transaction stores a whole decision or nothing."""

from functools import partial

import pytest
from msgspec.structs import replace

from chalicelib.domain.conversation.authors import Author, From
from chalicelib.domain.conversation.commands import (
    Claim,
    Note,
    Pause,
    PauseAndClaim,
    Profile,
    Tag,
    UserMessage,
)
from chalicelib.domain.conversation.entries import Body
from chalicelib.domain.conversation.head import Status
from chalicelib.usecases.ports.conversations import CommitConflict, Query
from chalicelib.usecases.records.answers import IdempotencyKey, MessageKey
from tests.contract.store_setup import (
    ADDRESS,
    ANA,
    BOT,
    CID,
    DEMO,
    EVERYTHING,
    SAM,
    act,
    at_once,
    member,
    plan,
    said,
    said_times,
)
from tests.support.engines import Stores


def test_a_conversation_without_entries_is_not_found(stores: Stores) -> None:
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
    act(stores, ANA, ADDRESS, PauseAndClaim())

    entries = stores.conversations.entries_after(BOT, CID, 0, 100)

    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5, 6, 7]


def test_entries_come_back_as_they_were_committed(stores: Stores) -> None:
    commits = [plan(stores, DEMO, ADDRESS, UserMessage(Body("card", payload={"n": [1, {}]}), "m1"))]
    stores.conversations.commit(commits[0])
    commits.append(plan(stores, SAM, ADDRESS, Note("between us\nتجربة 🎉")))
    stores.conversations.commit(commits[1])

    entries = stores.conversations.entries_after(BOT, CID, 0, 100)

    assert entries == [entry for commit in commits for entry in commit.decision.entries]


def test_exactly_one_of_16_concurrent_commits_on_the_same_head_is_stored(stores: Stores) -> None:
    said_times(stores, 1)
    commits = [plan(stores, DEMO, ADDRESS, said(f"from {n}")) for n in range(16)]

    outcomes = at_once([partial(stores.conversations.commit, commit) for commit in commits])

    winners = [c for c, outcome in zip(commits, outcomes, strict=True) if outcome is None]
    assert len(winners) == 1
    assert sum(isinstance(outcome, CommitConflict) for outcome in outcomes) == 15
    entries = stores.conversations.entries_after(BOT, CID, 1, 100)
    assert entries == list(winners[0].decision.entries)
    assert stores.conversations.head(BOT, CID) == winners[0].decision.head


def test_exactly_one_of_16_concurrent_first_commits_is_stored(stores: Stores) -> None:
    commits = [plan(stores, DEMO, ADDRESS, said(f"from {n}")) for n in range(16)]

    outcomes = at_once([partial(stores.conversations.commit, commit) for commit in commits])

    assert outcomes.count(None) == 1
    assert len(stores.conversations.entries_after(BOT, CID, 0, 100)) == 1


def test_a_conflicting_commit_stores_nothing(stores: Stores) -> None:
    key = IdempotencyKey("k1", "key", "f")
    profile = Profile("Zoë", {"vip": True})
    late = plan(stores, ANA, ADDRESS, PauseAndClaim(), key)
    late = replace(late, decision=replace(late.decision, profile=profile))
    winner = act(stores, DEMO, ADDRESS, said("first", "m1"))
    stores.directory.put_member(BOT, member("ana"))

    with pytest.raises(CommitConflict):
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
    commit = plan(stores, ANA, ADDRESS, PauseAndClaim(), IdempotencyKey("ana", "key", "f"))
    stores.conversations.commit(commit)

    stores.conversations.commit(commit)

    stores.directory.put_member(BOT, member("ana"))
    loaded = stores.conversations.load(Query(BOT, CID, agent="ana"))
    assert loaded.head == commit.decision.head
    assert loaded.agent
    assert loaded.agent.open == 1


def test_a_command_on_a_stale_head_conflicts(stores: Stores) -> None:
    commit = plan(stores, DEMO, ADDRESS, said("one"))
    stores.conversations.commit(commit)

    with pytest.raises(CommitConflict):
        stores.conversations.commit(replace(commit, command_id="another"))


def test_another_bots_conversations_are_not_there(stores: Stores) -> None:
    act(stores, DEMO, ADDRESS, said("one", "m1"))

    loaded = stores.conversations.load(Query("other", CID, message=MessageKey(From.USER, "m1")))

    assert loaded.head is None
    assert loaded.by_message is None
    assert stores.conversations.entries_after("other", CID, 0, 9) == []
    assert stores.conversations.ids_of_user("other", "web", "u1") == []
