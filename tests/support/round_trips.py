"""Counts requests to DynamoDB."""

from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.adapters.dynamodb.table import Table


@contextmanager
def counting(table: Table) -> Iterator[list[str]]:
    """Collects the operation names inside the `with` block, one for each attempt."""
    calls: list[str] = []

    def note(event_name: str, **_: object) -> None:
        calls.append(event_name.rpartition(".")[2])

    events = table.client.meta.events
    events.register("request-created.dynamodb", note)
    try:
        yield calls
    finally:
        events.unregister("request-created.dynamodb", note)
