"""One agent at a time is asked, and has a moment to say yes."""

from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.conversation.authors import Author
from chalicelib.domain.conversation.commands import (
    Claim,
    ClaimAndReply,
    Command,
    EndOffer,
    MakeOffer,
    Pause,
    PauseAndClaim,
    Release,
    Transfer,
    Unpause,
)
from chalicelib.domain.conversation.decision import CapacityChange, Decision
from chalicelib.domain.conversation.entries import Body, Kind
from chalicelib.domain.conversation.handoff import Offer, Request, Resumption
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.domain.conversation.table import decide
from chalicelib.domain.errors import IllegalMove, NoAgentAvailable
from chalicelib.domain.routing.members import Member, Presence, PresenceStatus, next_in_turn
from chalicelib.domain.routing.queues import Mode, Queue
from tests.domain.cast import ANA, BO, BOT_KEY, CY, NOW, SAM, TIMER, WAITING, WITH_BOT

UNTIL = NOW + 30_000
TO_ANA = replace(CY, person="ana", name="Ana", queues=frozenset({"sales"}), capacity=5)
OFFERED = decide(WAITING, MakeOffer(UNTIL, TO_ANA, epoch=WAITING.epoch), TIMER, NOW).head
THE_OFFER = Offer(Author("ana", "Ana"), UNTIL)
TAKES = [Claim(), PauseAndClaim(), ClaimAndReply(Body(text="hello"))]


def test_an_offer_names_the_agent_and_its_end_and_reserves_capacity() -> None:
    decision = decide(WAITING, MakeOffer(UNTIL, TO_ANA), TIMER, NOW)

    (entry,) = decision.entries
    assert entry.record.payload
    assert entry.record.payload["offered_to"] == {"id": "ana", "name": "Ana", "until": UNTIL}
    assert decision.capacity_changes == (CapacityChange("ana", 0, 5, reserved_until=UNTIL),)
    assert decision.head.handoff
    assert decision.head.offer == THE_OFFER


@pytest.mark.parametrize("take", TAKES)
def test_no_other_agent_can_claim_an_offered_conversation(take: Claim) -> None:
    with pytest.raises(IllegalMove) as refused:
        decide(OFFERED, take, BO, UNTIL - 1)

    assert refused.value.facts["offered_to"] == {"id": "ana", "name": "Ana", "until": UNTIL}


@pytest.mark.parametrize("take", TAKES)
def test_the_offered_agent_and_supervisors_can_claim_an_offered_conversation(take: Claim) -> None:
    for caller in (ANA, SAM):
        taken = decide(OFFERED, take, caller, UNTIL - 1).head

        assert taken.owner_id == caller.id
        assert taken.handoff
        assert taken.offer is None


FREE_AGAIN = CapacityChange("ana", 0, reserved_until=0)


@pytest.mark.parametrize(
    "command",
    [Claim(), Transfer(agent=CY), Transfer(queue="support"), Unpause(Resumption())],
    ids=["taken", "given to another", "moved", "ended"],
)
def test_a_reservation_ends_if_another_person_gets_the_conversation(command: Command) -> None:
    assert FREE_AGAIN in decide(OFFERED, command, SAM, UNTIL - 1).capacity_changes


@pytest.mark.parametrize(
    ("command", "caller", "now"),
    [
        (Claim(), SAM, UNTIL),
        (EndOffer(THE_OFFER), TIMER, UNTIL),
        (Claim(), ANA, UNTIL - 1),
        (Transfer(agent=TO_ANA), SAM, UNTIL - 1),
    ],
    ids=["in time for nobody", "ended by its timer", "taken by them", "given to them"],
)
def test_a_reservation_that_has_ended_or_is_used_is_not_ended_again(
    command: Command, caller: Caller, now: int
) -> None:
    assert FREE_AGAIN not in decide(OFFERED, command, caller, now).capacity_changes


def test_anybody_can_claim_after_the_offer_has_ended_even_before_the_sweep() -> None:
    assert decide(OFFERED, Claim(), BO, UNTIL).head.owner_id == "bo"


def test_a_release_by_the_offered_agent_declines_the_offer() -> None:
    declined = decide(OFFERED, Release(), ANA, NOW)

    (entry,) = declined.entries
    assert (entry.kind, (entry.record.payload or {})["cause"]) == (Kind.DECLINED, "declined")
    assert declined.capacity_changes == (CapacityChange("ana", 0, reserved_until=0),)
    assert declined.head.status is Status.WAITING
    assert declined.head.epoch == OFFERED.epoch
    assert decide(declined.head, Claim(), BO, NOW).head.owner_id == "bo"


@pytest.mark.parametrize(
    "head", [OFFERED, WAITING], ids=["offered to another", "offered to nobody"]
)
def test_no_other_person_can_decline_an_offer(head: Head) -> None:
    with pytest.raises(IllegalMove):
        decide(head, Release(), BO, NOW)


def test_a_timer_ends_only_the_offer_for_which_it_was_set() -> None:
    again = decide(
        decide(OFFERED, Release(), ANA, NOW).head, MakeOffer(UNTIL + 1, TO_ANA), TIMER, NOW
    ).head

    assert decide(again, EndOffer(THE_OFFER), TIMER, UNTIL) == Decision(again)
    assert decide(OFFERED, EndOffer(THE_OFFER), TIMER, UNTIL).entries


def test_a_second_offer_changes_nothing_while_the_first_stands() -> None:
    assert decide(OFFERED, MakeOffer(UNTIL, CY), TIMER, NOW) == Decision(OFFERED)


def test_an_agent_who_is_not_online_gets_no_offer() -> None:
    away = replace(CY, presence=Presence(PresenceStatus.AWAY, NOW))

    with pytest.raises(NoAgentAvailable):
        decide(WAITING, MakeOffer(UNTIL, away), TIMER, NOW)


def test_an_offer_ends_with_the_wait() -> None:
    returned = decide(OFFERED, Unpause(), BOT_KEY, NOW).head

    assert returned.handoff is None


def test_a_request_for_an_agent_who_is_free_is_offered_to_them() -> None:
    sales = Queue("sales", offer_seconds=45)
    pause = Pause(Request(queue="sales"), agent=TO_ANA, queue_settings=sales)

    kept = decide(WITH_BOT, pause, BOT_KEY, NOW).head

    assert kept.handoff
    assert kept.offer == Offer(Author("ana", "Ana"), NOW + 45_000)
    with pytest.raises(IllegalMove):
        decide(kept, Claim(), BO, NOW)


def test_a_request_for_an_agent_who_is_busy_is_open_to_everybody() -> None:
    pause = Pause(Request(queue="sales"), agent=replace(TO_ANA, open=5))

    queued = decide(WITH_BOT, pause, BOT_KEY, NOW).head

    assert queued.handoff
    assert queued.offer is None


# Whose turn it is


def agent(name: str, **fields: Any) -> Member:
    there = Presence(PresenceStatus.ONLINE, NOW)
    member = Member(name, name, "", Role.AGENT, frozenset({"sales"}), 2, presence=there)
    return replace(member, **fields)


def turn(*members: Member, last: str | None = None, **offered: int) -> list[str]:
    return [m.person for m in next_in_turn(members, "sales", NOW, offered, last)]


def test_the_agent_who_was_idle_longest_gets_the_first_offer() -> None:
    assert turn(agent("a", busy_at=3), agent("b", busy_at=1), agent("c")) == ["c", "b", "a"]


def test_the_last_agent_precedes_the_agent_who_was_idle_longest() -> None:
    assert turn(agent("a"), agent("b", busy_at=9), last="b") == ["b", "a"]
    assert turn(agent("a"), agent("b", open=2), last="b") == ["a"]


def test_agents_without_an_offer_precede_agents_who_had_one() -> None:
    assert turn(agent("a"), agent("b", busy_at=5), last="a", a=1) == ["b", "a"]


@pytest.mark.parametrize(
    "fields",
    [
        {"presence": Presence(PresenceStatus.AWAY, NOW)},
        {"presence": Presence(PresenceStatus.OFFLINE, NOW)},
        {"presence": Presence(PresenceStatus.ONLINE, NOW, gone_at=NOW)},
        {"presence": Presence(PresenceStatus.ONLINE, 1)},
        {"open": 2},
        {"queues": frozenset({"support"})},
        {"reserved_until": NOW + 1},
        {"role": Role.SUPERVISOR, "queues": frozenset()},
    ],
)
def test_offers_go_only_to_members_who_are_online_and_free(
    fields: dict[str, Any],
) -> None:
    assert turn(agent("a", **fields)) == []


def test_only_queues_in_offer_mode_make_offers() -> None:
    manual = decide(
        WITH_BOT, Pause(Request(queue="sales"), queue_settings=Queue("sales")), BOT_KEY, NOW
    )
    offering = Queue("sales", mode=Mode.OFFER, offer_seconds=20)
    by_offer = decide(
        WITH_BOT, Pause(Request(queue="sales"), queue_settings=offering), BOT_KEY, NOW
    )

    assert manual.head.timing.offer_seconds is None
    assert by_offer.head.timing.offer_seconds == 20
