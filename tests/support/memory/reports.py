"""The report counts of handoffs, in memory."""

from collections.abc import Callable
from itertools import groupby

from chalicelib.domain.address import conversation_id_of
from chalicelib.domain.report import LEAKS, rating_name, sum_tallies
from chalicelib.usecases.records.reports import DayTally, EndedHandoff, RatedHandoff, RefusedLeak
from tests.support.memory.table import MemoryTable, Now


class MemoryReports:
    def __init__(self, table: MemoryTable, clock: Now | None = None) -> None:
        self._table = table

    def count_handoff(self, ended: EndedHandoff) -> None:
        """Once for each handoff that there is."""
        with self._table.lock:
            place = (ended.bot, conversation_id_of(ended.handoff_id) or "")
            thread = self._table.threads.get(place)
            if thread and ended.handoff_id in thread.handoffs:
                self._table.ended.setdefault((ended.bot, ended.handoff_id), ended)

    def count_rating(self, rated: RatedHandoff) -> None:
        """As if it were a handoff of that name, which a later rating replaces."""
        with self._table.lock:
            place = (rated.bot, conversation_id_of(rated.handoff_id) or "")
            thread = self._table.threads.get(place)
            before = self._table.ratings.get((rated.bot, rated.handoff_id))
            if not thread or rated.handoff_id not in thread.handoffs:
                return
            if before is None or before.seq < rated.seq:
                self._table.ratings[rated.bot, rated.handoff_id] = rated

    def count_leak(self, leaked: RefusedLeak) -> None:
        """As if it were a handoff of that name: once for each entry that there is."""
        with self._table.lock:
            thread = self._table.threads.get((leaked.bot, leaked.conversation_id))
            if thread and leaked.seq in thread.entries:
                name = f"{leaked.conversation_id}:{leaked.seq}"
                counted = EndedHandoff(leaked.bot, name, leaked.day, None, None, {LEAKS: 1})
                self._table.ended.setdefault((leaked.bot, name), counted)

    def by_queue(self, bot: str, first: str, last: str) -> list[DayTally]:
        return _added(self._between(bot, first, last), lambda ended: ended.queue)

    def by_agent(self, bot: str, first: str, last: str) -> list[DayTally]:
        owned = [ended for ended in self._between(bot, first, last) if ended.agent]
        return _added(owned, lambda ended: ended.agent)

    def by_channel(self, bot: str, first: str, last: str) -> list[DayTally]:
        named = [ended for ended in self._between(bot, first, last) if ended.channel]
        return _added(named, lambda ended: ended.channel)

    def _between(self, bot: str, first: str, last: str) -> list[EndedHandoff]:
        with self._table.lock:
            ratings = [_as_ended(rated) for rated in self._table.ratings.values()]
            everything = [*self._table.ended.values(), *ratings]
        return [ended for ended in everything if ended.bot == bot and first <= ended.day <= last]


def _as_ended(rated: RatedHandoff) -> EndedHandoff:
    return EndedHandoff(
        rated.bot,
        f"{rated.handoff_id}:rating",
        rated.day,
        rated.queue,
        rated.agent,
        {rating_name(rated.score): 1},
        rated.channel,
    )


def _added(found: list[EndedHandoff], of: Callable[[EndedHandoff], str | None]) -> list[DayTally]:
    def place(ended: EndedHandoff) -> tuple[str, str]:
        return ended.day, of(ended) or ""

    return [
        DayTally(day, name or None, sum_tallies(ended.tally for ended in group))
        for (day, name), group in groupby(sorted(found, key=place), place)
    ]
