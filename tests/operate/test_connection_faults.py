"""Connections that open, close and break at the wrong moment."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chalicelib.entrypoints.events.minute import every_minute
from chalicelib.settings import LOCAL, Settings
from chalicelib.usecases.live import push, sockets
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.wiring import AwsServices
from infra.local.aws.engine import Engine
from infra.local.aws.table import create_table
from tests.api.conversation_setup import id_of, online, waiting
from tests.api.live.socket_client import SocketClient
from tests.support.api import DEMO_KEY, Api
from tests.support.fakes import FakeSockets, UnreachableSockets
from tests.support.services import MemoryServices


class OpeningSockets(FakeSockets):
    """Reports connections as gone for the next `looks` sends, as before $connect has returned."""

    looks = 0

    def send(self, connection_id: str, frame: bytes) -> bool:
        if self.looks:
            self.looks -= 1
            return False
        return super().send(connection_id, frame)

    def close(self, connection_id: str) -> bool:
        if self.looks:
            self.looks -= 1
            return False
        return super().close(connection_id)


@pytest.fixture
def services() -> MemoryServices:
    return MemoryServices()


@pytest.fixture
def bot(services: MemoryServices) -> Api:
    return Api(services, DEMO_KEY)


def test_an_unreachable_connection_delays_nobody_else_and_is_told_to_read_again(
    services: MemoryServices, bot: Api
) -> None:
    services.sockets = gateway = UnreachableSockets("bo")
    ana, bo = (
        SocketClient(services, bot.login("ana"), "ana"),
        SocketClient(services, bot.login("bo"), "bo"),
    )
    path = waiting(bot)
    (*_, entry) = services.conversations.entries_after("demo", id_of(path), 0, 9)
    committed = CommittedEntry("demo", id_of(path), entry)

    react(services, committed)
    assert ([e["event"] for e in ana.events], bo.events) == (["head"], [])

    gateway.broken = None
    every_minute(services)
    assert (len(ana.events), bo.events) == (1, [push.RESYNC])


@pytest.mark.parametrize("looks", [1, 3])
def test_a_push_to_an_opening_connection_arrives_once_it_is_open(
    services: MemoryServices, bot: Api, looks: int
) -> None:
    services.sockets = gateway = OpeningSockets()
    ana = SocketClient(services, bot.login("ana"), "ana")
    path = waiting(bot)
    (*_, entry) = services.conversations.entries_after("demo", id_of(path), 0, 9)

    gateway.looks = looks
    react(services, CommittedEntry("demo", id_of(path), entry))

    assert [e["head"]["id"] for e in ana.events] == [id_of(path)]


@pytest.mark.parametrize("looks", [1, 3])
def test_an_opening_connection_of_an_ended_session_is_closed_once_it_is_open(
    services: MemoryServices, bot: Api, looks: int
) -> None:
    services.sockets = gateway = OpeningSockets()
    ana = bot.login("ana")
    mine = SocketClient(services, ana, "ana")

    gateway.looks = looks
    assert ana.post("/auth/logout", {}).status == 200

    assert mine.events == [push.SESSION_ENDED]
    assert not gateway.is_open("ana")


def test_a_connection_is_deleted_only_if_it_is_still_gone_after_the_handshake_time(
    services: MemoryServices, bot: Api
) -> None:
    services.sockets = gateway = OpeningSockets()
    SocketClient(services, bot.login("ana"), "ana")
    gateway.looks = 1000

    push.send(services, [("ana", push.RESYNC)])
    remembered = services.connections.get("ana")
    services.clock.advance(push.HANDSHAKE_MS)
    push.send(services, [("ana", push.RESYNC)])

    assert remembered
    assert services.connections.get("ana") is None


@pytest.mark.parametrize("order", ["old one closes first", "new one opens first"])
def test_a_reconnecting_agent_is_online_whichever_event_comes_first(
    services: MemoryServices, bot: Api, order: str
) -> None:
    ana = bot.login("ana")
    SocketClient(services, ana, "old")
    online(ana)
    if order == "old one closes first":
        sockets.disconnect(services, "old")
        SocketClient(services, ana, "new")
    else:
        SocketClient(services, ana, "new")
        sockets.disconnect(services, "old")

    assert [c.id for c in services.connections.of_bot("demo")] == ["new"]
    (shown,) = [a for a in bot.get("/bots/demo/agents").json["items"] if a["name"] == "Ana"]
    assert shown["status"] == "online"


@pytest.fixture
def cold(tmp_path: Path) -> Iterator[AwsServices]:
    """The services of a new container, before its first call."""
    with Engine(tmp_path) as engine, pytest.MonkeyPatch.context() as environment:
        create_table(engine.client("dynamodb"), "cold")
        for name, value in engine.environment.items():
            environment.setenv(name, value)
        yield AwsServices(
            Settings(
                stage=LOCAL,
                region=engine.environment["AWS_REGION"],
                table="cold",
                topic_arn="",
                queue_url="",
                dead_letter_url="",
                socket_url="",
                socket_endpoint="",
                origins=frozenset(),
                secrets=("a-secret-for-tests-that-is-long-enough",),
                shards=1,
                endpoint=engine.environment["AWS_ENDPOINT_URL"],
            )
        )


def test_sixteen_concurrent_first_calls_of_a_container_succeed(cold: AwsServices) -> None:
    together = threading.Barrier(16)

    def first(number: int) -> object:
        together.wait()
        return cold.conversations.head("demo", f"c_{number}"), cold.directory.bot("demo")

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(first, range(16))) == [(None, None)] * 16
