"""A WebSocket opens once for each ticket, from an allowed origin."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus

from chalicelib.domain.access import Role
from chalicelib.usecases.accounts.authenticate import hash_secret
from chalicelib.usecases.records.connections import SocketTicket
from tests.e2e.bot_setup import BotSetup, RunningStack
from tests.support.network.websocket import WebSocketClient

ACCEPTED, UNAUTHENTICATED, FORBIDDEN = 101, 401, 403


def knock(
    running: RunningStack, ticket: str, origin: str | None = "", protocols: list[str] | None = None
) -> int:
    """The status of the handshake; an empty origin is the right one."""
    url = running.environment["BATON_SOCKET_URL"]
    try:
        with WebSocketClient(
            url, ticket, running.url if origin == "" else origin, protocols=protocols
        ):
            return ACCEPTED
    except InvalidStatus as refused:
        return refused.response.status_code


def test_a_ticket_opens_one_connection_however_many_try_at_once(
    running: RunningStack, scene: BotSetup
) -> None:
    ticket, together = scene.person("Ana").ticket(), Barrier(16)

    def race(_: int) -> int:
        together.wait()
        return knock(running, ticket)

    with ThreadPoolExecutor(16) as pool:
        statuses = sorted(pool.map(race, range(16)))

    assert statuses == [ACCEPTED] + [UNAUTHENTICATED] * 15


def test_a_used_ticket_opens_nothing(running: RunningStack, scene: BotSetup) -> None:
    ticket = scene.person("Ana").ticket()
    knock(running, ticket)

    assert knock(running, ticket) == UNAUTHENTICATED


def test_an_expired_ticket_opens_nothing(running: RunningStack, scene: BotSetup) -> None:
    ana, a_second_ago = scene.person("Ana"), int(time.time() * 1000) - 1000
    ticket = SocketTicket(hash_secret("expired"), ana.id, 1, expires_at=a_second_ago)
    running.services.connections.add_ticket(ticket)

    assert knock(running, "expired") == UNAUTHENTICATED


def test_nothing_but_a_ticket_opens_a_connection(running: RunningStack, scene: BotSetup) -> None:
    ana = scene.person("Ana")

    opened = [knock(running, token) for token in ("made-up", str(ana.rest.token))]

    assert opened == [UNAUTHENTICATED, UNAUTHENTICATED]


def test_a_ticket_is_refused_after_logout(running: RunningStack, scene: BotSetup) -> None:
    ana = scene.person("Ana")
    ticket = ana.ticket()
    ana.rest.post("/auth/logout")

    assert knock(running, ticket) == UNAUTHENTICATED


def test_a_bot_cannot_request_a_ticket(scene: BotSetup) -> None:
    assert scene.rest.post("/socket/ticket").status == UNAUTHENTICATED


@pytest.mark.parametrize(
    "protocols",
    [[], ["baton.v1"], ["TICKET"], ["TICKET", "baton.v1"], ["baton.v2", "TICKET"]],
    ids=["none", "no ticket", "the ticket alone", "the other way round", "another version"],
)
def test_the_ticket_comes_second_after_the_protocol(
    running: RunningStack, scene: BotSetup, protocols: list[str]
) -> None:
    ticket = scene.person("Ana").ticket()
    offered = [ticket if name == "TICKET" else name for name in protocols]

    assert knock(running, ticket, protocols=offered) == UNAUTHENTICATED


def test_the_protocol_is_echoed_and_the_ticket_is_not(scene: BotSetup) -> None:
    with scene.person("Ana").connect() as socket:
        assert socket.protocol == "baton.v1"


ORIGINS: dict[str, Callable[[str, int], str | None]] = {
    "missing": lambda host, port: None,
    "null": lambda host, port: "null",
    "foreign": lambda host, port: "https://evil.test",
    "ours as a prefix": lambda host, port: f"http://{host}:{port}.evil.test",
    "ours as a suffix": lambda host, port: f"http://evil-{host}:{port}",
    "ours as user name": lambda host, port: f"http://{host}:{port}@evil.test",
    "ours and a path": lambda host, port: f"http://{host}:{port}/",
    "ours twice": lambda host, port: f"http://{host}:{port} http://{host}:{port}",
    "another port": lambda host, port: f"http://{host}:{port % 65535 + 1}",
    "no port": lambda host, port: f"http://{host}",
    "another scheme": lambda host, port: f"https://{host}:{port}",
    "upper case": lambda host, port: f"HTTP://LOCALHOST:{port}",
    "a trailing dot": lambda host, port: f"http://{host}.:{port}",
}


def test_a_foreign_origin_is_refused_and_the_ticket_stays_unused(
    running: RunningStack, scene: BotSetup
) -> None:
    ticket, ours = scene.person("Ana").ticket(), urlsplit(running.url)
    assert ours.hostname
    assert ours.port

    statuses = {
        name: knock(running, ticket, origin=origin(ours.hostname, ours.port))
        for name, origin in ORIGINS.items()
    }

    assert statuses == dict.fromkeys(ORIGINS, FORBIDDEN)
    assert knock(running, ticket) == ACCEPTED


def test_a_connection_receives_only_the_bots_of_its_person(
    running: RunningStack, scene: BotSetup
) -> None:
    elsewhere = running.bot()
    theirs = elsewhere.pause("somebody")

    with scene.person("Ana").connect() as socket:
        heads = socket.do("sync")["heads"]
        refused = socket.ask("watch", conversation_id=theirs["id"], after=0)
        named = socket.ask("claim", conversation_id=theirs["id"], bot=elsewhere.bot)

    assert heads == []
    assert [refused["error"]["status"], named["error"]["status"]] == [404, 404]


def test_the_owner_of_the_installation_receives_every_bot(scene: BotSetup) -> None:
    with scene.person("Olga", Role.OWNER).connect() as socket:
        paused = scene.pause("zoe")

        event = socket.wait_for(
            lambda f: f.get("event") == "head" and f["head"]["id"] == paused["id"], 10
        )

    assert event["head"]["status"] == "waiting"
