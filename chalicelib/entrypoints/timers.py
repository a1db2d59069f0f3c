"""Once a minute: what has to be done when nobody asks for it."""

import logging

from chalicelib.usecases import sockets, timers
from chalicelib.usecases.world import World

log = logging.getLogger("baton")


def every_minute(world: World) -> dict[str, object]:
    """Safe to run twice and in parallel."""
    return {"connections_closed": sockets.sweep(world), "deadlines_met": _deadlines(world)}


def _deadlines(world: World) -> int:
    """How many. One that fails is tried again in the next minute, and stops no other."""
    return sum(_looked_after(world, *place) for place in timers.due(world))


def _looked_after(world: World, bot: str, conversation_id: str) -> bool:
    try:
        return timers.look_after(world, bot, conversation_id)
    except Exception:
        place = {"bot": bot, "conversation_id": conversation_id}
        log.exception("deadline not met", extra=place)
        return False
