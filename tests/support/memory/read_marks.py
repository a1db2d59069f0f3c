"""How far people have read, in memory."""

from collections.abc import Iterable, Mapping

from chalicelib.adapters.dynamodb.conversations.read_marks import LIFE
from tests.support.memory.table import MemoryTable, Now


class MemoryReadMarks:
    def __init__(self, table: MemoryTable, clock: Now) -> None:
        self._table = table
        self._clock = clock

    def read_through(
        self, bot: str, person: str, conversation_ids: Iterable[str]
    ) -> Mapping[str, int]:
        now = self._clock.now()
        marks = {each: self._table.read_marks.get((bot, person, each)) for each in conversation_ids}
        return {each: mark[0] for each, mark in marks.items() if mark and mark[1] > now}

    def mark_read(self, bot: str, person: str, conversation_id: str, seq: int) -> bool:
        with self._table.lock:
            known = self.read_through(bot, person, [conversation_id]).get(conversation_id)
            if known is not None and known >= seq:
                return False
            place = (bot, person, conversation_id)
            self._table.read_marks[place] = (seq, self._clock.now() + LIFE)
            return True
