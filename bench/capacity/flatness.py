"""The cost of a command must not depend on the number of conversations.

Calls and units are exact on any engine. Times are the engine's own: transactions are flat on the
local one, queries of an index are not, so they are left out.
"""

import math
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from bench.capacity.meter import metering
from bench.output import Table, progress
from chalicelib.adapters.dynamodb.conversations.heads import head_row
from chalicelib.adapters.dynamodb.table import Table as DynamoTable
from chalicelib.adapters.dynamodb.table import open_table
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.head import new_head
from infra.local.aws.engine import Engine
from infra.local.aws.table import create_table
from tests.budgets.commands import COMMANDS, Command
from tests.budgets.scene import BOT, Scene, scene
from tests.budgets.table_services import TableServices
from tests.support.clock import START, ManualClock
from tests.support.engines import REGION

SIZES = (1, 100, 10_000)
MEASURED = ("gate", "next message", "pause", "claim", "unpause", "list")
BATCH = 25
REPEATS = 15


def measure() -> Iterator[Table]:
    measured: dict[str, list[tuple[float, float]]] = {name: [] for name in MEASURED}
    with (
        TemporaryDirectory() as folder,
        Engine(Path(folder), services=["dynamodb", "sts"]) as engine,
    ):
        client = engine.client("dynamodb")
        create_table(client, "flat")
        table = open_table("flat", REGION, engine.url)
        one, stored = scene(TableServices(table, ManualClock())), 0
        for size in SIZES:
            with progress(f"{size:,} conversations"):
                _fill(client, stored, size)
                stored = size
                for command in _measured_commands():
                    one, cost = _cost(command, table, client, one)
                    measured[command.name].append(cost)
    yield _table(measured)


def _measured_commands() -> list[Command]:
    return [command for command in COMMANDS if command.name in MEASURED]


def _fill(client: Any, stored: int, size: int) -> None:
    """Writes heads directly into the table, as if so many users had sent a message."""
    for first in range(stored, size, BATCH):
        heads = (_head(number) for number in range(first, min(first + BATCH, size)))
        client.batch_write_item(
            RequestItems={"flat": [{"PutRequest": {"Item": head}} for head in heads]}
        )


def _head(number: int) -> Any:
    head = new_head(Address(BOT, "web", f"crowd-{number}"), START)
    return head_row(head, 1).serialize()


def _cost(
    command: Command, table: DynamoTable, reader: Any, one: Scene
) -> tuple[Scene, tuple[float, float]]:
    """Capacity units plus one for each call, and the median time of a call in milliseconds."""
    one = one.next()
    command.given(one)
    one.authenticate()
    with metering(table, reader) as units:
        command.act(one)
    times = []
    for _ in range(REPEATS):
        one = one.next()
        command.given(one)
        began = time.perf_counter()
        command.act(one)
        times.append(1000 * (time.perf_counter() - began))
    return one, (len(units.calls) + units.read + units.write + units.index, median(times))


def _table(measured: dict[str, list[tuple[float, float]]]) -> Table:
    rows: list[list[str | float]] = []
    for name, costs in measured.items():
        units, times = zip(*costs, strict=True)
        ratio = "" if name == "list" else f"{times[-1] / times[0]:.2f}"
        rows.append([name, *units, _slope(units), ratio])
    return Table(
        "Cost of a command by the number of conversations",
        ("command", *(f"{size:,}" for size in SIZES), "slope", "time, last / first"),
        rows,
        "The sum of calls and units. The slope compares its logarithm with the logarithm of the"
        " number of conversations; 0 means that the cost does not grow.",
    )


def _slope(units: tuple[float, ...]) -> float:
    """The slope of the line through the first and the last point, on logarithmic axes."""
    return math.log(units[-1] / units[0]) / math.log(SIZES[-1] / SIZES[0])
