"""The counters of reports: one row for each day and queue, day and agent, and day and channel.

One transaction raises the counters and marks the handoff, or the leak outside of handoffs, as
counted. So each counts once. The mark of a rating says how it was counted, so that a later rating
of the same handoff takes that back.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.errors import translate_errors, unavailable
from chalicelib.adapters.dynamodb.rows import EntryRow, HandoffRow, TallyRow, row_of
from chalicelib.adapters.dynamodb.table import FIRST_PAUSE, ROUNDS, Rows, Table
from chalicelib.adapters.dynamodb.transaction import Cancelled, Transaction
from chalicelib.domain.address import conversation_id_of
from chalicelib.domain.report import LEAKS, Tally, rating_name
from chalicelib.usecases.ports.system import Clock
from chalicelib.usecases.records.reports import DayTally, EndedHandoff, RatedHandoff, RefusedLeak

PREFIX = "c_"
"""The prefix of the counters' attribute names."""


class TallyGroup(NamedTuple):
    """The row in which something counts: `kind` is one of the kinds in `keys`."""

    kind: str
    day: str
    name: str | None


class DynamoReports:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._rows = Rows(table, clock)
        self._clock = clock

    def count_handoff(self, ended: EndedHandoff) -> None:
        self._once(lambda: self._handoff(ended))

    def count_rating(self, rated: RatedHandoff) -> None:
        """Reads again if a concurrent call has counted another rating of the handoff."""
        for round_ in range(ROUNDS):
            transaction = self._rating(rated)
            if transaction is None:
                return None
            try:
                return transaction.commit()
            except Cancelled:
                self._clock.sleep(FIRST_PAUSE * 2**round_)
        raise unavailable()

    def count_leak(self, leaked: RefusedLeak) -> None:
        self._once(lambda: self._leak(leaked))

    def _once(self, transaction: Callable[[], Transaction]) -> None:
        """Retries if a concurrent call changes the same counters."""
        for round_ in range(ROUNDS):
            try:
                return transaction().commit()
            except Cancelled as cancelled:
                if any(failure.is_condition for failure in cancelled.failures):
                    return None
            self._clock.sleep(FIRST_PAUSE * 2**round_)
        raise unavailable()

    def by_queue(self, bot: str, first: str, last: str) -> list[DayTally]:
        return list(self._tallies(bot, keys.OF_QUEUE, first, last))

    def by_agent(self, bot: str, first: str, last: str) -> list[DayTally]:
        return list(self._tallies(bot, keys.OF_AGENT, first, last))

    def by_channel(self, bot: str, first: str, last: str) -> list[DayTally]:
        return list(self._tallies(bot, keys.OF_CHANNEL, first, last))

    def _leak(self, leaked: RefusedLeak) -> Transaction:
        transaction = Transaction(self._rows.table)
        entry = EntryRow.at(keys.entry(leaked.bot, leaked.conversation_id, leaked.seq))
        uncounted = EntryRow.pk.exists() & EntryRow.counted.does_not_exist()
        transaction.update(entry, [EntryRow.counted.set(True)], uncounted)
        row = TallyRow.at(keys.tally(leaked.bot, keys.OF_QUEUE, leaked.day, ""))
        counts = [TallyRow.day.set(leaked.day), Path([PREFIX + LEAKS]).add(1)]
        transaction.update(row, counts)
        return transaction

    def _handoff(self, ended: EndedHandoff) -> Transaction:
        transaction = Transaction(self._rows.table)
        handoff = HandoffRow.at(_handoff_key(ended))
        uncounted = HandoffRow.pk.exists() & HandoffRow.counted.does_not_exist()
        transaction.update(handoff, [HandoffRow.counted.set(True)], uncounted)
        for group in _groups(ended):
            _add(transaction, ended.bot, group, ended.tally)
        return transaction

    def _rating(self, rated: RatedHandoff) -> Transaction | None:
        """None if this rating, or a later one, is counted already."""
        row = self._rows.get(HandoffRow, _handoff_key(rated))
        if row is None:
            return None
        mark = row.counted_rating
        before = None if mark is None else msgspec.json.decode(mark, type=RatedHandoff)
        if before and before.seq >= rated.seq:
            return None
        transaction = Transaction(self._rows.table)
        as_read: Condition = HandoffRow.counted_rating.does_not_exist()
        if mark is not None:
            as_read = HandoffRow.counted_rating == mark
        counted = HandoffRow.counted_rating.set(msgspec.json.encode(rated).decode())
        transaction.update(HandoffRow.at(row.key), [counted], HandoffRow.pk.exists() & as_read)
        changes: dict[TallyGroup, Counter[str]] = {}
        for each, count in ((before, -1), (rated, 1)):
            for group in _groups(each) if each else ():
                changes.setdefault(group, Counter())[rating_name(each.score)] += count
        for group, tally in changes.items():
            _add(transaction, rated.bot, group, {name: n for name, n in tally.items() if n})
        return transaction

    def _tallies(self, bot: str, of: str, first: str, last: str) -> Iterator[DayTally]:
        """A row has only the counters that were raised at least once."""
        after = None
        while True:
            with translate_errors():
                answer = self._rows.table.connection.query(
                    keys.tallies(bot),
                    range_key_condition=TallyRow.sk.between(*keys.tally_days(of, first, last)),
                    consistent_read=True,
                    exclusive_start_key=after,
                )
            yield from (found for item in answer["Items"] if (found := _day_tally(item)))
            after = answer.get("LastEvaluatedKey")
            if after is None:
                return


def _handoff_key(of: EndedHandoff | RatedHandoff) -> keys.RowKey:
    return keys.handoff(of.bot, conversation_id_of(of.handoff_id) or "", of.handoff_id)


def _groups(of: EndedHandoff | RatedHandoff) -> Iterator[TallyGroup]:
    yield TallyGroup(keys.OF_QUEUE, of.day, of.queue)
    if of.agent:
        yield TallyGroup(keys.OF_AGENT, of.day, of.agent)
    if of.channel:
        yield TallyGroup(keys.OF_CHANNEL, of.day, of.channel)


def _add(transaction: Transaction, bot: str, group: TallyGroup, tally: Tally) -> None:
    known: list[Action] = [TallyRow.day.set(group.day)]
    if group.name is not None:
        known.append(TallyRow.of.set(group.name))
    counts = [Path([PREFIX + name]).add(count) for name, count in tally.items()]
    row = TallyRow.at(keys.tally(bot, group.kind, group.day, group.name or ""))
    transaction.update(row, [*known, *counts])


def _day_tally(item: Mapping[str, Any]) -> DayTally | None:
    row = row_of(item)
    if not isinstance(row, TallyRow):
        return None
    tally: Tally = {
        name.removeprefix(PREFIX): int(value["N"])
        for name, value in item.items()
        if name.startswith(PREFIX) and int(value["N"])
    }
    return DayTally(row.day, row.of, tally)
