"""The counters of reports: one row for each day and queue, and one for each day and agent.

One transaction raises the counters and marks the handoff, or the leak outside of handoffs, as
counted. So each counts once.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.errors import translate_errors, unavailable
from chalicelib.adapters.dynamodb.rows import EntryRow, HandoffRow, TallyRow, row_of
from chalicelib.adapters.dynamodb.table import FIRST_PAUSE, ROUNDS, Rows, Table
from chalicelib.adapters.dynamodb.transaction import Cancelled, Transaction
from chalicelib.domain.address import conversation_id_of
from chalicelib.domain.report import LEAKS, Tally
from chalicelib.usecases.ports.system import Clock
from chalicelib.usecases.records.reports import DayTally, EndedHandoff, RefusedLeak

PREFIX = "c_"
"""The prefix of the counters' attribute names."""


class DynamoReports:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._rows = Rows(table, clock)
        self._clock = clock

    def count_handoff(self, ended: EndedHandoff) -> None:
        self._once(lambda: self._handoff(ended))

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
        conversation_id = conversation_id_of(ended.handoff_id) or ""
        handoff = HandoffRow.at(keys.handoff(ended.bot, conversation_id, ended.handoff_id))
        uncounted = HandoffRow.pk.exists() & HandoffRow.counted.does_not_exist()
        transaction.update(handoff, [HandoffRow.counted.set(True)], uncounted)
        of_queue = keys.tally(ended.bot, keys.OF_QUEUE, ended.day, ended.queue or "")
        _add(transaction, TallyRow.at(of_queue), ended)
        if ended.agent:
            of_agent = keys.tally(ended.bot, keys.OF_AGENT, ended.day, ended.agent)
            _add(transaction, TallyRow.at(of_agent), ended)
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


def _add(transaction: Transaction, row: TallyRow, ended: EndedHandoff) -> None:
    of = ended.agent if row.sk.startswith(keys.OF_AGENT) else ended.queue
    known: list[Action] = [TallyRow.day.set(ended.day)]
    if of is not None:
        known.append(TallyRow.of.set(of))
    counts = [Path([PREFIX + name]).add(count) for name, count in ended.tally.items()]
    transaction.update(row, [*known, *counts])


def _day_tally(item: Mapping[str, Any]) -> DayTally | None:
    row = row_of(item)
    if not isinstance(row, TallyRow):
        return None
    tally: Tally = {
        name.removeprefix(PREFIX): int(value["N"])
        for name, value in item.items()
        if name.startswith(PREFIX)
    }
    return DayTally(row.day, row.of, tally)
