"""What happens to a conversation by itself, and when.

Rule: a timer carries the epoch under which it was set; once who may speak has changed, it does
nothing.
"""

from dataclasses import dataclass

from chalicelib.domain.commands import Command, Unpause
from chalicelib.domain.handoff import Outcome, Resumption
from chalicelib.domain.head import Head


@dataclass(frozen=True, slots=True)
class Deadline:
    """`at` is in milliseconds since 1970 (UTC)."""

    at: int
    command: Command


def deadlines(head: Head) -> list[Deadline]:
    """All that the conversation has, in no order."""
    handoff = head.handoff
    if handoff is None or handoff.expires_at is None:
        return []
    expiry = Unpause(Resumption(Outcome.EXPIRED), epoch=head.epoch)
    return [Deadline(handoff.expires_at, expiry)]


def due_at(head: Head) -> int | None:
    """When somebody has to look after it again; None where nothing waits for a time."""
    return min((deadline.at for deadline in deadlines(head)), default=None)


def overdue(head: Head, now: int) -> Command | None:
    """What has to be done now: of several deadlines that have passed, the earliest."""
    passed = [deadline for deadline in deadlines(head) if deadline.at <= now]
    return min(passed, key=lambda deadline: deadline.at).command if passed else None
