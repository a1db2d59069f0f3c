"""The handler that runs once a minute: timers that are due, overflow queues, and metrics."""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from chalicelib.entrypoints.request_log import request_id, request_log
from chalicelib.usecases import recovery
from chalicelib.usecases.live import push, sockets
from chalicelib.usecases.privacy import erase, retention
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.reports import Backlog
from chalicelib.usecases.reports import metrics
from chalicelib.usecases.routing import overflow, timers
from chalicelib.usecases.services import Services

ROUNDS = 20
"""After a long outage, one query does not return all timers that are due."""

TIMERS_UNTIL, MOVES_UNTIL, RECOVERY_UNTIL = 20 * 1000, 28 * 1000, 40 * 1000
ERASURE_UNTIL = 48 * 1000
"""Milliseconds after the start of a sweep, of the 59 seconds that the function has. Each part of
the sweep begins nothing more after its time; the next minute goes on."""

log = logging.getLogger("baton")


class TimerOutcome(Enum):
    MET, NOT_YET, FAILED = range(3)


def every_minute(services: Services, context: object = None) -> dict[str, object]:
    """Safe to run twice and in parallel."""
    with request_log.line("minute", request_id=request_id(context)) as line:
        began = services.clock.now()
        deadlines = _deadlines(services, began + TIMERS_UNTIL)
        waiting = metrics.backlogs(services)
        failed = deadlines.failed + _failed_moves(services, waiting, began + MOVES_UNTIL)
        connections = sockets.all_open(services)
        metrics.record_minute(services, waiting, len(connections), failed)
        _catch_up(services, connections)
        recovered = _recover(services, began + RECOVERY_UNTIL)
        erased = _sweep_erased(services, began + ERASURE_UNTIL)
        done: dict[str, object] = {
            "deadlines_met": deadlines.met,
            "recovered": recovered,
            "erased": erased,
        }
        line.update(done)
    return done


def _failed_moves(services: Services, waiting: Mapping[str, Backlog], until: int) -> int:
    """Moves conversations out of queues that are not served. Returns for how many bots it failed;
    the next minute tries them again."""
    failed = 0
    for bot in (bot for bot, backlog in waiting.items() if backlog.count):
        if services.clock.now() > until:
            log.error("overflow not checked in time", extra={"bot": bot})
            failed += 1
            continue
        try:
            overflow.move_waiting(services, bot, until)
        except Exception:
            log.exception("overflow not checked", extra={"bot": bot})
            failed += 1
    return failed


def _catch_up(services: Services, connections: Sequence[SocketConnection]) -> None:
    """An error does not stop the rest of the sweep; the next minute tries again."""
    try:
        push.catch_up(services, connections)
    except Exception:
        log.exception("connections not caught up")


def _recover(services: Services, deadline: int) -> int:
    """An error does not stop the rest of the sweep; the next minute tries again."""
    try:
        return recovery.recover(services, deadline)
    except Exception:
        log.exception("reactions not recovered")
        return 0


def _sweep_erased(services: Services, deadline: int) -> int:
    """An error does not stop the rest of the sweep; the next minute tries again."""
    try:
        retention.apply_retention(services, deadline)
        return erase.sweep(services, deadline)
    except Exception:
        log.exception("erased conversations not swept")
        return 0


class Deadlines(NamedTuple):
    met: int
    failed: int


def _deadlines(services: Services, until: int) -> Deadlines:
    """How many were met and how many failed. One that fails does not stop the others; the next
    minute tries it again."""
    outcomes = Counter[TimerOutcome]()
    for place in _due_places(services):
        if services.clock.now() > until:
            break
        outcomes[_looked_after(services, *place)] += 1
    return Deadlines(outcomes[TimerOutcome.MET], outcomes[TimerOutcome.FAILED])


def _due_places(services: Services) -> Iterator[tuple[str, str]]:
    seen = set[tuple[str, str]]()
    for _ in range(ROUNDS):
        places = [place for place in timers.due(services) if place not in seen]
        if not places:
            return
        seen.update(places)
        yield from places


def _looked_after(services: Services, bot: str, conversation_id: str) -> TimerOutcome:
    try:
        met = timers.run_due_timers(services, bot, conversation_id)
    except Exception:
        place = {"bot": bot, "conversation_id": conversation_id}
        log.exception("deadline not met", extra=place)
        return TimerOutcome.FAILED
    return TimerOutcome.MET if met else TimerOutcome.NOT_YET
