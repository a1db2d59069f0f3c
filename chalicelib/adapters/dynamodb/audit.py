"""Audit events in the table: a partition for each trail, and rows that are only added."""

from contextlib import suppress

import msgspec

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.rows import PointerRow, RecordRow
from chalicelib.adapters.dynamodb.table import Rows, Table
from chalicelib.adapters.dynamodb.transaction import Cancelled, Transaction
from chalicelib.usecases.ports.system import Clock
from chalicelib.usecases.records.audit import AuditEvent

DAY = 24 * 60 * 60 * 1000
EVENT_LIFE, MARK_LIFE = 400 * DAY, 2 * DAY
MARKS_KEPT = 2000
"""Marks that this process remembers, so that a repeated reading costs no round trip."""


class DynamoAuditTrail:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._rows = Rows(table, clock)
        self._known: dict[keys.RowKey, None] = {}

    def add(self, event: AuditEvent) -> None:
        self._rows.put(event_row(self._rows, event), RecordRow.pk.does_not_exist())

    def add_once(self, event: AuditEvent, mark: str) -> None:
        place = keys.audit_mark(event.bot, mark)
        if place not in self._known and self._rows.get(PointerRow, place) is None:
            marked = PointerRow.at(place, id=event.id, expires=self._rows.expiry(MARK_LIFE))
            transaction = Transaction(self._rows.table)
            transaction.put(marked, self._rows.is_absent(PointerRow))
            transaction.put(event_row(self._rows, event), RecordRow.pk.does_not_exist())
            # Another call has just added it.
            with suppress(Cancelled):
                transaction.commit()
        if len(self._known) >= MARKS_KEPT:
            self._known.clear()
        self._known[place] = None

    def latest(
        self, bot: str | None, position: str | None, limit: int
    ) -> tuple[list[AuditEvent], str | None]:
        pk = keys.audit(bot)
        after = {"pk": {"S": pk}, "sk": {"S": keys.part(position)}} if position else None
        rows, more = self._rows.page(pk, None, limit=limit, backwards=True, after=after)
        found = [
            msgspec.json.decode(row.record, type=AuditEvent)
            for row in rows
            if isinstance(row, RecordRow)
        ]
        return found, found[-1].id if found and more else None


def event_row(rows: Rows, event: AuditEvent) -> RecordRow:
    record = msgspec.json.encode(event).decode()
    expires = rows.expiry(EVENT_LIFE)
    return RecordRow.at(keys.audit_event(event.bot, event.id), record=record, expires=expires)


def add_event(transaction: Transaction, rows: Rows, event: AuditEvent | None) -> None:
    if event:
        transaction.put(event_row(rows, event))
