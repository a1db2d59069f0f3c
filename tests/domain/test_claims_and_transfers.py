"""From hand to hand, and back to the bot."""

import pytest
from msgspec.structs import replace

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.conversation.commands import Claim, Note, Release, Transfer, Unpause
from chalicelib.domain.conversation.decision import CapacityChange, Decision
from chalicelib.domain.conversation.entries import Kind
from chalicelib.domain.conversation.handoff import HandoffChange, Outcome, Resumption
from chalicelib.domain.conversation.head import Head, Timing
from chalicelib.domain.conversation.table import decide
from chalicelib.domain.errors import AlreadyClaimed, Forbidden, NoAgentAvailable
from chalicelib.domain.routing.members import Member, Presence, PresenceStatus
from tests.domain.cast import (
    ANA,
    BO,
    CY,
    EARLIER,
    HANDOFF_ID,
    NOW,
    QUEUE,
    SAM,
    TIMER,
    WAITING,
    WITH_ANA,
    ask,
)


def member(status: PresenceStatus = PresenceStatus.ONLINE, person: str = "cy") -> Member:
    return Member(person, "Cy", "cy@x", Role.AGENT, presence=Presence(status, NOW))


@pytest.mark.parametrize("capacity", [None, 1, 5])
def test_a_claim_counts_against_the_capacity_of_the_claiming_agent(capacity: int | None) -> None:
    eve = Caller("eve", "Eve", Role.AGENT, "demo", frozenset({QUEUE}), capacity=capacity)

    decision = ask(WAITING, Claim(), eve)

    assert decision.capacity_changes == (CapacityChange("eve", +1, capacity),)
    assert decision.changed == HandoffChange(HANDOFF_ID, owner=eve.author, claimed_at=NOW)


def test_a_transfer_counts_against_the_capacity_of_the_receiving_agent() -> None:
    decision = ask(WITH_ANA, Transfer(agent=CY), ANA)

    assert decision.capacity_changes == (CapacityChange("ana", -1), CapacityChange("cy", +1, 3))


@pytest.mark.parametrize("status", [PresenceStatus.AWAY, PresenceStatus.OFFLINE])
def test_a_transfer_to_an_agent_who_is_not_online_is_refused(
    status: PresenceStatus,
) -> None:
    with pytest.raises(NoAgentAvailable) as refused:
        ask(WITH_ANA, Transfer(agent=member(status)), ANA)

    assert refused.value.facts["agent"] == "cy"


@pytest.mark.parametrize("head", [WAITING, WITH_ANA])
@pytest.mark.parametrize("status", list(PresenceStatus))
def test_a_supervisor_may_take_over_a_conversation_while_offline(
    head: Head, status: PresenceStatus
) -> None:
    decision = ask(head, Transfer(agent=member(status, person="sam")), SAM)

    assert decision.head.owner_id == "sam"
    assert CapacityChange("sam", +1) in decision.capacity_changes


def test_a_supervisor_cannot_assign_a_waiting_conversation_to_an_offline_agent() -> None:
    with pytest.raises(NoAgentAvailable):
        ask(WAITING, Transfer(agent=member(PresenceStatus.AWAY)), SAM)


def test_an_agent_cannot_transfer_another_agents_conversation() -> None:
    with pytest.raises(AlreadyClaimed):
        ask(WITH_ANA, Transfer(agent=member(person="bo")), BO)
    with pytest.raises(Forbidden):
        ask(WAITING, Transfer(agent=member(person="bo")), BO)


def test_the_handoff_keeps_the_time_of_its_first_claim() -> None:
    released = ask(WITH_ANA, Release(), ANA)
    later = NOW + 5000

    again = decide(released.head, Claim(), BO, later)

    assert again.changed == HandoffChange(HANDOFF_ID, owner=BO.author)
    assert again.head.handoff is not None
    assert again.head.handoff.claimed_at == EARLIER


def test_a_transfer_between_queues_keeps_the_time_since_when_the_user_waits() -> None:
    moved = ask(WAITING, Transfer(queue="support"), SAM)

    assert moved.head.waiting_since == EARLIER
    assert moved.changed == HandoffChange(HANDOFF_ID, queue="support")


@pytest.mark.parametrize("command", [Release(), Transfer(queue="support")])
def test_a_user_who_was_answered_waits_from_the_release_on_with_the_same_priority(
    command: Release | Transfer,
) -> None:
    answered = replace(WITH_ANA, timing=Timing())

    back = ask(answered, command, ANA)

    assert (back.head.waiting_since, back.head.priority) == (NOW, WITH_ANA.priority)
    assert back.head.handoff_id == HANDOFF_ID


@pytest.mark.parametrize("to", [Transfer(agent=CY, note="VIP"), Transfer(queue="q", note="VIP")])
def test_a_transfer_with_a_note_stores_two_entries_in_one_commit(to: Transfer) -> None:
    bare = ask(WITH_ANA, Transfer(agent=to.agent, queue=to.queue), ANA)

    noted = ask(WITH_ANA, to, ANA)

    assert [(e.seq, e.kind, e.record.text) for e in noted.entries] == [
        (7, Kind.TRANSFERRED, None),
        (8, Kind.NOTE, "VIP"),
    ]
    assert {e.epoch for e in noted.entries} == {4}
    assert noted.head.last_seq == 8
    assert (noted.capacity_changes, noted.changed) == (bare.capacity_changes, bare.changed)


def test_a_transfer_that_changes_nothing_stores_no_note() -> None:
    decision = ask(WITH_ANA, Transfer(agent=member(person="ana"), note="VIP"), ANA)

    assert decision == Decision(WITH_ANA)


# Back to the bot


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_return_closes_the_handoff_and_stores_its_outcome(outcome: Outcome) -> None:
    how = Resumption(outcome, "all good", "checkout", {"step": 2})

    decision = ask(WITH_ANA, Unpause(how), ANA)

    assert decision.changed == HandoffChange(
        HANDOFF_ID, returned_at=NOW, returned_seq=7, resumption=how
    )
    assert decision.entries[0].record.payload == {
        "handoff_id": HANDOFF_ID,
        "from_seq": 3,
        "outcome": outcome,
        "note": "all good",
        "resume_at": "checkout",
        "variables": {"step": 2},
    }


def test_a_return_without_an_outcome_has_the_outcome_resolved() -> None:
    decision = ask(WITH_ANA, Unpause(), ANA)

    assert decision.changed is not None
    assert decision.changed.resumption == Resumption(Outcome.RESOLVED)


def test_the_head_keeps_nothing_of_the_handoff_after_a_return() -> None:
    head = ask(WITH_ANA, Unpause(), ANA).head

    assert (head.owner, head.queue, head.handoff, head.waiting_since) == (None, None, None, None)
    assert head.priority == 0


def test_a_timer_writes_its_entries_as_the_system() -> None:
    decision = ask(WAITING, Unpause(Resumption(Outcome.EXPIRED), epoch=WAITING.epoch), TIMER)

    assert decision.entries[0].sender == "system"


def test_a_note_has_the_epoch_in_which_it_was_written() -> None:
    assert ask(WITH_ANA, Note("x"), BO).entries[0].epoch == WITH_ANA.epoch
