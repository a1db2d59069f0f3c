"""Deadlines that have passed, and what follows from them. Doing it twice does no harm: a timer
carries the epoch under which it was set."""

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.timers import overdue
from chalicelib.usecases.conversations import execute
from chalicelib.usecases.world import World

PER_SHARD = 500
"""Conversations looked after in one go; the rest in the next minute."""


def due(world: World) -> list[tuple[str, str]]:
    """Bot and id of the conversations that somebody has to look after now."""
    return world.conversations.due(world.clock.now(), PER_SHARD)


def look_after(world: World, bot: str, conversation_id: str) -> bool:
    """Decides on the head's own times: what led here may be out of date. False where nothing had
    to be done. Raises what `execute` raises."""
    head = world.conversations.head(bot, conversation_id)
    command = overdue(head, world.clock.now()) if head else None
    if command is None:
        return False
    timer = Caller("timer", "Baton", Role.TIMER, bot)
    return execute(world, timer, conversation_id, command).created
