"""What happens to a conversation by itself, and when.

Rule: a timer carries the epoch under which it was set; once who may speak has changed, it does
nothing. Nor does it when somebody has broken the silence that it was set for.
"""

from collections.abc import Callable, Iterator

from msgspec import Struct

from chalicelib.domain.conversation.commands import (
    Cause,
    Command,
    EndOffer,
    Escalate,
    Release,
    Unpause,
)
from chalicelib.domain.conversation.entries import From
from chalicelib.domain.conversation.handoff import Outcome, Resumption
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.domain.conversation.offers import offer_in
from chalicelib.domain.routing.members import NEVER, Presence

SECOND = 1000
LOOK_AGAIN = 60 * SECOND
"""After how long somebody is looked for anew where nobody was free to be offered a conversation."""


class Deadline(Struct, frozen=True):
    """`at` is in milliseconds since 1970 (UTC)."""

    at: int
    command: Command


def deadlines(head: Head, owner: Presence | None = None) -> Iterator[Deadline]:
    """All that the conversation has, in no order. `owner` is what is known of whoever has it;
    without it, they are taken to have been there until their last word."""
    for rule in RULES[head.status]:
        yield from rule(head, owner or Presence())


def due_at(head: Head, now: int, owner: Presence | None = None) -> int | None:
    """When somebody has to look after it again; None where nothing waits for a time."""
    times = [deadline.at for deadline in deadlines(head, owner)]
    if wants_an_offer(head):
        times.append(now + LOOK_AGAIN)
    return min(times, default=None)


def overdue(head: Head, now: int, owner: Presence | None = None) -> Command | None:
    """What has to be done now: of several deadlines that have passed, the earliest."""
    passed = [deadline for deadline in deadlines(head, owner) if deadline.at <= now]
    return min(passed, key=lambda deadline: deadline.at).command if passed else None


def is_out_of_date(command: Command, head: Head, now: int) -> bool:
    """Whether a word has come between a timer that was set off by silence and its effect: words
    leave the epoch as it is."""
    cause = getattr(command, "cause", None)
    if cause not in SILENCES:
        return False
    # Of an owner whose connection has closed, the last word is all that counts.
    silent = deadlines(head, Presence(gone_at=NEVER))
    passed = (each.command for each in silent if each.at <= now)
    return not any(getattr(each, "cause", None) is cause for each in passed)


def scheduled(before: Head, after: Head, now: int, *, anew: bool) -> int | None:
    """When to look after it once `after` is stored. A change of who may speak moves the time, and
    so does whoever looks after it (`anew`); all else can only bring it forward, so that a message
    seldom touches the index."""
    wanted, known = due_at(after, now), before.timing.due_at
    if anew or after.epoch != before.epoch or known is None:
        return wanted
    return known if wanted is None else min(wanted, known)


def wants_an_offer(head: Head) -> bool:
    waits = head.status is Status.WAITING and head.timing.offer_seconds is not None
    return waits and offer_in(head) is None


def _timeout(head: Head, _: Presence) -> Iterator[Deadline]:
    """Which the request itself has set."""
    if head.handoff and head.handoff.expires_at is not None:
        yield Deadline(head.handoff.expires_at, _ended(head, Outcome.EXPIRED, Cause.TIMEOUT))


def _give_up(head: Head, _: Presence) -> Iterator[Deadline]:
    clock, limit = head.timing.clock, head.timing.limits.give_up
    if clock is not None and limit is not None:
        yield Deadline(clock + limit * SECOND, _ended(head, Outcome.EXPIRED, Cause.GIVE_UP))


def _escalation(head: Head, _: Presence) -> Iterator[Deadline]:
    """Also of what an agent has claimed and not yet answered."""
    timing = head.timing
    first = () if timing.limits.first_alert is None else (timing.limits.first_alert,)
    steps = sorted({*first, *timing.limits.escalate})
    if timing.clock is not None:
        for step, limit in enumerate(steps[timing.alerts :], timing.alerts + 1):
            yield Deadline(timing.clock + limit * SECOND, Escalate(step, epoch=head.epoch))


def _end_of_offer(head: Head, _: Presence) -> Iterator[Deadline]:
    offer = offer_in(head)
    if offer:
        yield Deadline(offer.until, EndOffer(offer, epoch=head.epoch))


def _agent_idle(head: Head, _: Presence) -> Iterator[Deadline]:
    since, limit = head.timing.silent_since, head.timing.limits.agent_idle
    if since is not None and limit is not None and not _is_users_turn(head):
        back = Release(epoch=head.epoch, cause=Cause.AGENT_IDLE)
        yield Deadline(since + limit * SECOND, back)


def _user_idle(head: Head, _: Presence) -> Iterator[Deadline]:
    since, limit = head.timing.silent_since, head.timing.limits.user_idle
    if since is not None and limit is not None and _is_users_turn(head):
        left = _ended(head, Outcome.USER_LEFT, Cause.USER_IDLE)
        yield Deadline(since + limit * SECOND, left)


def _agent_lost(head: Head, owner: Presence) -> Iterator[Deadline]:
    since, grace = head.timing.silent_since, head.timing.limits.agent_lost
    if since is not None and grace is not None:
        back = Release(epoch=head.epoch, cause=Cause.AGENT_LOST)
        yield Deadline(owner.lost_from(since) + grace * SECOND, back)


def _max_length(head: Head, _: Presence) -> Iterator[Deadline]:
    limit = head.timing.limits.max_length
    if head.handoff and head.handoff.claimed_at is not None and limit is not None:
        over = _ended(head, Outcome.EXPIRED, Cause.MAX_LENGTH)
        yield Deadline(head.handoff.claimed_at + limit * SECOND, over)


def _ended(head: Head, outcome: Outcome, cause: Cause) -> Unpause:
    return Unpause(Resumption(outcome), epoch=head.epoch, cause=cause)


def _is_users_turn(head: Head) -> bool:
    return head.last_message is not None and head.last_message.sender is From.AGENT


SILENCES = frozenset({Cause.AGENT_IDLE, Cause.AGENT_LOST, Cause.USER_IDLE})

Rule = Callable[[Head, Presence], Iterator[Deadline]]

RULES: dict[Status, tuple[Rule, ...]] = {
    Status.BOT: (),
    Status.WAITING: (_timeout, _escalation, _end_of_offer, _give_up, _max_length),
    Status.AGENT: (_escalation, _agent_idle, _agent_lost, _user_idle, _max_length),
}
