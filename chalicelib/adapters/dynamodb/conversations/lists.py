"""Pages of the lists: the shards of an index, merged into one order.

A position is the sort key up to which a list has been read.
"""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from msgspec import Struct
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.errors import translate_errors
from chalicelib.adapters.dynamodb.rows import HeadRow
from chalicelib.adapters.dynamodb.schema import DUE, INDEXES
from chalicelib.adapters.dynamodb.table import Table
from chalicelib.usecases.ports.conversations import Listing

ROUNDS = 5
FILTERED_PAGE = 100
"""Rows to read per request if a filter may drop many of them."""

HIGHEST = "\U0010ffff"


def conversation_of(item: Mapping[str, Any]) -> str:
    return keys.bot_and_conversation(item["pk"]["S"])[1]


class ListOrder(Struct, frozen=True):
    """The part of an index that a list shows: sort keys with this prefix and suffix, filtered by
    `only`."""

    index: str
    prefix: str = ""
    suffix: str = ""
    descending: bool = False
    only: Condition | None = None
    id_of: Callable[[Mapping[str, Any]], str] = conversation_of

    @property
    def sort_key(self) -> str:
        return INDEXES[self.index][1]


class ListedKey(NamedTuple):
    sort_key: str
    conversation_id: str


class ShardPage(Struct, frozen=True):
    """A page of one shard. `reached` is the sort key of its end; None if the shard ends there."""

    places: Sequence[ListedKey]
    reached: str | None


Read = Callable[[int, str | None], ShardPage]


def listing(table: Table, bot: str, order: ListOrder, position: str | None, limit: int) -> Listing:
    """One round trip per shard, and up to five per shard if a filter drops many rows."""
    size = max(limit, FILTERED_PAGE) if order.only is not None else limit
    read = partial(_shard_page, table, bot, order, size)
    found: list[ListedKey] = []
    for _ in range(ROUNDS):
        pages = [read(shard, position) for shard in range(table.shards)]
        ready, position = _merged(pages, descending=order.descending)
        room = limit - len(found)
        found += ready[:room]
        if len(ready) > room:
            position = found[-1].sort_key
        if position is None or len(found) == limit:
            break
    return Listing([place.conversation_id for place in found], position)


def sort_keys(table: Table, bot: str, order: ListOrder) -> Iterator[str]:
    """Yields all sort keys of a list, shard by shard; one round trip per 1 MB."""
    for shard in range(table.shards):
        page = _shard_page(table, bot, order, None, shard, None)
        yield from (place.sort_key for place in page.places)
        while page.reached is not None:
            page = _shard_page(table, bot, order, None, shard, page.reached)
            yield from (place.sort_key for place in page.places)


def _merged(pages: Sequence[ShardPage], *, descending: bool) -> tuple[list[ListedKey], str | None]:
    """Merges the pages up to the first sort key at which a shard has more rows."""
    nearest = max if descending else min
    ends = [page.reached for page in pages if page.reached is not None]
    horizon = nearest(ends) if ends else None
    merged = sorted((p for s in pages for p in s.places), reverse=descending)
    if horizon is None:
        return merged, None
    behind = operator.lt if descending else operator.gt
    return [place for place in merged if not behind(place.sort_key, horizon)], horizon


def _shard_page(
    table: Table, bot: str, order: ListOrder, size: int | None, shard: int, position: str | None
) -> ShardPage:
    with translate_errors():
        answer = table.connection.query(
            keys.index(bot, shard),
            range_key_condition=_beyond(order, position),
            filter_condition=order.only,
            index_name=order.index,
            scan_index_forward=not order.descending,
            limit=size,
        )
    end = answer.get("LastEvaluatedKey")
    found = (ListedKey(item[order.sort_key]["S"], order.id_of(item)) for item in answer["Items"])
    places = [place for place in found if place.sort_key.endswith(order.suffix)]
    return ShardPage(places, end[order.sort_key]["S"] if end else None)


def _beyond(order: ListOrder, position: str | None) -> Condition | None:
    """One condition for prefix and position, because DynamoDB allows only one on a sort key."""
    sort_key = Path([order.sort_key])
    if order.descending:
        return sort_key < position if position else None
    if position:
        return sort_key.between(position + "\0", order.prefix + HIGHEST)
    return sort_key.startswith(order.prefix) if order.prefix else None


def due(table: Table, until: int, limit: int) -> list[tuple[str, str]]:
    """Bot and conversation id, the earliest deadline first; one round trip per shard."""
    found = [item for shard in range(table.shards) for item in _due(table, shard, until, limit)]
    found.sort(key=lambda item: int(item["dk"]["N"]))
    return [keys.bot_and_conversation(item["pk"]["S"]) for item in found]


def _due(table: Table, shard: int, until: int, limit: int) -> list[dict[str, Any]]:
    with translate_errors():
        answer = table.connection.query(
            keys.due(shard),
            range_key_condition=HeadRow.due_at <= until,
            index_name=DUE,
            limit=limit,
        )
    items: list[dict[str, Any]] = answer["Items"]
    return items
