"""Load counters, and the capacity of an agent."""

from functools import partial

import pytest
from msgspec.structs import replace

from chalicelib.domain.conversation.authors import Author
from chalicelib.domain.conversation.commands import PauseAndClaim, Release
from chalicelib.domain.conversation.decision import CapacityChange, Decision
from chalicelib.domain.errors import AtCapacity
from chalicelib.usecases.ports.conversations import Commit, CommitConflict, Query
from chalicelib.usecases.records.answers import Answer
from tests.contract.store_setup import (
    ADDRESS,
    ANA,
    BOT,
    CID,
    DEMO,
    act,
    at_once,
    member,
    other,
    plan,
    said,
    said_times,
)
from tests.support.engines import Stores


def test_an_agents_load_counts_claimed_conversations_and_not_released_ones(stores: Stores) -> None:
    stores.directory.put_member(BOT, member("ana"))
    act(stores, ANA, ADDRESS, PauseAndClaim())
    act(stores, ANA, other(ADDRESS, 2), PauseAndClaim())

    assert _open(stores, "ana") == 2

    act(stores, ANA, ADDRESS, Release())

    assert _open(stores, "ana") == 1


def test_sixteen_concurrent_claims_fill_an_agents_capacity_exactly(stores: Stores) -> None:
    stores.directory.put_member(BOT, member("ana", capacity=3))
    ana = replace(ANA, capacity=3)
    places = [other(ADDRESS, n) for n in range(16)]
    commits = [plan(stores, ana, place, PauseAndClaim()) for place in places]

    outcomes = at_once([partial(_until_decided, stores, commit) for commit in commits])

    assert outcomes.count(None) == 3
    refusals = [outcome for outcome in outcomes if outcome is not None]
    assert all(isinstance(refusal, AtCapacity) for refusal in refusals)
    heads = stores.conversations.heads(BOT, [place.conversation_id for place in places])
    assert [head.owner_id for head in heads] == ["ana"] * 3
    assert _open(stores, "ana") == 3


def test_the_at_capacity_error_names_the_agent(stores: Stores) -> None:
    ana = replace(ANA, capacity=1)
    act(stores, ana, ADDRESS, PauseAndClaim())

    with pytest.raises(AtCapacity) as refusal:
        act(stores, ana, other(ADDRESS, 2), PauseAndClaim())

    assert "Ana" in refusal.value.message
    assert refusal.value.facts == {"agent": "ana", "capacity": 1}


def test_an_agent_with_capacity_0_cannot_claim(stores: Stores) -> None:
    with pytest.raises(AtCapacity):
        act(stores, replace(ANA, capacity=0), ADDRESS, PauseAndClaim())


def test_a_load_counter_never_goes_below_zero(stores: Stores) -> None:
    stores.directory.put_member(BOT, member("ana", capacity=1))
    head = said_times(stores, 1)
    lost = replace(plan(stores, DEMO, ADDRESS, said("two")), before=head)
    decision = replace(lost.decision, capacity_changes=(CapacityChange("ana", -1),))

    stores.conversations.commit(replace(lost, decision=decision))

    assert _open(stores, "ana") == 0
    act(stores, replace(ANA, capacity=1), other(ADDRESS, 2), PauseAndClaim())
    with pytest.raises(AtCapacity):
        act(stores, replace(ANA, capacity=1), other(ADDRESS, 3), PauseAndClaim())


def test_a_transfer_moves_the_load_to_the_new_owner(stores: Stores) -> None:
    for person in ("ana", "bo"):
        stores.directory.put_member(BOT, member(person))
    act(stores, ANA, ADDRESS, PauseAndClaim())
    before = stores.conversations.head(BOT, CID)
    assert before
    given = replace(before, owner=Author("bo", "Bo"), last_seq=before.last_seq + 1)
    entry = plan(stores, DEMO, ADDRESS, said("x")).decision.entries
    decision = Decision(
        given, entry, capacity_changes=(CapacityChange("ana", -1), CapacityChange("bo", +1, 5))
    )

    stores.conversations.commit(Commit(before, decision, "c", Answer(CID, before.status, 1)))

    assert (_open(stores, "ana"), _open(stores, "bo")) == (0, 1)


def test_an_agent_is_loaded_with_presence_and_load(stores: Stores) -> None:
    loaded = stores.conversations.load(Query(BOT, CID, agent="ana"))
    assert loaded.agent is None

    stores.directory.put_member(BOT, replace(member("ana", 3), queues=frozenset({"a", "b"})))
    loaded = stores.conversations.load(Query(BOT, CID, agent="ana"))

    assert loaded.agent == replace(member("ana", 3), queues=frozenset({"a", "b"}))


def _until_decided(stores: Stores, commit: Commit) -> None:
    """As the use case does: a race that is lost is run again."""
    for _ in range(50):
        try:
            return stores.conversations.commit(commit)
        except CommitConflict:
            continue
    raise AssertionError("lost too often")


def _open(stores: Stores, person: str) -> int:
    agent = stores.conversations.load(Query(BOT, CID, agent=person)).agent
    assert agent
    return agent.open
