"""Once a minute: what has to be done when nobody asks for it."""

import logging
from collections import Counter
from enum import Enum
from typing import NamedTuple

from chalicelib.entrypoints.request_log import request_id, request_log
from chalicelib.usecases.live import sockets
from chalicelib.usecases.reports import metrics
from chalicelib.usecases.routing import timers
from chalicelib.usecases.services import Services

ROUNDS = 20
"""After a long standstill there is more to do than comes in one answer."""

log = logging.getLogger("baton")


class Outcome(Enum):
    MET, NOT_YET, FAILED = range(3)


def every_minute(services: Services, context: object = None) -> dict[str, object]:
    """Safe to run twice and in parallel."""
    with request_log.line("minute", request_id=request_id(context)) as line:
        deadlines = _deadlines(services)
        metrics.record_minute(services, sockets.count_open(services), deadlines.failed)
        done: dict[str, object] = {"deadlines_met": deadlines.met}
        line.update(done)
    return done


class Deadlines(NamedTuple):
    met: int
    failed: int


def _deadlines(services: Services) -> Deadlines:
    """How many. One that fails is tried again in the next minute, and stops no other."""
    outcomes, seen = Counter[Outcome](), set[tuple[str, str]]()
    for _ in range(ROUNDS):
        places = [place for place in timers.due(services) if place not in seen]
        if not places:
            break
        outcomes.update(_looked_after(services, *place) for place in places)
        seen.update(places)
    return Deadlines(outcomes[Outcome.MET], outcomes[Outcome.FAILED])


def _looked_after(services: Services, bot: str, conversation_id: str) -> Outcome:
    try:
        met = timers.run_due_timers(services, bot, conversation_id)
    except Exception:
        place = {"bot": bot, "conversation_id": conversation_id}
        log.exception("deadline not met", extra=place)
        return Outcome.FAILED
    return Outcome.MET if met else Outcome.NOT_YET
