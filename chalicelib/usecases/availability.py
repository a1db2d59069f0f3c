"""Is anybody there, how many wait, and for how long."""

from dataclasses import dataclass

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.errors import IllegalMove
from chalicelib.domain.head import Head, Status
from chalicelib.domain.routing import PresenceStatus, first_served
from chalicelib.usecases import reading, reporting
from chalicelib.usecases.configuring import line_of, queue_of
from chalicelib.usecases.ports import BoardFilter
from chalicelib.usecases.world import World

MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Availability:
    """`online` and `free` are numbers of people, `waiting` of conversations, up to 1,000;
    `median_wait` is in seconds, of the last days, if there were any."""

    online: int
    free: int
    open_now: bool
    waiting: int
    median_wait: float | None


@dataclass(frozen=True, slots=True)
class Place:
    """1 is the next; `estimated_wait` is in seconds, if anything is known."""

    position: int
    estimated_wait: float | None


def look(world: World, caller: Caller, queue: str | None) -> Availability:
    """Of a queue, or of the whole bot."""
    authorize(caller, Action.SEE_AVAILABILITY)
    now = world.clock.now()
    serving = [m for m in world.directory.members(caller.bot) if m.serves(queue)]
    return Availability(
        online=sum(m.presence.at(now) is PresenceStatus.ONLINE for m in serving),
        free=sum(m.is_free(now) for m in serving),
        open_now=queue_of(world, caller.bot, queue).is_open(now),
        waiting=len(_line(world, caller.bot, queue)),
        median_wait=reporting.median_wait(world, caller.bot, queue),
    )


def anyone_available(world: World, bot: str, queue: str | None) -> bool:
    """Whether the queue is open, and somebody who serves it is online and has room; where it is
    closed or deserted, the same of the one that takes over."""
    members, now = world.directory.members(bot), world.clock.now()
    served = first_served(line_of(world, bot, queue), members, now)
    return served is not None and any(m.is_free_for(served.name or None, now) for m in members)


def place(world: World, caller: Caller, conversation_id: str) -> Place:
    """Raises IllegalMove where the conversation does not wait."""
    authorize(caller, Action.SEE_AVAILABILITY)
    head = reading.head(world, caller, conversation_id)
    if head.status is not Status.WAITING:
        raise IllegalMove(
            f"No position while the conversation's status is {head.status}.",
            command="position",
            status=head.status,
            epoch=head.epoch,
        )
    wait = reporting.median_wait(world, caller.bot, head.queue)
    return Place(position(world, head), wait)


def position(world: World, head: Head) -> int:
    """Among those who wait in the same queue; without a queue, among all: any agent may be the
    one. The list may lag: who is not in it yet stands at its end."""
    line = _line(world, head.bot, head.queue)
    return line.index(head.id) + 1 if head.id in line else len(line) + 1


def _line(world: World, bot: str, queue: str | None) -> list[str]:
    waiting = BoardFilter(frozenset({Status.WAITING}), queue)
    return list(world.conversations.board(bot, waiting, None, MOST_COUNTED).conversation_ids)
