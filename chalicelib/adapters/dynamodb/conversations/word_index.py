"""The entries of a bot by the words that stand in them: one row for each word and entry.

The rows of a word are in one partition for each shard, sorted by time, so the latest ones are one
query. A message writes at most one row for each word. So a word that stands in every message gets
as many writes as the bot's list of conversations, whose shards it shares: it is never the partition
that is too hot first.
"""

from collections.abc import Collection, Iterator, Sequence

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.rows import WordRow
from chalicelib.adapters.dynamodb.table import Rows, Table
from chalicelib.domain.search.matching import WordPage, WordPlace
from chalicelib.domain.search.words import LIFE
from chalicelib.usecases.ports.system import Clock

AFTER_ALL = "9"
"""It sorts after every sort key."""


class DynamoWordIndex:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._rows = Rows(table, clock)
        self._table = table

    def add(self, bot: str, place: WordPlace, words: Sequence[str]) -> None:
        shard = keys.shard(place.conversation_id, self._table.filled_shards)
        expires = -(-(place.at + LIFE) // 1000)
        sk = keys.word_place_sk(*place)
        self._rows.put_all(
            WordRow.at(keys.RowKey(keys.word(bot, word, shard), sk), expires=expires)
            for word in words
        )

    def latest(
        self, bot: str, word: str, since: int, before: WordPlace | None, limit: int
    ) -> WordPage:
        end = keys.word_place_sk(*before) if before else AFTER_ALL
        wanted = WordRow.sk.between(f"{since:013d}", end)
        places, reached = list[WordPlace](), list[WordPlace]()
        for shard in range(self._table.shards):
            pk = keys.word(bot, word, shard)
            rows, after = self._rows.page(pk, wanted, limit=limit + 1, backwards=True)
            places += [_place_of(row.sk) for row in rows]
            if after:
                reached.append(_place_of(after["sk"]["S"]))
        horizon = max(reached, default=None)
        ready = sorted((p for p in places if p != before), reverse=True)
        if horizon:
            ready = [place for place in ready if place >= horizon]
        return WordPage(ready[:limit], horizon is None and len(ready) <= limit)

    def holds(self, bot: str, word: str, places: Sequence[WordPlace]) -> Collection[WordPlace]:
        wanted = (key for place in places for key in word_keys(self._table, bot, place, [word]))
        return {_place_of(key.sk) for key in self._rows.get_all(wanted)}


def word_keys(
    table: Table, bot: str, place: WordPlace, words: Sequence[str]
) -> Iterator[keys.RowKey]:
    """The keys of all rows that these words may have. The number of shards may have been raised
    since."""
    for word in words:
        for shard in range(table.shards):
            yield keys.RowKey(keys.word(bot, word, shard), keys.word_place_sk(*place))


def _place_of(sk: str) -> WordPlace:
    return WordPlace(*keys.word_place(sk))
