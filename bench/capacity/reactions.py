"""The reads, read units and frames of the reactions to an entry, by the number of agents online."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3

from bench.capacity.meter import CapacityUnits, metering
from bench.output import Table, progress
from chalicelib.domain.access import Role
from chalicelib.domain.routing.members import Member
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.records.stream import CommittedEntry
from tests.budgets.commands import COMMANDS, Command
from tests.budgets.scene import BOT, Scene, scene
from tests.budgets.table_services import TableServices
from tests.support.clock import ManualClock
from tests.support.engines import REGION, Fresh, moto
from tests.support.fakes import FakeSockets

ONLINE = (0, 1, 20)
MEASURED = ("next message", "bot's message", "pause", "claim", "agent's message", "unpause")
CACHE_TIME = 5000
"""Milliseconds after which a container reads bots and people again."""
LIFE = 60_000


def measure() -> Iterator[Table]:
    commands = [command for command in COMMANDS if command.name in MEASURED]
    with (
        TemporaryDirectory() as folder,
        moto(Path(folder)) as fresh,
        progress(f"Reactions to {len(commands)} commands"),
    ):
        rows = [_row(fresh, command) for command in commands]
    yield Table(
        "Reactions to an entry",
        (
            "entry of",
            *(f"{what}, {n} online" for n in ONLINE for what in ("calls", "RRU", "frames")),
        ),
        rows,
        "The reactions to one entry, with calls in sequence, by the number of agents online. Only"
        " the owner has the conversation open, and the container's caches are empty.",
    )


def _row(fresh: Fresh, command: Command) -> list[str | float]:
    row: list[str | float] = [command.name]
    for online in ONLINE:
        units, frames = _reactions(fresh, command, online)
        row += [str(len(units.calls)), units.read, str(frames)]
    return row


def _reactions(fresh: Fresh, command: Command, online: int) -> tuple[CapacityUnits, int]:
    with fresh() as stores:
        assert stores.table
        clock, sockets = ManualClock(), FakeSockets()
        services = TableServices(stores.table, clock)
        vars(services)["sockets"] = sockets
        for number in range(online):
            _connect(services, sockets, number)
        one = scene(services)
        command.given(one)
        command.act(one)
        committed = _last(services, one)
        clock.advance(CACHE_TIME)
        with metering(stores.table, boto3.client("dynamodb", region_name=REGION)) as units:
            react(services, committed)
        return units, sum(map(len, sockets.frames.values()))


def _connect(services: TableServices, sockets: FakeSockets, number: int) -> None:
    name = f"agent-{number}"
    services.directory.put_person(Person(name, f"{name}@example.test", name, ""))
    services.directory.put_member(BOT, Member(name, name, f"{name}@example.test", Role.AGENT))
    now = services.clock.now()
    services.connections.put(SocketConnection(name, name, 1, (BOT,), now, now + LIFE))
    sockets.connect(name)


def _last(services: TableServices, one: Scene) -> CommittedEntry:
    (entry,) = services.conversations.entries_before(BOT, one.cid, None, 1)
    return CommittedEntry(BOT, one.cid, entry)
