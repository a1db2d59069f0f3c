"""Availability of agents, length of the queue, and a conversation's position in it."""

from msgspec import Struct

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.domain.errors import IllegalMove
from chalicelib.domain.routing.members import PresenceStatus, first_served, unserved
from chalicelib.usecases.conversations import queries
from chalicelib.usecases.ports.conversations import BoardFilter
from chalicelib.usecases.reports import reports
from chalicelib.usecases.routing.queue_lookup import no_queue
from chalicelib.usecases.routing.stored_settings import fallback_chain, queue_or_default
from chalicelib.usecases.services import Services

MAX_COUNTED = 1000


class Availability(Struct, frozen=True):
    """`online` and `free` count agents, `waiting` counts conversations up to 1,000. If not
    `served`, no member of the queue could own a conversation.

    `free` agents are online and below their capacity. `median_wait` is in seconds; None if no
    handoff was claimed in the last days.
    """

    online: int
    free: int
    open_now: bool
    waiting: int
    median_wait: float | None
    served: bool = True


class QueuePosition(Struct, frozen=True):
    """`position` 1 is the next conversation. `estimated_wait` is in seconds; None if unknown."""

    position: int
    estimated_wait: float | None


def get_availability(services: Services, caller: Caller, queue: str | None) -> Availability:
    """`queue` None means the whole bot. Raises NotFound if there is no such queue."""
    authorize(caller, Action.SEE_AVAILABILITY)
    if queue is not None and services.directory.queue(caller.bot, queue) is None:
        raise no_queue(services, caller.bot, queue)
    now, members = services.clock.now(), services.directory.members(caller.bot)
    serving = [m for m in members if m.serves(queue)]
    return Availability(
        online=sum(m.presence.at(now) is PresenceStatus.ONLINE for m in serving),
        free=sum(m.is_free(now) for m in serving),
        open_now=queue_or_default(services, caller.bot, queue).is_open(now),
        waiting=len(_waiting_ids(services, caller.bot, queue)),
        median_wait=reports.median_wait(services, caller.bot, queue),
        served=bool(members) if queue is None else not unserved(queue, members),
    )


def anyone_available(services: Services, bot: str, queue: str | None) -> bool:
    """True if the queue is open and one of its agents is free. A queue that does not exist counts
    as none.

    If the queue is closed or none of its agents is online, the same for its fallback queues.
    """
    members, now = services.directory.members(bot), services.clock.now()
    if queue is not None and services.directory.queue(bot, queue) is None:
        queue = None
    served = first_served(fallback_chain(services, bot, queue), members, now)
    return served is not None and any(m.is_free_for(served.name or None, now) for m in members)


def get_position(services: Services, caller: Caller, conversation_id: str) -> QueuePosition:
    """Raises NotFound; IllegalMove if the conversation does not wait."""
    authorize(caller, Action.SEE_AVAILABILITY)
    head = queries.head(services, caller, conversation_id)
    if head.status is not Status.WAITING:
        raise IllegalMove(
            f"The conversation has no position, because its status is {head.status}.",
            command="position",
            status=head.status,
            epoch=head.epoch,
        )
    wait = reports.median_wait(services, caller.bot, head.queue)
    return QueuePosition(position(services, head), wait)


def position(services: Services, head: Head) -> int:
    """The position among the conversations of the same queue; without a queue, among all.

    The board may lag: a conversation that is not on it yet is counted as the last one.
    """
    ids = _waiting_ids(services, head.bot, head.queue)
    return ids.index(head.id) + 1 if head.id in ids else len(ids) + 1


def _waiting_ids(services: Services, bot: str, queue: str | None) -> list[str]:
    waiting = BoardFilter(frozenset({Status.WAITING}), queue)
    return list(services.conversations.board(bot, waiting, None, MAX_COUNTED).conversation_ids)
