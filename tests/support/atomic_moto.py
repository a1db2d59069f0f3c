"""moto's DynamoDB, one call at a time and without a stream.

As shipped it is not atomic under threads: two of them can both win one conditional transaction.
And it copies a table before each transaction, with all that its stream has ever held.
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
        """Nobody reads it."""

    DynamoHandler.call_action = call_action  # type: ignore[method-assign]
    StreamShard.add = forget  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        DynamoHandler.call_action = shipped  # type: ignore[method-assign]
        StreamShard.add = remember  # type: ignore[method-assign]
