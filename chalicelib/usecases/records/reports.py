"""Counts for the daily reports. Days are those of the team's time zone, such as `2026-01-31`."""

from msgspec import Struct

from chalicelib.domain.report import Tally


class EndedHandoff(Struct, frozen=True):
    """The figures of a handoff that has ended.

    They count on the day on which it ended, for its last queue, its last agent and its channel.
    """

    bot: str
    handoff_id: str
    day: str
    queue: str | None
    agent: str | None
    tally: Tally
    channel: str | None = None


class RatedHandoff(Struct, frozen=True):
    """A user's rating. It counts where its handoff counts. `seq` is the number of its entry: a
    later rating of the same handoff replaces an earlier one."""

    bot: str
    handoff_id: str
    seq: int
    score: int
    day: str
    queue: str | None
    agent: str | None
    channel: str | None = None


class RefusedLeak(Struct, frozen=True):
    """A bot message that was refused although no handoff was open, because its epoch was stale.

    It counts on its day, for no queue and no agent.
    """

    bot: str
    conversation_id: str
    seq: int
    day: str


class DayTally(Struct, frozen=True):
    """The counts of one day for one group.

    `group` is a queue's name (None: handoffs without a queue), an agent's id or a channel.
    """

    day: str
    group: str | None
    tally: Tally


class Backlog(Struct, frozen=True):
    """How many handoffs wait, and when the longest wait began (None: none waits)."""

    count: int
    oldest_since: int | None
