"""Password resets in the table. DynamoDB removes those that have expired."""

import msgspec

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.rows import RecordRow
from chalicelib.adapters.dynamodb.table import Rows, Table
from chalicelib.usecases.ports.system import Clock
from chalicelib.usecases.records.people import PasswordReset


class DynamoPasswordResets:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._rows = Rows(table, clock)
        self._clock = clock

    def add(self, reset: PasswordReset) -> None:
        text = msgspec.json.encode(reset).decode()
        expires = -(-reset.expires_at // 1000)
        self._rows.put(
            RecordRow.at(keys.password_reset(reset.token_hash), record=text, expires=expires)
        )

    def get(self, token_hash: str) -> PasswordReset | None:
        row = self._rows.get(RecordRow, keys.password_reset(token_hash))
        found = msgspec.json.decode(row.record, type=PasswordReset) if row else None
        return found if found and found.expires_at > self._clock.now() else None
