"""Read marks: one row for each person and conversation."""

from collections.abc import Iterable, Mapping

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.rows import ReadMarkRow
from chalicelib.adapters.dynamodb.table import Rows, Table
from chalicelib.usecases.ports.system import Clock

LIFE = 30 * 24 * 60 * 60 * 1000
"""In milliseconds. It also bounds what a query for a page of conversations reads."""


class DynamoReadMarks:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._rows = Rows(table, clock)

    def read_through(
        self, bot: str, person: str, conversation_ids: Iterable[str]
    ) -> Mapping[str, int]:
        """A query counts the size of marks: about 30 cost one unit."""
        places = {keys.read_mark(bot, person, each): each for each in conversation_ids}
        if not places:
            return {}
        first, last = min(places), max(places)
        between = ReadMarkRow.sk.between(first.sk, last.sk)
        marks = self._rows.query_all(ReadMarkRow, first.pk, between)
        seqs = {keys.RowKey(row.pk, row.sk): row.seq for row in marks}
        return {places[at]: seq for at, seq in seqs.items() if at in places}

    def mark_read(self, bot: str, person: str, conversation_id: str, seq: int) -> bool:
        row = ReadMarkRow.at(keys.read_mark(bot, person, conversation_id))
        marks = [ReadMarkRow.seq.set(seq), ReadMarkRow.expires.set(self._rows.expiry(LIFE))]
        is_earlier = self._rows.is_absent(ReadMarkRow) | (ReadMarkRow.seq < seq)
        return self._rows.update(row, marks, is_earlier)
