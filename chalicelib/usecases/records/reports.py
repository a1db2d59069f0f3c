"""Counts for reports, and the names of the metrics."""

from enum import StrEnum

from msgspec import Struct

from chalicelib.domain.report import Tally


class EndedHandoff(Struct, frozen=True):
    """A handoff that is over, as it is counted: on its last day (UTC, `2026-01-31`), for the queue
    and the agent who had it last."""

    bot: str
    handoff_id: str
    day: str
    queue: str | None
    agent: str | None
    tally: Tally


class RefusedLeak(Struct, frozen=True):
    """A leak in no handoff: refused because the bot did not know yet that it has the turn again.
    Counted on its day (UTC, `2026-01-31`), for no queue and no agent."""

    bot: str
    conversation_id: str
    seq: int
    day: str


class DayTally(Struct, frozen=True):
    """What was counted on one day (UTC) for one queue (None: without a queue) or one agent."""

    day: str
    group: str | None
    tally: Tally


class Backlog(Struct, frozen=True):
    """How many handoffs wait, and since when the oldest of them does (None: none waits)."""

    count: int
    oldest_since: int | None


class Metric(StrEnum):
    """What operators watch, beside what AWS measures by itself. The names are CloudWatch's."""

    HANDOFFS_WAITING = "HandoffsWaiting"
    OLDEST_WAIT = "OldestWait"
    TIME_TO_CLAIM = "TimeToClaim"
    SOCKETS = "Sockets"
    CONFLICTS_RETRIED = "ConflictsRetried"
    DELIVERIES_DEAD = "DeliveriesDead"
    LEAKS = "Leaks"
    SWEEPS = "Sweeps"
    DEADLINES_FAILED = "DeadlinesFailed"
