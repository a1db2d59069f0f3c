"""Counters of login attempts, each with a time window after which it starts at 0."""

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.errors import unavailable
from chalicelib.adapters.dynamodb.rows import AttemptsRow
from chalicelib.adapters.dynamodb.table import Rows, Table
from chalicelib.usecases.ports.system import Clock

RACES = 5


class DynamoAttempts:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._rows = Rows(table, clock)

    def count(self, name: str, now: int, window: int) -> int:
        # If the SDK retries a write, one attempt may count twice, which errs on the safe side.
        for _ in range(RACES):
            row = AttemptsRow.at(keys.attempts(name))
            if self._one_more(row, now) or self._first_of_window(row, now, window):
                return row.made
        raise unavailable()

    def reset(self, name: str) -> None:
        self._rows.delete([keys.attempts(name)])

    def _one_more(self, row: AttemptsRow, now: int) -> bool:
        more = AttemptsRow.made.set(AttemptsRow.made + 1)
        return self._rows.update(row, [more], AttemptsRow.until > now)

    def _first_of_window(self, row: AttemptsRow, now: int, window: int) -> bool:
        until = now + window
        changes = [
            AttemptsRow.made.set(1),
            AttemptsRow.until.set(until),
            AttemptsRow.expires.set(until // 1000 + 1),
        ]
        is_over = AttemptsRow.until.does_not_exist() | (AttemptsRow.until <= now)
        return self._rows.update(row, changes, is_over)
