"""Capacity units of DynamoDB calls, computed from what goes over the wire and the table's indexes.

No local engine counts them: moto's `ConsumedCapacity` is made of constants. The rules:
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
"""In the condition of a query: the one equality."""


@dataclass
class Units:
    """`index` are write units of the indexes. AWS does not say that a transaction doubles them:
    they are counted once. `read_of` and `written_of` are by row, with None for a sort key where a
    query was asked; a partition of an index has the index's name before it."""

    calls: list[str] = field(default_factory=list)
    read: float = 0
    write: float = 0
    index: float = 0
    read_of: dict[Place, float] = field(default_factory=lambda: defaultdict(float))
    written_of: dict[Place, float] = field(default_factory=lambda: defaultdict(float))


@contextmanager
def metering(table: Table, reader: Any) -> Iterator[Units]:
    """Counts what `table` does meanwhile, one call after the other. `reader` is another client of
    the same engine: it looks at the items before and after each write, and is not counted."""
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
    """Bytes that count: names and values."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def index_writes(before: Item | None, after: Item | None) -> dict[str, float]:
    """By index. Put or removed: one write. Its key changed: two. What it shows changed: one."""
    return {
        index: _index_write(shown(before, index), shown(after, index), index) for index in INDEXES
    }


def _index_write(before: Item | None, after: Item | None, index: str) -> float:
    if before == after:
        return 0
    old, new = (_blocks(size(each), WRITE_BYTES) if each else 0 for each in (before, after))
    key = INDEXES[index][:2]
    moved = before and after and any(before[name] != after[name] for name in key)
    return old + new if moved else max(old, new)


def shown(item: Item | None, index: str) -> Item | None:
    """What an index holds of an item; None where it is not in it."""
    partition, sort, included = INDEXES[index]
    if item is None or partition not in item or sort not in item:
        return None
    names = {*KEYS, partition, sort, *included}
    return {name: value for name, value in item.items() if name in names}


class _Meter:
    def __init__(self, name: str, reader: Any) -> None:
        self.units = Units()
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
    """A check within a transaction costs as much as a write."""
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
    """A query is rounded once, over all that it has looked at; anything else by the item."""
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
        # What a filter has hidden is taken to be as large as what it let through.
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
    """At least one: what is not there costs as much as the smallest item."""
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
    """A byte for two significant digits, one more, and one for the sign."""
    digits = text.lstrip("-").replace(".", "").strip("0")
    return -(-len(digits) // 2) + 1 + text.startswith("-")
