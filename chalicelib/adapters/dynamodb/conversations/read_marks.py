"""Read marks: one row for each person and conversation."""

from collections.abc import Iterable, Mapping

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.rows import ReadMarkRow
from chalicelib.adapters.dynamodb.table import Rows, Table
from chalicelib.usecases.ports.system import Clock

LIFE = 90 * 24 * 60 * 60 * 1000


class DynamoReadMarks:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._rows = Rows(table, clock)

    def read_through(
        self, bot: str, person: str, conversation_ids: Iterable[str]
    ) -> Mapping[str, int]:
        places = {keys.read_mark(bot, person, each): each for each in conversation_ids}
        found = self._rows.get_all(places)
        return {places[at]: row.seq for at, row in found.items() if isinstance(row, ReadMarkRow)}

    def mark_read(self, bot: str, person: str, conversation_id: str, seq: int) -> bool:
        row = ReadMarkRow.at(keys.read_mark(bot, person, conversation_id))
        marks = [ReadMarkRow.seq.set(seq), ReadMarkRow.expires.set(self._rows.expiry(LIFE))]
        is_earlier = self._rows.is_absent(ReadMarkRow) | (ReadMarkRow.seq < seq)
        return self._rows.update(row, marks, is_earlier)
