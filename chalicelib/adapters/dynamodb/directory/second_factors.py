"""People's second factors in the table, under their person."""

import msgspec

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.rows import RecordRow
from chalicelib.adapters.dynamodb.table import Rows, Table
from chalicelib.usecases.ports.system import Clock
from chalicelib.usecases.records.second_factor import SecondFactor


class DynamoSecondFactors:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._rows = Rows(table, clock)

    def get(self, person: str) -> SecondFactor | None:
        row = self._rows.get(RecordRow, keys.second_factor(person))
        return msgspec.json.decode(row.record, type=SecondFactor) if row else None

    def replace(self, old: SecondFactor | None, new: SecondFactor) -> bool:
        is_as_read = RecordRow.record == _text(old) if old else RecordRow.pk.does_not_exist()
        # If our answer was lost, the SDK sends the write again and it is refused: the person then
        # waits for the next code. Taking it for our own would accept a code twice.
        row = RecordRow.at(keys.second_factor(new.person), record=_text(new))
        return self._rows.put(row, is_as_read)

    def remove(self, person: str) -> None:
        self._rows.delete([keys.second_factor(person)])


def _text(factor: SecondFactor) -> str:
    return msgspec.json.encode(factor).decode()
