"""A handoff: its row, from the request to the return, and what the head and the log say of it."""

import pytest
from msgspec.structs import replace

from chalicelib.domain.access import Role
from chalicelib.domain.address import conversation_id_of
from chalicelib.domain.conversation.authors import Author
from chalicelib.domain.conversation.commands import (
    Claim,
    IfUnavailable,
    Pause,
    PauseAndClaim,
    Unpause,
)
from chalicelib.domain.conversation.decision import Decision
from chalicelib.domain.conversation.entries import Kind
from chalicelib.domain.conversation.handoff import Handoff, Outcome, Request, Resumption
from chalicelib.domain.conversation.head import Status
from chalicelib.domain.errors import NoAgentAvailable
from chalicelib.domain.routing.members import Member, Presence, PresenceStatus
from tests.domain.cast import (
    ANA,
    BOT_KEY,
    NOW,
    QUEUE,
    WITH_BOT,
    ask,
)

REQUEST = Request(
    reason="wants a person", queue=QUEUE, priority=2, language="de", context={"order": 7}
)


def test_a_pause_opens_a_handoff_with_the_whole_request() -> None:
    decision = ask(WITH_BOT, Pause(REQUEST), BOT_KEY)

    opened = decision.opened
    assert opened == Handoff(
        id=decision.head.handoff_id or "",
        conversation_id=WITH_BOT.id,
        bot="demo",
        request=REQUEST,
        requested_by=Author("demo", "Demo"),
        requested_at=NOW,
        opened_seq=10,
    )
    assert decision.changed is None


def test_the_requested_entry_has_of_the_context_only_what_is_searched() -> None:
    decision = ask(WITH_BOT, Pause(REQUEST), BOT_KEY)

    assert decision.entries[0].record.payload == {
        "handoff_id": decision.head.handoff_id,
        "queue": QUEUE,
        "priority": 2,
        "reason": "wants a person",
        "agent": None,
        "context_values": ("7",),
    }


def test_a_repeated_pause_answers_with_the_same_handoff() -> None:
    first = ask(WITH_BOT, Pause(REQUEST), BOT_KEY)

    second = ask(first.head, Pause(Request(queue="other", priority=9)), BOT_KEY)

    assert second == Decision(first.head)


def test_a_later_handoff_of_the_same_conversation_has_another_id() -> None:
    first = ask(WITH_BOT, Pause(), BOT_KEY)
    over = ask(first.head, Unpause(), BOT_KEY)

    second = ask(over.head, Pause(), BOT_KEY)

    assert second.head.handoff_id != first.head.handoff_id
    assert conversation_id_of(second.head.handoff_id or "") == WITH_BOT.id


def test_a_request_expires_when_its_timeout_has_passed() -> None:
    decision = ask(WITH_BOT, Pause(Request(timeout=60_000)), BOT_KEY)

    assert decision.head.handoff is not None
    assert decision.head.expires_at == NOW + 60_000
    assert decision.entries[0].record.payload is not None
    assert decision.entries[0].record.payload["expires_at"] == NOW + 60_000


def test_a_claimed_request_does_not_expire() -> None:
    waiting = ask(WITH_BOT, Pause(Request(timeout=60_000)), BOT_KEY).head

    claimed = ask(waiting, Claim(), ANA).head

    assert claimed.handoff is not None
    assert claimed.expires_at is None


# For one agent


def away(status: PresenceStatus) -> Presence:
    return Presence(status, NOW)


ONLINE = away(PresenceStatus.ONLINE)


def member(presence: Presence = ONLINE, capacity: int | None = 3, owns: int = 0) -> Member:
    served = frozenset({"sales"})
    return Member("cy", "Cy", "cy@x", Role.AGENT, served, capacity, owns, presence)


@pytest.mark.parametrize(
    ("named", "kept_for"),
    [
        pytest.param(member(), "cy", id="online and free"),
        pytest.param(member(capacity=None, owns=99), "cy", id="online, no limit"),
        pytest.param(member(away(PresenceStatus.AWAY)), None, id="away"),
        pytest.param(member(away(PresenceStatus.OFFLINE)), None, id="offline"),
        pytest.param(member(owns=3), None, id="full"),
        pytest.param(member(Presence(PresenceStatus.ONLINE, 0)), None, id="not heard of"),
        pytest.param(replace(member(), queues=frozenset()), None, id="does not serve the queue"),
    ],
)
def test_a_pause_that_names_a_free_agent_is_reserved_for_them(
    named: Member, kept_for: str | None
) -> None:
    decision = ask(WITH_BOT, Pause(Request(queue="sales", agent="cy"), agent=named), BOT_KEY)

    assert decision.head.status is Status.WAITING
    assert decision.head.handoff is not None
    assert decision.head.handoff.agent == kept_for
    assert decision.opened is not None
    assert decision.opened.request.agent == kept_for


def test_a_pause_for_oneself_stores_two_entries_and_raises_the_epoch_once() -> None:
    decision = ask(WITH_BOT, PauseAndClaim(REQUEST), ANA)

    assert [(e.seq, e.kind, e.epoch) for e in decision.entries] == [
        (10, Kind.REQUESTED, 5),
        (11, Kind.CLAIMED, 5),
    ]
    assert (decision.head.last_seq, decision.head.epoch) == (11, 5)
    assert decision.head.handoff is not None
    assert decision.head.handoff.claimed_at == NOW
    assert decision.opened is not None
    assert (decision.opened.opened_seq, decision.opened.owner) == (10, ANA.author)
    assert decision.opened.claimed_at == NOW
    assert decision.changed is None


# When nobody is there


def unanswered(what_then: IfUnavailable, someone_free: bool | None) -> Pause:
    return Pause(REQUEST, if_unavailable=what_then, someone_free=someone_free)


def test_a_left_message_opens_and_closes_a_handoff_at_once() -> None:
    decision = ask(WITH_BOT, unanswered(IfUnavailable.LEAVE_MESSAGE, False), BOT_KEY)

    assert decision.opened is not None
    assert decision.opened.resumption == Resumption(Outcome.MESSAGE_LEFT)
    assert (decision.opened.returned_at, decision.opened.returned_seq) == (NOW, 10)
    assert decision.opened.request == REQUEST
    assert conversation_id_of(decision.opened.id) == WITH_BOT.id


def test_a_left_message_leaves_the_turn_with_the_bot() -> None:
    decision = ask(WITH_BOT, unanswered(IfUnavailable.LEAVE_MESSAGE, False), BOT_KEY)

    assert (decision.head.status, decision.head.epoch) == (Status.BOT, WITH_BOT.epoch)
    assert (decision.head.handoff, decision.head.queue) == (None, None)
    assert decision.entries[0].record.payload is not None
    assert decision.entries[0].record.payload["outcome"] == "message_left"


def test_a_pause_that_prefers_refusal_changes_nothing_if_nobody_is_free() -> None:
    with pytest.raises(NoAgentAvailable):
        ask(WITH_BOT, unanswered(IfUnavailable.REFUSE, False), BOT_KEY)


@pytest.mark.parametrize("what_then", list(IfUnavailable))
@pytest.mark.parametrize("someone_free", [True, None])
def test_a_pause_queues_if_an_agent_is_free_or_availability_was_not_checked(
    what_then: IfUnavailable, someone_free: bool | None
) -> None:
    decision = ask(WITH_BOT, unanswered(what_then, someone_free), BOT_KEY)

    assert decision.head.status is Status.WAITING


def test_a_pause_queues_by_default_even_if_nobody_is_free() -> None:
    decision = ask(WITH_BOT, Pause(someone_free=False), BOT_KEY)

    assert decision.head.status is Status.WAITING
