"""The round trips of a minute in which nothing happens."""

import pytest
from msgspec.structs import replace

from chalicelib.adapters.dynamodb.table import Table
from chalicelib.entrypoints.events.minute import every_minute
from chalicelib.usecases.records.bots import Bot
from tests.budgets.table_services import TableServices
from tests.support.clock import ManualClock
from tests.support.round_trips import counting

SEEDED = 2
FIXED = 7
"""The list of bots, before its connections, its boards and its lost reactions; the sweep's
position, read and moved; the progress of retention, and the jobs of erasures."""
MINUTE = 60_000


@pytest.mark.parametrize(("bots", "shards"), [(2, 1), (12, 1), (2, 3)])
def test_the_sweep_queries_connections_boards_and_lost_reactions_of_every_bot(
    table: Table, clock: ManualClock, bots: int, shards: int
) -> None:
    services = TableServices(replace(table, shards=shards), clock)
    for number in range(bots - SEEDED):
        services.directory.put_bot(Bot(f"bot-{number}", "One more"))

    with counting(table) as first:
        every_minute(services)
    clock.advance(MINUTE)
    with counting(table) as calls:
        every_minute(services)

    assert set(calls) == {"Query", "GetItem", "PutItem"}
    connections = notifications = 1
    lists = 2 * shards
    assert len(calls) == FIXED + shards + bots * (connections + notifications + lists)
    # The first minute of a day looks for bots with `retention_days`, and stores that it is done.
    assert len(first) - len(calls) == 1 + bots + 1
