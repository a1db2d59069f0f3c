"""The meter follows DynamoDB's rules for capacity units."""

from typing import Any

import boto3
import pytest

from bench.capacity.meter import Item, index_writes, metering, size
from chalicelib.adapters.dynamodb.keys import RowKey
from chalicelib.adapters.dynamodb.rows import ProfileRow
from chalicelib.adapters.dynamodb.table import Rows, Table
from chalicelib.adapters.dynamodb.transaction import Transaction
from tests.support.clock import ManualClock
from tests.support.engines import REGION

HEAD: Item = {"pk": {"S": "p"}, "sk": {"S": "HEAD"}, "i": {"S": "b"}, "rk": {"S": "1"}}
OVERHEAD = len("pkpskstpun")
"""The bytes of a test row without the value of its name."""


@pytest.mark.parametrize(
    ("value", "bytes_"),
    [
        ({"S": "zwölf"}, 6),
        ({"N": "0"}, 1),
        ({"N": "12345"}, 4),
        ({"N": "-12"}, 3),
        ({"N": "1760000000000"}, 3),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["ab", "c"]}, 3),
        ({"L": [{"S": "ab"}, {"N": "1"}]}, 3 + 1 + 2 + 1 + 2),
        ({"M": {"k": {"S": "v"}}}, 3 + 1 + 1 + 1),
    ],
)
def test_the_size_of_an_item_includes_names_and_values(value: dict[str, Any], bytes_: int) -> None:
    assert size({"name": value}) == 4 + bytes_


@pytest.mark.parametrize(
    ("before", "after", "writes"),
    [
        (None, HEAD, 1),
        (HEAD, None, 1),
        (HEAD, HEAD, 0),
        (HEAD, {**HEAD, "m": {"S": "what it does not show"}}, 0),
        (HEAD, {**HEAD, "rk": {"S": "2"}}, 2),
        (HEAD, {**HEAD, "bk": {"S": "0"}}, 1),
        ({**HEAD, "bk": {"S": "0"}}, {**HEAD, "bk": {"S": "0"}, "q": {"S": "shown"}}, 1),
        ({**HEAD, "bk": {"S": "0"}}, {**HEAD, "bk": {"S": "1"}, "rk": {"S": "2"}}, 4),
        (None, {"pk": {"S": "p"}, "sk": {"S": "E#1"}}, 0),
    ],
)
def test_an_index_is_written_only_if_its_projection_changes(
    before: Item | None, after: Item | None, writes: int
) -> None:
    assert sum(index_writes(before, after).values()) == writes


@pytest.mark.parametrize(
    ("length", "written"), [(1024 - OVERHEAD, 1), (1025 - OVERHEAD, 2), (2049 - OVERHEAD, 3)]
)
def test_a_write_costs_a_unit_per_kilobyte_and_twice_that_in_a_transaction(
    table: Table, length: int, written: int
) -> None:
    row = ProfileRow.at(RowKey("p", "s"), name="x" * length)
    transaction = Transaction(table)
    transaction.put(row)
    reader = boto3.client("dynamodb", region_name=REGION)

    with metering(table, reader) as alone:
        Rows(table, ManualClock()).put(row)
    with metering(table, reader) as together:
        transaction.commit()

    assert (alone.write, together.write) == (written, 2 * written)
