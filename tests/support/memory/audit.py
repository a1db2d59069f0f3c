"""Audit trails in memory."""

from chalicelib.usecases.records.audit import AuditEvent
from tests.support.memory.table import MemoryTable, Now

DAY = 24 * 60 * 60 * 1000


class MemoryAuditTrail:
    def __init__(self, table: MemoryTable, clock: Now) -> None:
        self._table = table
        self._clock = clock

    def add(self, event: AuditEvent) -> None:
        with self._table.lock:
            self._table.audit.setdefault(event.id, event)

    def add_once(self, event: AuditEvent, mark: str) -> None:
        place = (event.bot, mark)
        with self._table.lock:
            until = self._table.audit_marks.get(place, 0)
            if until <= self._clock.now():
                self._table.audit_marks[place] = self._clock.now() + 2 * DAY
                self.add(event)

    def latest(
        self, bot: str | None, position: str | None, limit: int
    ) -> tuple[list[AuditEvent], str | None]:
        oldest = self._clock.now() - 400 * DAY
        with self._table.lock:
            events = [e for e in self._table.audit.values() if e.bot == bot and e.at > oldest]
        events.sort(key=lambda event: event.id, reverse=True)
        rest = [event for event in events if position is None or event.id < position]
        return rest[:limit], rest[limit - 1].id if len(rest) > limit else None
