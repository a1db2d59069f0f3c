"""What happens by itself, and when."""

from hypothesis import given

from chalicelib.domain.commands import Claim, Pause, Release, Unpause
from chalicelib.domain.decision import Decision
from chalicelib.domain.handoff import Outcome, Request
from chalicelib.domain.head import Status
from chalicelib.domain.timers import due_at, overdue
from tests.domain.cast import ANA, BOT_KEY, NOW, TIMER, WITH_BOT, ask
from tests.domain.walks import WALKS, Steps

MINUTE = 60_000
WAITS = ask(WITH_BOT, Pause(Request(timeout=MINUTE)), BOT_KEY).head


def test_an_unclaimed_handoff_expires_at_its_time_and_not_before() -> None:
    assert due_at(WAITS) == NOW + MINUTE
    assert overdue(WAITS, NOW + MINUTE - 1) is None

    command = overdue(WAITS, NOW + MINUTE)

    assert isinstance(command, Unpause)
    ended = ask(WAITS, command, TIMER)
    assert ended.head.status is Status.BOT
    assert ended.changed
    assert ended.changed.resumption
    assert ended.changed.resumption.outcome is Outcome.EXPIRED


def test_a_timer_that_comes_late_does_nothing() -> None:
    command = overdue(WAITS, NOW + MINUTE)
    assert command
    released = ask(ask(WAITS, Claim(), ANA).head, Release(), ANA).head

    assert ask(released, command, TIMER) == Decision(released)


@given(WALKS)
def test_only_what_nobody_has_claimed_yet_waits_for_a_time(walk: Steps) -> None:
    for step in walk:
        head = step.decision.head
        if due_at(head) is not None:
            assert head.status is Status.WAITING
            assert head.handoff
            assert head.handoff.claimed_at is None
