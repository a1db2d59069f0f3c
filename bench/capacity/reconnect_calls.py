"""The calls of the table that one agent's reconnect makes, by the number of colleagues online: what
AWS would do, without the local gateway, engine and clients."""

import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3

from bench.capacity.meter import CapacityUnits, metering
from bench.output import Table, progress
from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import Pause
from chalicelib.domain.routing.members import Member
from chalicelib.entrypoints.websocket import handlers
from chalicelib.usecases.accounts import sessions
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.people import Device, Person
from tests.budgets.table_services import SETTINGS, TableServices
from tests.support.api import Api
from tests.support.clock import ManualClock
from tests.support.engines import REGION, ministack
from tests.support.fakes import FakeSockets

BOT = "demo"
COLLEAGUES = (0, 30)
WAITING = 280
LIFE = 2 * 60 * 60 * 1000
CACHE_TIME = 5000
"""Milliseconds after which a container reads bots and people again."""
(ORIGIN,) = SETTINGS.origins


def measure() -> Iterator[Table]:
    with TemporaryDirectory() as folder, ministack(Path(folder)) as fresh, fresh() as stores:
        assert stores.table
        with progress(f"One reconnect beside {' and '.join(map(str, COLLEAGUES))} colleagues"):
            one = Reconnect(TableServices(stores.table, ManualClock()))
            counted = [list(one.parts(online)) for online in COLLEAGUES]
    rows: list[list[str | float]] = []
    for parts in zip(*counted, strict=True):
        row: list[str | float] = [parts[0][0]]
        for _, units in parts:
            row += [len(units.calls), units.read, units.write]
        rows.append(row)
    totals = [sum(float(row[at]) for row in rows) for at in range(1, len(rows[0]))]
    yield Table(
        "Calls of the table for one reconnect",
        ("part", *(f"{what}, {n} more" for n in COLLEAGUES for what in ("calls", "RRU", "WRU"))),
        [*rows, ["all", *totals]],
        f"Each part begins with empty caches, as in a container of its own. {WAITING} conversations"
        " wait. The old connection is closed after the new one is open.",
    )


class Reconnect:
    def __init__(self, services: TableServices) -> None:
        self._services, self._ids, self._online = services, count(1), 0
        endpoint = services.table.client.meta.endpoint_url
        self._reader = boto3.client("dynamodb", region_name=REGION, endpoint_url=endpoint)
        bot = Caller(BOT, "Demo bot", Role.BOT, BOT)
        for number in range(WAITING):
            execute(services, bot, Address(BOT, "web", f"u-{number}"), Pause())
        self._agent = self._person("agent")

    def parts(self, online: int) -> Iterator[tuple[str, CapacityUnits]]:
        services = self._services
        while self._online < online:
            self._online += 1
            self._open(self._person(f"colleague-{self._online}"), f"c-{self._online}")
        old, new = f"old-{online}", f"new-{online}"
        self._open(self._agent, old)
        tickets: list[str] = []
        token = sessions.begin(services, self._agent, Device("bench")).access.text

        def ticket() -> None:
            answer = Api(services, token).post("/socket/ticket", {}).json
            tickets.append(answer["ticket"])

        yield "ticket", self._units(ticket)
        yield "connect", self._units(lambda: self._connect(new, tickets[0]))
        yield "list", self._units(lambda: self._sync(new))
        waiting = Address(BOT, "web", "u-1").conversation_id
        watch = {"conversation_id": waiting, "after": 0}
        yield "watch", self._units(lambda: self._ask(new, "watch", watch))
        yield "the old one closes", self._units(lambda: handlers.disconnect(services, _event(old)))
        handlers.disconnect(services, _event(new))

    def _units(self, part: Callable[[], object]) -> CapacityUnits:
        self._services.directory.invalidate_cache()
        with metering(self._services.table, self._reader) as units:
            part()
        return units

    def _person(self, name: str) -> Person:
        person = Person(name, f"{name}@example.test", name, "")
        self._services.directory.put_person(person)
        self._services.directory.put_member(BOT, Member(name, name, person.email, Role.AGENT))
        return person

    def _open(self, person: Person, connection: str) -> None:
        now = self._services.clock.now()
        opened = SocketConnection(connection, person.id, 0, (BOT,), now, now + LIFE)
        self._services.connections.put(opened)
        self._sockets.connect(connection)

    def _connect(self, connection: str, ticket: str) -> None:
        headers = {"Origin": ORIGIN, "Sec-WebSocket-Protocol": f"baton.v1, {ticket}"}
        self._sockets.connect(connection)
        answer = handlers.connect(self._services, _event(connection) | {"headers": headers})
        assert answer["statusCode"] == 200, answer

    def _sync(self, connection: str) -> None:
        """Each frame is an invocation of its own, perhaps in another container."""
        cursor, seen = None, 0
        while True:
            self._services.directory.invalidate_cache()
            page = self._ask(connection, "sync", {"cursor": cursor})
            cursor, seen = page["next"], seen + len(page["heads"])
            if cursor is None:
                break
        assert seen == WAITING, seen

    def _ask(self, connection: str, action: str, fields: dict[str, Any]) -> Any:
        frame = json.dumps({"id": next(self._ids), "action": action, **fields})
        handlers.message(self._services, _event(connection) | {"body": frame})
        reply = json.loads(self._sockets.frames[connection][-1])
        assert reply["ok"], reply
        return reply["result"]

    @property
    def _sockets(self) -> FakeSockets:
        sockets: FakeSockets = vars(self._services)["sockets"]
        return sockets


def _event(connection: str) -> dict[str, Any]:
    return {"requestContext": {"connectionId": connection, "requestId": "r"}}
