"""The entries of a bot by their words, in memory."""

from collections.abc import Collection, Sequence

from chalicelib.domain.search.matching import WordPage, WordPlace
from chalicelib.domain.search.words import LIFE
from tests.support.memory.table import MemoryTable, Now


class MemoryWordIndex:
    def __init__(self, table: MemoryTable, clock: Now) -> None:
        self._table = table
        self._clock = clock

    def add(self, bot: str, place: WordPlace, words: Sequence[str]) -> None:
        with self._table.lock:
            for word in words:
                self._table.words.setdefault((bot, word), set()).add(place)

    def latest(
        self, bot: str, word: str, since: int, before: WordPlace | None, limit: int
    ) -> WordPage:
        found = sorted(
            (p for p in self._alive(bot, word) if p.at >= since and (not before or p < before)),
            reverse=True,
        )
        return WordPage(found[:limit], len(found) <= limit)

    def holds(self, bot: str, word: str, places: Sequence[WordPlace]) -> Collection[WordPlace]:
        return self._alive(bot, word) & set(places)

    def _alive(self, bot: str, word: str) -> set[WordPlace]:
        oldest = self._clock.now() - LIFE
        with self._table.lock:
            return {place for place in self._table.words.get((bot, word), ()) if place.at > oldest}
