"""The moto used in these tests is atomic, and its threads overlap."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from sys import getswitchinterval, setswitchinterval
from threading import Lock
from typing import Any
from unittest.mock import patch

import pytest
from botocore.awsrequest import AWSPreparedRequest
from moto.core.botocore_stubber import BotocoreStubber

from chalicelib.adapters.dynamodb.keys import RowKey
from chalicelib.adapters.dynamodb.rows import AttemptsRow, LoadRow
from chalicelib.adapters.dynamodb.table import Rows, Table
from chalicelib.adapters.dynamodb.transaction import Cancelled, Transaction
from tests.contract.store_setup import at_once
from tests.support.clock import ManualClock
from tests.support.engines import Stores

THREADS, ROUNDS = 16, 10


@pytest.fixture(autouse=True)
def _restless() -> Iterator[None]:
    """Threads take turns so often that what is not atomic breaks."""
    usual = getswitchinterval()
    setswitchinterval(1e-5)
    yield
    setswitchinterval(usual)


def test_exactly_one_of_16_conditional_transactions_succeeds(on_moto: Stores) -> None:
    assert on_moto.table

    for n in range(ROUNDS):
        key = RowKey(f"race {n}", "META")
        won = at_once([partial(claims, on_moto.table, key) for _ in range(THREADS)])
        assert won.count(True) == 1


def test_no_increment_of_a_counter_is_lost(on_moto: Stores) -> None:
    assert on_moto.table
    rows = Rows(on_moto.table, ManualClock())

    at_once([partial(counts, rows, 10) for _ in range(THREADS)])

    counted = rows.get(AttemptsRow, RowKey("counter", "META"))
    assert counted
    assert counted.made == THREADS * 10


def test_the_threads_overlap(on_moto: Stores) -> None:
    assert on_moto.table
    rows = Rows(on_moto.table, ManualClock())

    with most_at_once() as most:
        at_once([partial(counts, rows, 5) for _ in range(THREADS)])

    assert most[0] > 1


def test_a_transaction_that_fails_leaves_each_row_as_it_was(on_moto: Stores) -> None:
    assert on_moto.table
    rows, key = Rows(on_moto.table, ManualClock()), RowKey("counter", "META")
    counts(rows, 1)
    before = rows.get(AttemptsRow, key)

    transaction = Transaction(on_moto.table)
    transaction.update(AttemptsRow.at(key), [AttemptsRow.made.set(5)])
    transaction.put(LoadRow.at(RowKey("beside", "META"), open=1))
    transaction.update(
        LoadRow.at(RowKey("none", "META")), [LoadRow.open.set(1)], LoadRow.pk.exists()
    )
    with pytest.raises(Cancelled):
        transaction.commit()

    after = rows.get(AttemptsRow, key)
    assert before
    assert after
    assert after.to_simple_dict() == before.to_simple_dict()
    assert rows.get(LoadRow, RowKey("beside", "META")) is None


def claims(table: Table, key: RowKey) -> bool:
    transaction = Transaction(table)
    transaction.put(LoadRow.at(key, open=1), LoadRow.pk.does_not_exist())
    transaction.put(LoadRow.at(RowKey(key.pk, "beside"), open=1))
    try:
        transaction.commit()
    except Cancelled:
        return False
    return True


def counts(rows: Rows, times: int) -> None:
    for _ in range(times):
        row = AttemptsRow.at(RowKey("counter", "META"))
        one_more = AttemptsRow.made.set((AttemptsRow.made | 0) + 1)
        rows.update(row, [one_more, AttemptsRow.until.set(0)])


@contextmanager
def most_at_once() -> Iterator[list[int]]:
    """The most calls that waited at moto's door at one time."""
    locked, lock, inside, most = BotocoreStubber.process_request, Lock(), [0], [0]

    def process_request(self: BotocoreStubber, request: AWSPreparedRequest) -> Any:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        try:
            return locked(self, request)
        finally:
            with lock:
                inside[0] -= 1

    with patch.object(BotocoreStubber, "process_request", process_request):
        yield most
