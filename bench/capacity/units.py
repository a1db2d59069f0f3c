"""The round trips and capacity units of every command, and the DynamoDB cost of a handoff."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3

from bench.capacity.meter import CapacityUnits, metering
from bench.output import Table, progress
from chalicelib.adapters.dynamodb.table import Table as DynamoTable
from chalicelib.usecases.reports.aws_prices import AwsPrices
from tests.budgets.commands import COMMANDS, Command
from tests.budgets.scene import Scene, scene
from tests.budgets.table_services import TableServices
from tests.support.clock import ManualClock
from tests.support.engines import REGION, Fresh, moto

MINIMUM = {
    "gate": (1, 1.0, 0.0),
    "next message": (2, 0.0, 2.0),
    "agent's message": (2, 0.0, 2.0),
    "pause": (1, 0.0, 2.0),
    "claim": (1, 0.0, 2.0),
    "unpause": (1, 0.0, 2.0),
    "list": (1, 0.5, 0.0),
}
"""The round trips, read units and write units (with indexes) that any design on DynamoDB needs, if
it keeps no log, stores no answers for retries and does not read the heads behind a list."""

PRICES = AwsPrices()


def measure() -> Iterator[Table]:
    with TemporaryDirectory() as folder, moto(Path(folder)) as fresh:
        with progress(f"Capacity units of {len(COMMANDS)} commands"):
            rows = [_row(command, _units(fresh, command)) for command in COMMANDS]
        yield Table(
            "Round trips and capacity units",
            (
                "command",
                "calls",
                "RRU",
                "WRU",
                "index WRU",
                "minimum calls",
                "minimum RRU",
                "minimum WRU",
            ),
            rows,
            "Without authentication (one read in five seconds), with small rows, within one minute."
            " `minimum` is what any design needs, with index writes. Baton pays more because it"
            " writes the entry in the same transaction as the head, so that the log is complete and"
            " retries are harmless.",
        )
        with progress("Capacity units of a handoff"):
            yield _priced("One handoff, from the first message to the return", _handoff(fresh))


def _row(command: Command, units: CapacityUnits) -> list[str | float]:
    minimum = MINIMUM.get(command.name)
    floor = [str(figure) for figure in minimum] if minimum else ["", "", ""]
    return [command.name, str(len(units.calls)), units.read, units.write, units.index, *floor]


def _units(fresh: Fresh, command: Command) -> CapacityUnits:
    with _scene(fresh) as (table, one):
        command.given(one)
        one.authenticate()
        with metering(table, boto3.client("dynamodb", region_name=REGION)) as units:
            answer = command.act(one)
    assert answer.status == command.status, answer.text
    return units


def _handoff(fresh: Fresh) -> Iterable[tuple[str, CapacityUnits]]:
    """Two turns with the bot, a pause, a claim, six messages with an agent, a return."""
    with _scene(fresh) as (table, one):
        one.authenticate()
        reader = boto3.client("dynamodb", region_name=REGION)
        with metering(table, reader) as with_bot:
            for sender in ("user", "bot", "user", "bot"):
                one.say(sender)
        with metering(table, reader) as changes:
            one.do(one.bot, "pause", {"reason": "wants a person"})
            one.do(one.ana, "claim")
        with metering(table, reader) as with_agent:
            for _ in range(3):
                one.do(one.ana, "messages", {"text": "Hello"})
                one.say()
        with metering(table, reader) as end:
            one.do(one.ana, "unpause")
    return [
        ("4 messages with the bot", with_bot),
        ("pause and claim", changes),
        ("6 messages with an agent", with_agent),
        ("unpause", end),
    ]


def _priced(title: str, parts: Iterable[tuple[str, CapacityUnits]]) -> Table:
    rows: list[list[str | float]] = [
        [name, str(len(units.calls)), units.read, units.write + units.index, _dollars(units)]
        for name, units in parts
    ]
    return Table(
        title,
        ("part", "calls", "RRU", "WRU, with indexes", "USD a million"),
        rows,
        f"At {PRICES.read} USD a million reads and {PRICES.write} a million writes (list prices,"
        " us-east-1, on demand). Reactions, API Gateway and Lambda are not included.",
    )


def _dollars(units: CapacityUnits) -> float:
    return units.read * PRICES.read + (units.write + units.index) * PRICES.write


@contextmanager
def _scene(fresh: Fresh) -> Iterator[tuple[DynamoTable, Scene]]:
    with fresh() as stores:
        assert stores.table
        yield stores.table, scene(TableServices(stores.table, ManualClock()))
