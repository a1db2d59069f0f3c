"""Pages of the lists: each shard of an index in order, merged into one order.

A position is the last sort key that was handed out, or the one up to which nothing fitted.
"""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from msgspec import Struct
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.errors import answered
from chalicelib.adapters.dynamodb.rows import HeadRow
from chalicelib.adapters.dynamodb.schema import DUE, INDEXES
from chalicelib.adapters.dynamodb.table import Table
from chalicelib.usecases.ports.conversations import Listing

ROUNDS = 5
FILTERED_PAGE = 100
"""Rows read at least, where a filter may leave few of them."""

HIGHEST = "\U0010ffff"


def conversation_of(item: Mapping[str, Any]) -> str:
    return keys.bot_and_conversation(item["pk"]["S"])[1]


class Order(Struct, frozen=True):
    """An index, and the part of it that a list shows: sort keys with this prefix."""

    index: str
    prefix: str = ""
    descending: bool = False
    only: Condition | None = None
    id_of: Callable[[Mapping[str, Any]], str] = conversation_of

    @property
    def sort_key(self) -> str:
        return INDEXES[self.index][1]


class Place(NamedTuple):
    sort_key: str
    conversation_id: str


class Stretch(Struct, frozen=True):
    """Of one shard; `reached` is the sort key up to which it goes, None: to the end."""

    places: Sequence[Place]
    reached: str | None


Read = Callable[[int, str | None], Stretch]


def listing(table: Table, bot: str, order: Order, position: str | None, limit: int) -> Listing:
    """One round trip per shard; up to five where a filter leaves the page short."""
    size = max(limit, FILTERED_PAGE) if order.only is not None else limit
    read = partial(_stretch, table, bot, order, size)
    found: list[Place] = []
    for _ in range(ROUNDS):
        stretches = [read(shard, position) for shard in range(table.shards)]
        ready, position = _merged(stretches, descending=order.descending)
        room = limit - len(found)
        found += ready[:room]
        if len(ready) > room:
            position = found[-1].sort_key
        if position is None or len(found) == limit:
            break
    return Listing([place.conversation_id for place in found], position)


def sort_keys(table: Table, bot: str, order: Order) -> Iterator[str]:
    """All of a list, shard by shard, and nothing else of it; one round trip per 1 MB."""
    for shard in range(table.shards):
        stretch = _stretch(table, bot, order, None, shard, None)
        yield from (place.sort_key for place in stretch.places)
        while stretch.reached is not None:
            stretch = _stretch(table, bot, order, None, shard, stretch.reached)
            yield from (place.sort_key for place in stretch.places)


def _merged(stretches: Sequence[Stretch], *, descending: bool) -> tuple[list[Place], str | None]:
    """What every shard has been read up to, in order: behind that, one may yet have more."""
    nearest = max if descending else min
    ends = [stretch.reached for stretch in stretches if stretch.reached is not None]
    horizon = nearest(ends) if ends else None
    merged = sorted((p for s in stretches for p in s.places), reverse=descending)
    if horizon is None:
        return merged, None
    behind = operator.lt if descending else operator.gt
    return [place for place in merged if not behind(place.sort_key, horizon)], horizon


def _stretch(
    table: Table, bot: str, order: Order, size: int | None, shard: int, position: str | None
) -> Stretch:
    with answered():
        answer = table.connection.query(
            keys.index(bot, shard),
            range_key_condition=_beyond(order, position),
            filter_condition=order.only,
            index_name=order.index,
            scan_index_forward=not order.descending,
            limit=size,
        )
    end = answer.get("LastEvaluatedKey")
    places = [Place(item[order.sort_key]["S"], order.id_of(item)) for item in answer["Items"]]
    return Stretch(places, end[order.sort_key]["S"] if end else None)


def _beyond(order: Order, position: str | None) -> Condition | None:
    """DynamoDB takes one condition on a sort key, so prefix and position become one."""
    sort_key = Path([order.sort_key])
    if order.descending:
        return sort_key < position if position else None
    if position:
        return sort_key.between(position + "\0", order.prefix + HIGHEST)
    return sort_key.startswith(order.prefix) if order.prefix else None


def due(table: Table, until: int, limit: int) -> list[tuple[str, str]]:
    """Bot and conversation id, the earliest first; one round trip per shard."""
    found = [item for shard in range(table.shards) for item in _due(table, shard, until, limit)]
    found.sort(key=lambda item: int(item["dk"]["N"]))
    return [keys.bot_and_conversation(item["pk"]["S"]) for item in found]


def _due(table: Table, shard: int, until: int, limit: int) -> list[dict[str, Any]]:
    with answered():
        answer = table.connection.query(
            keys.due(shard),
            range_key_condition=HeadRow.due_at <= until,
            index_name=DUE,
            limit=limit,
        )
    items: list[dict[str, Any]] = answer["Items"]
    return items
