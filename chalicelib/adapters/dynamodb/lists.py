"""Pages of the lists: each shard of an index in order, merged into one order.

A position is the last sort key that was handed out, or the one up to which nothing fitted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.errors import answered
from chalicelib.adapters.dynamodb.schema import INDEXES
from chalicelib.adapters.dynamodb.table import Table
from chalicelib.usecases.ports import Listing

ROUNDS = 5
FILTERED_PAGE = 100
"""Rows read at least, where a filter may leave few of them."""

HIGHEST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Order:
    """An index, and the part of it that a list shows: sort keys with this prefix. They end with
    a separator and the conversation's id."""

    index: str
    prefix: str = ""
    separator: str = "#"
    descending: bool = False
    only: Condition | None = None

    @property
    def sort_key(self) -> str:
        return INDEXES[self.index][1]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Sort keys of one shard; `reached` is how far they go, None: to the end."""

    sort_keys: Sequence[str]
    reached: str | None


Read = Callable[[int, str | None], Stretch]


def listing(table: Table, bot: str, order: Order, position: str | None, limit: int) -> Listing:
    """One round trip per shard; up to five where a filter leaves the page short."""
    size = max(limit, FILTERED_PAGE) if order.only is not None else limit
    read = partial(_stretch, table, bot, order, size)
    found: list[str] = []
    for _ in range(ROUNDS):
        stretches = [read(shard, position) for shard in range(table.shards)]
        ready, position = _merged(stretches, descending=order.descending)
        room = limit - len(found)
        found += ready[:room]
        if len(ready) > room:
            position = found[-1]
        if position is None or len(found) == limit:
            break
    return Listing([key.rpartition(order.separator)[2] for key in found], position)


def _merged(stretches: Sequence[Stretch], *, descending: bool) -> tuple[list[str], str | None]:
    """What every shard has been read up to, in order: behind that, one may yet have more."""
    nearest = max if descending else min
    ends = [stretch.reached for stretch in stretches if stretch.reached is not None]
    horizon = nearest(ends) if ends else None
    merged = sorted((k for s in stretches for k in s.sort_keys), reverse=descending)
    if horizon is None:
        return merged, None
    return [k for k in merged if (k >= horizon if descending else k <= horizon)], horizon


def _stretch(
    table: Table, bot: str, order: Order, size: int, shard: int, position: str | None
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
    sort_keys = [item[order.sort_key]["S"] for item in answer["Items"]]
    return Stretch(sort_keys, end[order.sort_key]["S"] if end else None)


def _beyond(order: Order, position: str | None) -> Condition | None:
    """DynamoDB takes one condition on a sort key, so prefix and position become one."""
    sort_key = Path([order.sort_key])
    if order.descending:
        return sort_key < position if position else None
    if position:
        return sort_key.between(position + "\0", order.prefix + HIGHEST)
    return sort_key.startswith(order.prefix) if order.prefix else None
