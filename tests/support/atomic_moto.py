"""moto's DynamoDB with one call at a time and without a stream.

moto itself is not atomic under threads: two can both succeed with one conditional transaction.
It also copies the table before each transaction, with everything that its stream ever held.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

from moto.dynamodb.models.table import StreamShard
from moto.dynamodb.responses import DynamoHandler


@contextmanager
def atomic_moto() -> Iterator[None]:
    lock, shipped, remember = RLock(), DynamoHandler.call_action, StreamShard.add

    def call_action(self: DynamoHandler) -> Any:
        with lock:
            return shipped(self)

    def forget(_: StreamShard, *__: Any) -> None:
        """Drops the record: no test reads the stream."""

    DynamoHandler.call_action = call_action  # type: ignore[method-assign]
    StreamShard.add = forget  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        DynamoHandler.call_action = shipped  # type: ignore[method-assign]
        StreamShard.add = remember  # type: ignore[method-assign]
