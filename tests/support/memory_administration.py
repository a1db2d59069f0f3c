"""What admins set up for a bot, in memory."""

from dataclasses import replace

from chalicelib.usecases.records import Key
from tests.support.memory_table import MemoryTable, Now


class MemoryAdministration:
    def __init__(self, table: MemoryTable, clock: Now | None = None) -> None:
        self._table = table

    def keys(self, bot: str) -> list[Key]:
        with self._table.lock:
            return [key for key in self._table.keys.values() if key.bot == bot]

    def key(self, bot: str, key_id: str) -> Key | None:
        key = self._table.keys.get(key_id)
        return key if key and key.bot == bot else None

    def replace_key(self, old: Key, ends_at: int, new: Key) -> bool:
        with self._table.lock:
            known = self.key(old.bot, old.id)
            if known:
                self._table.keys[old.id] = replace(known, expires_at=ends_at)
                self._table.keys[new.id] = new
            return known is not None

    def remove_key(self, bot: str, key_id: str) -> bool:
        with self._table.lock:
            known = self.key(bot, key_id)
            if known:
                del self._table.keys[key_id]
            return known is not None
