"""Timers: what happens to a paused conversation by itself, and when.

A timer carries the epoch under which it was set. If who may speak has changed since then, or if
someone has written whose silence set the timer, the timer does nothing.

Times are in milliseconds since 1970 (UTC).
"""

from collections.abc import Callable, Iterator
from typing import TypeGuard

from msgspec import Struct

from chalicelib.domain.conversation.authors import From
from chalicelib.domain.conversation.commands import (
    Cause,
    Command,
    EndOffer,
    Escalate,
    Release,
    Unpause,
)
from chalicelib.domain.conversation.handoff import Outcome, Resumption
from chalicelib.domain.conversation.head import Head, Owned, Paused, Waiting
from chalicelib.domain.routing.members import NEVER, Presence

SECOND = 1000
OFFER_RETRY = 60 * SECOND
"""If no agent is free for an offer, the search is repeated after this time."""
INACTIVITY = frozenset({Cause.AGENT_IDLE, Cause.AGENT_LOST, Cause.USER_IDLE})
"""The causes of timers that a message stops."""


class Deadline(Struct, frozen=True):
    at: int
    command: Command


def deadlines(head: Head, owner: Presence | None = None) -> Iterator[Deadline]:
    """All deadlines of the conversation, in no order.

    `owner` is the presence of the owner. Without it, the owner counts as connected until their
    last message.
    """
    if isinstance(head, Waiting):
        for waiting_rule in WAITING_RULES:
            yield from waiting_rule(head)
    elif isinstance(head, Owned):
        for owned_rule in OWNED_RULES:
            yield from owned_rule(head, owner or Presence())


def due_at(head: Head, now: int, owner: Presence | None = None) -> int | None:
    """The time at which the sweep must look at the conversation; None if it has no deadline."""
    times = [deadline.at for deadline in deadlines(head, owner)]
    if wants_offer(head):
        times.append(now + OFFER_RETRY)
    return min(times, default=None)


def overdue(head: Head, now: int, owner: Presence | None = None) -> Command | None:
    """The command of the earliest deadline that has passed; None if none has."""
    passed = [deadline for deadline in deadlines(head, owner) if deadline.at <= now]
    return min(passed, key=lambda deadline: deadline.at).command if passed else None


def is_out_of_date(command: Command, head: Head, now: int) -> bool:
    """True if someone wrote after this inactivity timer was set.

    The epoch alone does not tell: messages do not change it.
    """
    if command.cause not in INACTIVITY:
        return False
    # The owner's connection may have closed: then only the last message counts.
    closed = deadlines(head, Presence(gone_at=NEVER))
    passed = (each.command for each in closed if each.at <= now)
    return not any(each.cause is command.cause for each in passed)


def scheduled(before: Head, after: Head, now: int, *, anew: bool) -> int | None:
    """The time at which the sweep must look at the conversation once `after` is stored.

    A change of who may speak, and a timer (`anew`), set the time. Everything else can only bring
    it forward, so that a message seldom changes the index.
    """
    wanted, known = due_at(after, now), before.timing.due_at
    if anew or after.epoch != before.epoch or known is None:
        return wanted
    return known if wanted is None else min(wanted, known)


def wants_offer(head: Head) -> TypeGuard[Waiting]:
    """True if the conversation waits in a queue that makes offers, and no offer stands."""
    return isinstance(head, Waiting) and head.timing.offer_seconds is not None and not head.offer


# While the user waits


def _request_timeout(head: Waiting) -> Iterator[Deadline]:
    """The time limit that the request itself has set."""
    if head.expires_at is not None:
        yield Deadline(head.expires_at, _end(head, Outcome.EXPIRED, Cause.TIMEOUT))


def _give_up(head: Waiting) -> Iterator[Deadline]:
    since, limit = head.timing.unanswered_since, head.timing.limits.give_up
    if since is not None and limit is not None:
        yield Deadline(since + limit * SECOND, _end(head, Outcome.EXPIRED, Cause.GIVE_UP))


def _end_of_offer(head: Waiting) -> Iterator[Deadline]:
    if head.offer:
        yield Deadline(head.offer.until, EndOffer(head.offer, epoch=head.epoch))


# In both paused states


def _escalation(head: Paused) -> Iterator[Deadline]:
    """A conversation that an agent has claimed and not yet answered escalates, too."""
    timing = head.timing
    first = () if timing.limits.first_alert is None else (timing.limits.first_alert,)
    steps = sorted({*first, *timing.limits.escalate})
    if timing.unanswered_since is not None:
        for step, limit in enumerate(steps[timing.alerts :], timing.alerts + 1):
            at = timing.unanswered_since + limit * SECOND
            yield Deadline(at, Escalate(step, epoch=head.epoch))


def _max_length(head: Paused) -> Iterator[Deadline]:
    claimed_at, limit = head.handoff.claimed_at, head.timing.limits.max_length
    if claimed_at is not None and limit is not None:
        yield Deadline(claimed_at + limit * SECOND, _end(head, Outcome.EXPIRED, Cause.MAX_LENGTH))


# While an agent has it


def _agent_idle(head: Owned, _: Presence) -> Iterator[Deadline]:
    limit = head.timing.limits.agent_idle
    if limit is not None and not _is_users_turn(head):
        release = Release(epoch=head.epoch, cause=Cause.AGENT_IDLE)
        yield Deadline(_silent_from(head) + limit * SECOND, release)


def _user_idle(head: Owned, _: Presence) -> Iterator[Deadline]:
    limit = head.timing.limits.user_idle
    if limit is not None and _is_users_turn(head):
        end = _end(head, Outcome.USER_LEFT, Cause.USER_IDLE)
        yield Deadline(_silent_from(head) + limit * SECOND, end)


def _agent_lost(head: Owned, owner: Presence) -> Iterator[Deadline]:
    grace = head.timing.limits.agent_lost
    if grace is not None:
        release = Release(epoch=head.epoch, cause=Cause.AGENT_LOST)
        yield Deadline(owner.lost_from(head.turn_started_at) + grace * SECOND, release)


def _end(head: Paused, outcome: Outcome, cause: Cause) -> Unpause:
    return Unpause(Resumption(outcome), epoch=head.epoch, cause=cause)


def _silent_from(head: Owned) -> int:
    """The inactivity timers count from the end of a snooze."""
    return max(head.turn_started_at, head.snoozed_until or 0)


def _is_users_turn(head: Owned) -> bool:
    return head.last_message is not None and head.last_message.sender is From.AGENT


WAITING_RULES: tuple[Callable[[Waiting], Iterator[Deadline]], ...] = (
    _request_timeout,
    _escalation,
    _end_of_offer,
    _give_up,
    _max_length,
)
OWNED_RULES: tuple[Callable[[Owned, Presence], Iterator[Deadline]], ...] = (
    lambda head, _: _escalation(head),
    _agent_idle,
    _agent_lost,
    _user_idle,
    lambda head, _: _max_length(head),
)
