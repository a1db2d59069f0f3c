"""What the deadlines of a paused conversation are counted from."""

from msgspec import Struct

from chalicelib.domain.routing.queues import NO_LIMITS, Limits, Mode, Queue


class Timing(Struct, frozen=True):
    """Limits are those that the queue had when the conversation came into it. Times are in
    milliseconds since 1970 (UTC).

    `offer_seconds`: how long an offer stands; None where agents claim. `clock`: since when the user
    has waited for the first word of a person; None once there was one. `alerts`: how many have been
    raised since then. `silent_since`: since when it has been the agent's turn to speak, or the
    user's. `due_at`: never later than the earliest deadline.
    """

    limits: Limits = NO_LIMITS
    offer_seconds: int | None = None
    clock: int | None = None
    alerts: int = 0
    silent_since: int | None = None
    due_at: int | None = None


UNTIMED = Timing()


def entered(queue: Queue | None, now: int) -> Timing:
    """Of a conversation that comes into this queue; None: into one that nobody has configured."""
    queue = queue or Queue("")
    offer_seconds = queue.offer_seconds if queue.mode is Mode.OFFER else None
    return Timing(queue.limits, offer_seconds, clock=now)
