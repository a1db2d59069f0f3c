"""Count ended handoffs, and read the reports.

A reaction counts a handoff, not the command that ends it. All handoffs of a queue share one row per
day, and two commands that end at the same moment would conflict there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from msgspec import Struct

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.conversation.entries import Entry, HandoffContent, Leak, Rated
from chalicelib.domain.conversation.handoff import Handoff
from chalicelib.domain.errors import StaleEpoch
from chalicelib.domain.report import (
    TIME_TO_CLAIM,
    UTC_NAME,
    DurationStats,
    Tally,
    local_day,
    sum_tallies,
    tally,
)
from chalicelib.usecases.records.reports import DayTally, EndedHandoff, RatedHandoff, RefusedLeak
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.services import Services

PAGE = 1000
DAY = 24 * 60 * 60 * 1000
RECENT_DAYS = 7
"""The days that `median_wait` takes into account, before today."""
T = TypeVar("T")


class Report(Struct, frozen=True):
    """`queues` by name (None: handoffs without a queue), `agents` by id, `channels` by name, `days`
    as `2026-01-31` in the time zone that the team had when the handoffs ended."""

    totals: Tally
    queues: Mapping[str | None, Tally]
    agents: Mapping[str | None, Tally]
    channels: Mapping[str | None, Tally]
    days: Mapping[str, Tally]


def count_handoff(services: Services, committed: CommittedEntry) -> None:
    """Counts the handoff that this entry has ended, once."""
    content = committed.entry.content
    if not isinstance(content, HandoffContent):
        return
    handoff = services.conversations.handoff(committed.bot, content.handoff_id)
    if handoff is None or handoff.returned_at is None:
        return
    time_zone = time_zone_of(services, committed.bot)
    ended = EndedHandoff(
        bot=committed.bot,
        handoff_id=handoff.id,
        day=local_day(handoff.returned_at, time_zone),
        queue=handoff.request.queue,
        agent=handoff.owner.id if handoff.owner else None,
        tally=tally(handoff, _entries(services, handoff), time_zone),
        channel=_channel(services, committed),
    )
    services.reports.count_handoff(ended)


def count_rating(services: Services, committed: CommittedEntry) -> None:
    """Counts this rating instead of an earlier one of the same handoff, once."""
    content = committed.entry.content
    if not isinstance(content, Rated):
        return
    handoff = services.conversations.handoff(committed.bot, content.handoff_id)
    if handoff is None or handoff.returned_at is None:
        return
    rated = RatedHandoff(
        bot=committed.bot,
        handoff_id=handoff.id,
        seq=committed.entry.seq,
        score=content.score,
        day=local_day(handoff.returned_at, time_zone_of(services, committed.bot)),
        queue=handoff.request.queue,
        agent=handoff.owner.id if handoff.owner else None,
        channel=_channel(services, committed),
    )
    services.reports.count_rating(rated)


def count_leak(services: Services, committed: CommittedEntry) -> None:
    """Counts a leak outside of a handoff, once. Leaks in a handoff count when the handoff ends."""
    entry = committed.entry
    if not isinstance(entry.content, Leak) or entry.content.code != StaleEpoch.code:
        return
    day = local_day(entry.at, time_zone_of(services, committed.bot))
    leaked = RefusedLeak(committed.bot, committed.conversation_id, entry.seq, day)
    services.reports.count_leak(leaked)


def get_report(services: Services, caller: Caller, first: str, last: str) -> Report:
    """From the first to the last day, both included; days are written as `2026-01-31`."""
    authorize(caller, Action.SEE_REPORT)
    by_queue = services.reports.by_queue(caller.bot, first, last)
    by_agent = services.reports.by_agent(caller.bot, first, last)
    by_channel = services.reports.by_channel(caller.bot, first, last)
    return Report(
        totals=sum_tallies(row.tally for row in by_queue),
        queues=_grouped(by_queue, lambda row: row.group),
        agents=_grouped(by_agent, lambda row: row.group),
        channels=_grouped(by_channel, lambda row: row.group),
        days=_grouped(by_queue, lambda row: row.day),
    )


def median_wait(services: Services, bot: str, queue: str | None) -> float | None:
    """The median seconds from request to claim in the last days; None if nothing was claimed.

    `queue` None means all queues.
    """
    now = services.clock.now()
    # The team's day may have begun before the day in UTC.
    first, last = local_day(now - RECENT_DAYS * DAY), local_day(now + DAY)
    recent = services.reports.by_queue(bot, first, last)
    total = sum_tallies(row.tally for row in recent if queue in (None, row.group))
    return DurationStats.of(total, TIME_TO_CLAIM).median


def time_zone_of(services: Services, bot: str) -> str:
    """The team's time zone, as it is set now."""
    found = services.directory.bot(bot)
    return found.settings.time_zone if found else UTC_NAME


def _channel(services: Services, committed: CommittedEntry) -> str | None:
    head = services.conversations.head(committed.bot, committed.conversation_id)
    return head.address.channel if head else None


def _entries(services: Services, handoff: Handoff) -> Iterator[Entry]:
    """The entries from the request to the return, read in pages."""
    seen, last = handoff.opened_seq - 1, handoff.returned_seq or 0
    while seen < last:
        page = services.conversations.entries_after(
            handoff.bot, handoff.conversation_id, seen, min(PAGE, last - seen)
        )
        if not page:
            return
        yield from page
        seen = page[-1].seq


def _grouped(rows: Iterable[DayTally], key: Callable[[DayTally], T]) -> dict[T, Tally]:
    groups: dict[T, list[Tally]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row.tally)
    return {group: sum_tallies(tallies) for group, tallies in groups.items()}
