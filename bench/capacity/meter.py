"""Computes the capacity units of DynamoDB calls from requests, responses and the table's indexes.

No local engine counts them; moto's `ConsumedCapacity` is constant. The rules:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
and https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from chalicelib.adapters.dynamodb.schema import INDEXES
from chalicelib.adapters.dynamodb.table import Table

READ_BYTES, WRITE_BYTES = 4096, 1024
EVENTUAL, STRONG = 0.5, 1.0
IN_TRANSACTION = 2
KEYS = ("pk", "sk")

Item = Mapping[str, Mapping[str, Any]]
Key = tuple[str, str]
Place = tuple[str, str | None]
PARTITION = re.compile(r"#\w+ = (:\w+)")
"""Finds the partition key in the condition of a query."""


@dataclass
class CapacityUnits:
    """The units of some calls. `index` are the write units of the indexes; they are not doubled in
    a transaction, because AWS does not say so. `read_of` and `written_of` are by row. The sort key
    is None for a query; the partition of an index has the index's name before it."""

    calls: list[str] = field(default_factory=list)
    read: float = 0
    write: float = 0
    index: float = 0
    read_of: dict[Place, float] = field(default_factory=lambda: defaultdict(float))
    written_of: dict[Place, float] = field(default_factory=lambda: defaultdict(float))


@contextmanager
def metering(table: Table, reader: Any) -> Iterator[CapacityUnits]:
    """Counts the calls of `table` in this context; they must not be concurrent. `reader` is another
    client of the same engine: it reads the items before and after each write and is not counted."""
    meter = _Meter(table.connection.table_name, reader)
    hooks: dict[str, Callable[..., None]] = {
        "provide-client-params.dynamodb": meter.before,
        "after-call.dynamodb": meter.after,
    }
    events = table.client.meta.events
    for name, hook in hooks.items():
        events.register(name, hook)
    try:
        yield meter.units
    finally:
        for name, hook in hooks.items():
            events.unregister(name, hook)


def size(item: Item) -> int:
    """The size in bytes by DynamoDB's rules: names and values."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def index_writes(before: Item | None, after: Item | None) -> dict[str, float]:
    """The write units by index: one write if the item is added, removed or changed in the index,
    two if its index key changes."""
    return {
        index: _index_write(projected(before, index), projected(after, index), index)
        for index in INDEXES
    }


def _index_write(before: Item | None, after: Item | None, index: str) -> float:
    if before == after:
        return 0
    old, new = (_blocks(size(each), WRITE_BYTES) if each else 0 for each in (before, after))
    key = INDEXES[index][:2]
    moved = before and after and any(before[name] != after[name] for name in key)
    return old + new if moved else max(old, new)


def projected(item: Item | None, index: str) -> Item | None:
    """The attributes of an item that the index contains; None if it is not in the index."""
    partition, sort, included = INDEXES[index]
    if item is None or partition not in item or sort not in item:
        return None
    names = {*KEYS, partition, sort, *included}
    return {name: value for name, value in item.items() if name in names}


class _Meter:
    def __init__(self, name: str, reader: Any) -> None:
        self.units = CapacityUnits()
        self._name = name
        self._reader = reader
        self._asked: Mapping[str, Any] = {}
        self._old: dict[Key, Item | None] = {}

    def before(self, params: Mapping[str, Any], model: Any, **_: object) -> None:
        self._asked = params
        self._old = {key: self._item(key) for key in _written(model.name, params)}

    def after(self, model: Any, parsed: Mapping[str, Any], **_: object) -> None:
        self.units.calls.append(model.name)
        for place, units in _read_units(model.name, self._asked, parsed, self._name).items():
            self.units.read += units
            self.units.read_of[place] += units
        factor = IN_TRANSACTION if "TransactItems" in self._asked else 1
        for key, old in self._old.items():
            new = self._item(key)
            largest = max(size(item) if item else 0 for item in (old, new))
            written = factor * _blocks(largest, WRITE_BYTES)
            self.units.write += written
            self.units.written_of[key] += written
            for index, units in index_writes(old, new).items():
                self.units.index += units
                if units:
                    partition = {**(old or {}), **(new or {})}[INDEXES[index][0]]["S"]
                    self.units.written_of[f"{index} {partition}", None] += units

    def _item(self, key: Key) -> Item | None:
        wanted = {name: {"S": value} for name, value in zip(KEYS, key, strict=True)}
        answer = self._reader.get_item(TableName=self._name, Key=wanted, ConsistentRead=True)
        found: Item | None = answer.get("Item")
        return found


def _written(operation: str, params: Mapping[str, Any]) -> list[Key]:
    """The keys of all written items. A condition check in a transaction costs as much as a
    write."""
    if operation in ("PutItem", "UpdateItem", "DeleteItem"):
        steps = [params]
    elif operation == "TransactWriteItems":
        steps = [step for each in params["TransactItems"] for step in each.values()]
    elif operation == "BatchWriteItem":
        requests = (each for per_table in params["RequestItems"].values() for each in per_table)
        steps = [step for each in requests for step in each.values()]
    else:
        steps = []
    items = (step.get("Item") or step["Key"] for step in steps)
    return [(item["pk"]["S"], item["sk"]["S"]) for item in items]


def _read_units(
    operation: str, asked: Mapping[str, Any], answer: Mapping[str, Any], table: str
) -> dict[Place, float]:
    """A query is rounded once over all items that it read; other reads are rounded by item."""
    if operation == "GetItem":
        read = _cost(asked) * _blocks(size(answer.get("Item", {})), READ_BYTES)
        return {_place(asked["Key"]): read}
    if operation == "BatchGetItem":
        wanted = asked["RequestItems"][table]
        found = {_place(item): size(item) for item in answer["Responses"].get(table, [])}
        places = map(_place, wanted["Keys"])
        cost = _cost(wanted)
        return {place: cost * _blocks(found.get(place, 0), READ_BYTES) for place in places}
    if operation == "Query":
        # Assume that items removed by a filter are as large as the others.
        items = answer["Items"] or [{}]
        looked_at = sum(map(size, items)) * max(answer["ScannedCount"], 1) // len(items)
        return {_queried(asked): _cost(asked) * _blocks(looked_at, READ_BYTES)}
    return {}


def _place(key: Item) -> Place:
    return key["pk"]["S"], key["sk"]["S"]


def _queried(asked: Mapping[str, Any]) -> Place:
    found = PARTITION.search(asked["KeyConditionExpression"])
    assert found, asked["KeyConditionExpression"]
    partition = asked["ExpressionAttributeValues"][found[1]]["S"]
    index = asked.get("IndexName")
    return (f"{index} {partition}" if index else partition), None


def _cost(asked: Mapping[str, Any]) -> float:
    return STRONG if asked.get("ConsistentRead") else EVENTUAL


def _blocks(size: int, block: int) -> int:
    """At least one, because a missing item costs as much as the smallest one."""
    return max(1, -(-size // block))


def _value(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind in ("S", "B"):
        return len(content.encode() if isinstance(content, str) else content)
    if kind == "N":
        return _number(content)
    if kind in ("SS", "BS", "NS"):
        return sum(_value({kind[0]: each}) for each in content)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _value(each) for name, each in content.items())
    if kind == "L":
        return 3 + sum(1 + _value(each) for each in content)
    return 1


def _number(text: str) -> int:
    """One byte for two significant digits, one more, and one for a minus sign."""
    digits = text.lstrip("-").replace(".", "").strip("0")
    return -(-len(digits) // 2) + 1 + text.startswith("-")
