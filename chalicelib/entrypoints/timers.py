"""Once a minute: what has to be done when nobody asks for it."""

import logging
from collections import Counter
from enum import Enum
from typing import NamedTuple

from chalicelib.entrypoints.journal import journal, request_id
from chalicelib.usecases import measuring, sockets, timers
from chalicelib.usecases.world import World

ROUNDS = 20
"""After a long standstill there is more to do than comes in one answer."""

log = logging.getLogger("baton")


class Outcome(Enum):
    MET, NOT_YET, FAILED = range(3)


def every_minute(world: World, context: object = None) -> dict[str, object]:
    """Safe to run twice and in parallel."""
    with journal.line("minute", request_id=request_id(context)) as line:
        deadlines = _deadlines(world)
        measuring.minute(world, sockets.how_many(world), deadlines.failed)
        done: dict[str, object] = {"deadlines_met": deadlines.met}
        line.update(done)
    return done


class Deadlines(NamedTuple):
    met: int
    failed: int


def _deadlines(world: World) -> Deadlines:
    """How many. One that fails is tried again in the next minute, and stops no other."""
    outcomes, seen = Counter[Outcome](), set[tuple[str, str]]()
    for _ in range(ROUNDS):
        places = [place for place in timers.due(world) if place not in seen]
        if not places:
            break
        outcomes.update(_looked_after(world, *place) for place in places)
        seen.update(places)
    return Deadlines(outcomes[Outcome.MET], outcomes[Outcome.FAILED])


def _looked_after(world: World, bot: str, conversation_id: str) -> Outcome:
    try:
        met = timers.look_after(world, bot, conversation_id)
    except Exception:
        place = {"bot": bot, "conversation_id": conversation_id}
        log.exception("deadline not met", extra=place)
        return Outcome.FAILED
    return Outcome.MET if met else Outcome.NOT_YET
