"""The timers and their times."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from chalicelib.domain.access import Caller
from chalicelib.domain.conversation.commands import (
    AgentMessage,
    Claim,
    Command,
    Escalate,
    MakeOffer,
    Pause,
    Release,
    Snooze,
    Transfer,
    Unpause,
    UserMessage,
)
from chalicelib.domain.conversation.decision import Decision
from chalicelib.domain.conversation.entries import Body, Kind
from chalicelib.domain.conversation.handoff import Outcome, Request
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.domain.conversation.table import decide
from chalicelib.domain.conversation.timers import OFFER_RETRY, overdue
from chalicelib.domain.errors import StaleEpoch
from chalicelib.domain.routing.members import HEARTBEAT_LOST_AFTER, Presence, PresenceStatus
from chalicelib.domain.routing.queues import NO_LIMITS, Limits, Mode, Queue
from tests.domain.cast import ANA, BOT_KEY, CY, NOW, SAM, TIMER, WITH_BOT, ask

SECOND = 1000
MINUTE = 60_000
THERE = Presence(PresenceStatus.ONLINE, NOW)
HELLO = Body(text="hello")
TIMED = Limits(
    first_alert=60,
    escalate=(120, 300),
    give_up=600,
    agent_idle=90,
    user_idle=180,
    max_length=3600,
    agent_lost=30,
)
SALES = Queue("sales", limits=TIMED)

Step = tuple[int, Command, Caller]
"""So many seconds after the request."""


def after(*steps: Step, queue: Queue = SALES) -> Head:
    """A conversation that waits in the queue since NOW, and what has been done with it since."""
    pause = Pause(Request(queue=queue.name), queue_settings=queue)
    head = decide(WITH_BOT, pause, BOT_KEY, NOW).head
    for seconds, command, caller in steps:
        head = decide(head, command, caller, NOW + seconds * SECOND).head
    return head


def lived(
    head: Head, until: int, owner: Presence = THERE
) -> Iterator[tuple[int, Kind, str | None]]:
    """The effects of timers up to so many seconds after the request: when, what, and why."""
    for second in range(until + 1):
        now = NOW + second * SECOND
        while command := overdue(head, now, owner):
            decision = decide(head, command, TIMER, now)
            head = decision.head
            for entry in decision.entries:
                facts = entry.record.payload or {}
                why = facts.get("cause") or facts.get("step")
                yield second, entry.kind, None if why is None else str(why)


CLAIM: Step = (10, Claim(), ANA)
ANSWER: Step = (20, AgentMessage(HELLO), ANA)
QUESTION: Step = (30, UserMessage(HELLO), BOT_KEY)

WAITS = ask(WITH_BOT, Pause(Request(timeout=MINUTE)), BOT_KEY).head


def test_an_unclaimed_handoff_expires_at_its_time_and_not_before() -> None:
    assert WAITS.timing.due_at == NOW + MINUTE
    assert overdue(WAITS, NOW + MINUTE - 1) is None

    command = overdue(WAITS, NOW + MINUTE)

    assert isinstance(command, Unpause)
    ended = ask(WAITS, command, TIMER)
    assert ended.head.status is Status.BOT
    assert ended.head.timing.due_at is None
    assert ended.changed
    assert ended.changed.resumption
    assert ended.changed.resumption.outcome is Outcome.EXPIRED


def test_a_timer_of_an_earlier_state_does_nothing() -> None:
    command = overdue(WAITS, NOW + MINUTE)
    assert command
    released = ask(ask(WAITS, Claim(), ANA).head, Release(), ANA).head

    assert ask(released, command, TIMER) == Decision(released)


def test_an_unclaimed_handoff_escalates_step_by_step_and_is_given_up() -> None:
    assert list(lived(after(), 4000)) == [
        (60, Kind.ESCALATED, "1"),
        (120, Kind.ESCALATED, "2"),
        (300, Kind.ESCALATED, "3"),
        (600, Kind.RETURNED, "give_up"),
    ]


def test_the_first_agent_message_stops_escalation_and_a_claim_does_not() -> None:
    queue = replace(SALES, limits=Limits(first_alert=60, escalate=(120, 300), agent_lost=None))

    silent = list(lived(after(CLAIM, queue=queue), 700))
    answered = list(lived(after(CLAIM, ANSWER, queue=queue), 700))

    assert [kind for _, kind, _ in silent] == [Kind.ESCALATED] * 3
    assert answered == []


def test_an_owned_conversation_is_not_given_up() -> None:
    head = after(CLAIM, queue=replace(SALES, limits=Limits(give_up=60)))

    assert list(lived(head, 600)) == []


def test_a_release_before_an_answer_keeps_the_wait_since_the_request() -> None:
    head = after(CLAIM, (30, Release(), ANA))

    assert head.waiting_since == NOW
    assert next(lived(head, 600)) == (60, Kind.ESCALATED, "1")


def test_a_release_after_an_answer_starts_a_new_wait() -> None:
    head = after(CLAIM, ANSWER, (50, Release(), ANA))

    assert head.waiting_since == NOW + 50 * SECOND
    assert next(lived(head, 600)) == (110, Kind.ESCALATED, "1")


def test_an_idle_agent_loses_the_conversation_to_the_queue() -> None:
    quiet = replace(SALES, limits=Limits(agent_idle=90))

    assert list(lived(after(CLAIM, queue=quiet), 600)) == [(100, Kind.RELEASED, "agent_idle")]
    answered = after(CLAIM, ANSWER, QUESTION, queue=quiet)
    assert list(lived(answered, 600)) == [(120, Kind.RELEASED, "agent_idle")]


def test_further_user_messages_do_not_extend_the_agents_time() -> None:
    quiet = replace(SALES, limits=Limits(agent_idle=90))
    insists: Step = (80, UserMessage(HELLO), BOT_KEY)

    head = after(CLAIM, ANSWER, QUESTION, insists, queue=quiet)

    assert next(lived(head, 600)) == (120, Kind.RELEASED, "agent_idle")


def test_an_idle_user_is_returned_to_the_bot() -> None:
    quiet = replace(SALES, limits=Limits(user_idle=180))

    assert list(lived(after(CLAIM, ANSWER, queue=quiet), 600)) == [
        (200, Kind.RETURNED, "user_idle")
    ]
    assert list(lived(after(CLAIM, ANSWER, QUESTION, queue=quiet), 600)) == []


SNOOZED: Step = (40, Snooze(NOW + 1000 * SECOND), ANA)
QUIET = replace(SALES, limits=Limits(agent_idle=90, user_idle=180, agent_lost=None))


def test_an_idle_agent_has_until_after_the_end_of_a_snooze() -> None:
    head = after(CLAIM, SNOOZED, queue=QUIET)

    assert list(lived(head, 2000)) == [(1090, Kind.RELEASED, "agent_idle")]


def test_an_idle_user_has_until_after_the_end_of_a_snooze() -> None:
    head = after(CLAIM, ANSWER, SNOOZED, queue=QUIET)

    assert list(lived(head, 2000)) == [(1180, Kind.RETURNED, "user_idle")]


def test_an_agents_message_leaves_a_snooze() -> None:
    head = after(CLAIM, SNOOZED, (50, AgentMessage(HELLO), ANA), queue=QUIET)

    assert list(lived(head, 2000)) == [(1180, Kind.RETURNED, "user_idle")]


@pytest.mark.parametrize(
    "step", [(70, UserMessage(HELLO), BOT_KEY), (70, Snooze(None), SAM)], ids=["message", "null"]
)
def test_a_snooze_that_ends_early_makes_the_timers_count_from_then(step: Step) -> None:
    head = after(CLAIM, SNOOZED, step, queue=QUIET)

    assert head.snoozed_until is None
    assert head.timing.due_at is not None
    assert head.timing.due_at <= NOW + 160 * SECOND
    assert list(lived(head, 2000)) == [(160, Kind.RELEASED, "agent_idle")]


def test_a_snooze_between_a_timer_and_its_effect_stops_the_timer() -> None:
    head, now = after(CLAIM, queue=QUIET), NOW + 100 * SECOND
    command = overdue(head, now)
    assert command

    snoozed = decide(head, Snooze(now + MINUTE), ANA, now).head

    assert decide(snoozed, command, TIMER, now) == Decision(snoozed)


def test_a_handoff_ends_at_its_maximum_length_in_every_status() -> None:
    short = replace(SALES, limits=Limits(max_length=3600, agent_lost=None))

    owned = list(lived(after(CLAIM, ANSWER, QUESTION, queue=short), 4000))
    released = list(lived(after(CLAIM, (50, Release(), ANA), queue=short), 4000))

    assert owned == released == [(3610, Kind.RETURNED, "max_length")]


def test_a_disconnected_agent_has_a_grace_period() -> None:
    gone = replace(THERE, gone_at=NOW + 40 * SECOND)
    head = after(CLAIM, queue=replace(SALES, limits=Limits(agent_lost=30)))

    assert list(lived(head, 600, gone)) == [(70, Kind.RELEASED, "agent_lost")]


def test_a_silent_agent_is_lost_after_eleven_minutes_and_the_grace_period() -> None:
    head = after(CLAIM, queue=replace(SALES, limits=Limits(agent_lost=30)))
    lost_after = 10 + HEARTBEAT_LOST_AFTER // SECOND + 30

    assert list(lived(head, 1000)) == [(lost_after, Kind.RELEASED, "agent_lost")]


def test_escalation_starts_again_at_the_first_step_after_an_answer_and_a_release() -> None:
    alerted: Step = (60, Escalate(1), TIMER)
    head = after(alerted, (70, Claim(), ANA), (80, AgentMessage(HELLO), ANA), (90, Release(), ANA))

    assert next(lived(head, 600)) == (150, Kind.ESCALATED, "1")


def test_a_change_of_who_may_speak_can_move_the_due_time_later() -> None:
    queue = replace(SALES, limits=Limits(give_up=60, agent_idle=900, agent_lost=None))

    assert after(queue=queue).timing.due_at == NOW + 60 * SECOND
    assert after(CLAIM, queue=queue).timing.due_at == NOW + 910 * SECOND


def test_an_agent_without_a_connection_is_lost_after_their_last_message() -> None:
    gone = Presence(PresenceStatus.ONLINE, NOW, gone_at=NOW + 15 * SECOND)
    head = replace_limits(after(CLAIM, ANSWER), agent_lost=30)

    assert list(lived(head, 600, gone)) == [(50, Kind.RELEASED, "agent_lost")]


def test_an_agent_with_signs_of_life_keeps_their_conversations() -> None:
    head = after(CLAIM)
    heard = replace(THERE, seen_at=NOW + 3000 * SECOND)

    found = [cause for _, _, cause in lived(replace_limits(head, agent_lost=30), 3000, heard)]

    assert "agent_lost" not in found


def replace_limits(head: Head, agent_lost: int) -> Head:
    return replace(head, timing=replace(head.timing, limits=Limits(agent_lost=agent_lost)))


def test_a_late_message_of_a_lost_agent_is_refused_by_its_epoch() -> None:
    head = after(CLAIM)
    gone, now = Presence(gone_at=NOW), NOW + 40 * SECOND
    command = overdue(head, now, gone)
    assert command
    back = decide(head, command, TIMER, now).head

    with pytest.raises(StaleEpoch):
        decide(back, AgentMessage(HELLO, epoch=head.epoch), ANA, now)


@pytest.mark.parametrize(
    ("steps", "seconds", "word"),
    [
        ((CLAIM,), 100, AgentMessage(HELLO)),
        ((CLAIM, ANSWER, QUESTION), 120, AgentMessage(HELLO)),
        ((CLAIM, ANSWER), 200, UserMessage(HELLO)),
        ((CLAIM, ANSWER), 200, AgentMessage(HELLO)),
    ],
    ids=["the agent's first", "the agent's answer", "the user's", "the agent's second"],
)
def test_a_message_between_a_timer_and_its_effect_stops_the_timer(
    steps: tuple[Step, ...], seconds: int, word: Command
) -> None:
    limits = replace(TIMED, first_alert=None, escalate=(), agent_lost=None)
    head, now = after(*steps, queue=replace(SALES, limits=limits)), NOW + seconds * SECOND
    command = overdue(head, now)
    assert command

    spoken = decide(head, word, ANA if isinstance(word, AgentMessage) else BOT_KEY, now).head

    assert decide(head, command, TIMER, now).head.epoch == head.epoch + 1
    assert decide(spoken, command, TIMER, now) == Decision(spoken)


def test_a_message_of_an_agent_who_counts_as_lost_is_a_sign_of_life() -> None:
    head, now = after(CLAIM), NOW + 40 * SECOND
    command = overdue(head, now, Presence(gone_at=NOW))
    assert command

    spoken = decide(head, AgentMessage(HELLO), ANA, now).head

    assert decide(spoken, command, TIMER, now) == Decision(spoken)
    assert decide(spoken, command, TIMER, now + 30 * SECOND).head.owner is None


def test_a_late_sweep_catches_up_in_order() -> None:
    head, now = after(), NOW + 3 * 86_400 * SECOND

    met = []
    while command := overdue(head, now):
        decision = decide(head, command, TIMER, now)
        met += [entry.kind for entry in decision.entries]
        head = decision.head

    assert met == [Kind.ESCALATED, Kind.ESCALATED, Kind.ESCALATED, Kind.RETURNED]


def test_an_alert_is_raised_once_however_often_it_is_due() -> None:
    head = after()
    raised = decide(head, Escalate(1, epoch=head.epoch), TIMER, NOW).head

    assert decide(raised, Escalate(1, epoch=head.epoch), TIMER, NOW) == Decision(raised)


def test_a_conversation_takes_the_limits_of_the_queue_that_it_enters() -> None:
    other = Queue("support", limits=Limits(give_up=45))

    head = after((5, Transfer(queue="support", queue_settings=other), SAM))

    assert list(lived(head, 600)) == [(50, Kind.RETURNED, "give_up")]


def test_an_offer_is_tried_again_a_minute_later_if_nobody_was_free() -> None:
    head = after(queue=Queue("sales", mode=Mode.OFFER, limits=NO_LIMITS))

    assert head.timing.due_at == NOW + OFFER_RETRY
    assert overdue(head, NOW + OFFER_RETRY) is None


def test_an_offer_ends_at_its_time() -> None:
    head = after(queue=Queue("sales", mode=Mode.OFFER, limits=NO_LIMITS))
    offer = MakeOffer(NOW + 30 * SECOND, CY, epoch=head.epoch)
    offered = decide(head, offer, TIMER, NOW).head

    assert offered.timing.due_at == NOW + 30 * SECOND
    assert list(lived(offered, 60)) == [(30, Kind.DECLINED, "timeout")]


def test_a_message_changes_the_due_time_only_to_an_earlier_one() -> None:
    claimed = after(CLAIM, queue=replace(SALES, limits=Limits(agent_idle=600, user_idle=5)))
    chatted = after(CLAIM, ANSWER, queue=replace(SALES, limits=Limits(agent_idle=600, user_idle=5)))

    assert claimed.timing.due_at == NOW + 610 * SECOND
    assert chatted.timing.due_at == NOW + 25 * SECOND
