"""Counting handoffs that have ended, and what the counts add up to.

A reaction counts, not the command that ends the handoff: it would meet every other handoff of the
same queue in one row, and two people who finish at the same moment would have to try again. The
log remembers what there is to count until then, so that nothing else has to.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from msgspec import Struct

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.conversation.entries import Entry, HandoffContent, Leak
from chalicelib.domain.conversation.handoff import Handoff
from chalicelib.domain.errors import StaleEpoch
from chalicelib.domain.report import (
    TIME_TO_CLAIM,
    DurationStats,
    Tally,
    sum_tallies,
    tally,
    utc_day,
)
from chalicelib.usecases.records.reports import DayTally, EndedHandoff, RefusedLeak
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.services import Services

PAGE = 1000
DAY = 24 * 60 * 60 * 1000
RECENT_DAYS = 7
"""What `median_wait` looks back on."""
T = TypeVar("T")


class Report(Struct, frozen=True):
    """By queue (None: without one), by agent's id, by day."""

    totals: Tally
    queues: Mapping[str | None, Tally]
    agents: Mapping[str | None, Tally]
    days: Mapping[str, Tally]


def count_handoff(services: Services, committed: CommittedEntry) -> None:
    """Of the handoff that this entry has ended. Harmless twice."""
    content = committed.entry.content
    if not isinstance(content, HandoffContent):
        return
    handoff = services.conversations.handoff(committed.bot, content.handoff_id)
    if handoff is None or handoff.returned_at is None:
        return
    ended = EndedHandoff(
        bot=committed.bot,
        handoff_id=handoff.id,
        day=utc_day(handoff.returned_at),
        queue=handoff.request.queue,
        agent=handoff.owner.id if handoff.owner else None,
        tally=tally(handoff, _entries(services, handoff)),
    )
    services.reports.count_handoff(ended)


def count_leak(services: Services, committed: CommittedEntry) -> None:
    """One in a handoff counts with it, when it ends. Harmless twice."""
    entry = committed.entry
    if not isinstance(entry.content, Leak) or entry.content.code != StaleEpoch.code:
        return
    leaked = RefusedLeak(committed.bot, committed.conversation_id, entry.seq, utc_day(entry.at))
    services.reports.count_leak(leaked)


def get_report(services: Services, caller: Caller, first: str, last: str) -> Report:
    """From the first to the last day, both included, as `2026-01-31`."""
    authorize(caller, Action.SEE_REPORT)
    by_queue = services.reports.by_queue(caller.bot, first, last)
    by_agent = services.reports.by_agent(caller.bot, first, last)
    return Report(
        totals=sum_tallies(found.tally for found in by_queue),
        queues=_grouped(by_queue, lambda found: found.group),
        agents=_grouped(by_agent, lambda found: found.group),
        days=_grouped(by_queue, lambda found: found.day),
    )


def median_wait(services: Services, bot: str, queue: str | None) -> float | None:
    """Seconds until a handoff of this queue (None: of any) was claimed, in the last days."""
    now = services.clock.now()
    recent = services.reports.by_queue(bot, utc_day(now - RECENT_DAYS * DAY), utc_day(now))
    total = sum_tallies(found.tally for found in recent if queue in (None, found.group))
    return DurationStats.of(total, TIME_TO_CLAIM).median


def _entries(services: Services, handoff: Handoff) -> Iterator[Entry]:
    """From the request to the return."""
    seen, last = handoff.opened_seq - 1, handoff.returned_seq or 0
    while seen < last:
        page = services.conversations.entries_after(
            handoff.bot, handoff.conversation_id, seen, min(PAGE, last - seen)
        )
        if not page:
            return
        yield from page
        seen = page[-1].seq


def _grouped(found: Iterable[DayTally], name: Callable[[DayTally], T]) -> dict[T, Tally]:
    groups: dict[T, list[Tally]] = {}
    for each in found:
        groups.setdefault(name(each), []).append(each.tally)
    return {of: sum_tallies(tallies) for of, tallies in groups.items()}
