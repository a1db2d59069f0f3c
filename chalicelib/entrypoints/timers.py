"""Once a minute: what has to be done when nobody asks for it."""

import logging

from chalicelib.usecases import sockets, timers
from chalicelib.usecases.world import World

ROUNDS = 20
"""After a long standstill there is more to do than comes in one answer."""

log = logging.getLogger("baton")


def every_minute(world: World) -> dict[str, object]:
    """Safe to run twice and in parallel."""
    return {"connections_closed": sockets.sweep(world), "deadlines_met": _deadlines(world)}


def _deadlines(world: World) -> int:
    """How many. One that fails is tried again in the next minute, and stops no other."""
    met, seen = 0, set[tuple[str, str]]()
    for _ in range(ROUNDS):
        places = [place for place in timers.due(world) if place not in seen]
        if not places:
            break
        met += sum(_looked_after(world, *place) for place in places)
        seen.update(places)
    return met


def _looked_after(world: World, bot: str, conversation_id: str) -> bool:
    try:
        return timers.look_after(world, bot, conversation_id)
    except Exception:
        place = {"bot": bot, "conversation_id": conversation_id}
        log.exception("deadline not met", extra=place)
        return False
