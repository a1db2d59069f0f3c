"""moto's DynamoDB, one call at a time.

As shipped it is not atomic under threads: two of them can both win one conditional transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

from moto.dynamodb.responses import DynamoHandler


@contextmanager
def atomic_moto() -> Iterator[None]:
    lock, shipped = RLock(), DynamoHandler.call_action

    def call_action(self: DynamoHandler) -> Any:
        with lock:
            return shipped(self)

    DynamoHandler.call_action = call_action  # type: ignore[method-assign]
    try:
        yield
    finally:
        DynamoHandler.call_action = shipped  # type: ignore[method-assign]
