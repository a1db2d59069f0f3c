"""The row of a handoff from the request to the return."""

import pytest
from msgspec.structs import replace

from chalicelib.domain.conversation.authors import Author
from chalicelib.domain.conversation.commands import Claim, Pause, Transfer, Unpause
from chalicelib.domain.conversation.handoff import Outcome, Resumption
from tests.contract.store_setup import (
    ADDRESS,
    ANA,
    BO,
    BOT,
    DEMO,
    EVERYTHING,
    act,
    plan,
    said_times,
)
from tests.support.engines import Stores


def test_a_handoff_comes_back_as_it_was_requested(stores: Stores) -> None:
    commit = plan(stores, DEMO, ADDRESS, Pause(EVERYTHING))
    stores.conversations.commit(commit)

    assert commit.decision.opened
    assert commit.decision.opened.request == replace(EVERYTHING, agent=None)
    assert stores.conversations.handoff(BOT, commit.decision.opened.id) == commit.decision.opened


def test_a_handoff_stores_its_owner_and_its_end(stores: Stores) -> None:
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
def test_an_unknown_handoff_is_not_found(stores: Stores, unknown: str) -> None:
    said_times(stores, 1)

    assert stores.conversations.handoff(BOT, unknown) is None
