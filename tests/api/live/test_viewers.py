"""Viewers of a conversation see who else has it open."""

from typing import Any

import pytest

from chalicelib.entrypoints.websocket import handlers
from chalicelib.usecases.live.audience import VIEWERS_SHOWN
from chalicelib.usecases.live.push import HANDSHAKE_MS
from chalicelib.usecases.live.sockets import CONNECTION_LIFE_MS
from tests.api.conversation_setup import BOT, id_of, ok, waiting
from tests.api.live.socket_client import SocketClient, fits
from tests.support.api import Api
from tests.support.services import MemoryServices


@pytest.fixture
def path(bot: Api) -> str:
    return waiting(bot)


def told(client: SocketClient) -> list[Any]:
    """The names that each sign had, in order."""
    signs = [event for event in client.events if event["event"] == "viewers"]
    for sign in signs:
        fits(sign, ["viewersEvent"])
    return [[person["name"] for person in sign["people"]] for sign in signs]


def look(client: SocketClient, path: str, after: int = 0) -> None:
    assert client.do("watch", conversation_id=id_of(path), after=after)["ok"]


def test_viewers_of_one_conversation_see_each_other(
    services: MemoryServices, path: str, ana: Api, bo: Api
) -> None:
    one, two, other = (
        SocketClient(services, ana, "a"),
        SocketClient(services, bo, "b"),
        SocketClient(services, bo, "c"),
    )
    look(one, path)
    look(two, path)

    assert told(one) == [["Ana"], ["Ana", "Bo"]]
    assert told(two) == [["Ana", "Bo"]]
    assert told(other) == []


def test_a_person_who_closes_the_conversation_is_no_viewer(
    services: MemoryServices, path: str, ana: Api, bo: Api
) -> None:
    one, two = SocketClient(services, ana, "a"), SocketClient(services, bo, "b")
    for client in (one, two):
        look(client, path)

    two.do("unwatch", conversation_id=id_of(path))

    assert told(one)[-1] == ["Ana"]
    assert told(two) == [["Ana", "Bo"]]


def test_a_person_with_two_connections_is_one_viewer(
    services: MemoryServices, path: str, ana: Api
) -> None:
    one, two = SocketClient(services, ana, "a"), SocketClient(services, ana, "a2")
    for client in (one, two):
        look(client, path)

    assert told(one) == [["Ana"], ["Ana"]]


def test_a_closed_connection_removes_its_viewer(
    services: MemoryServices, path: str, ana: Api, bo: Api
) -> None:
    one, two = SocketClient(services, ana, "a"), SocketClient(services, bo, "b")
    for client in (one, two):
        look(client, path)

    handlers.disconnect(services, {"requestContext": {"connectionId": "b"}})

    assert told(one)[-1] == ["Ana"]


def test_a_silently_closed_connection_is_detected_by_the_next_push(
    services: MemoryServices, path: str, ana: Api, bo: Api, sam: Api
) -> None:
    people = ((ana, "a"), (bo, "b"), (sam, "s"))
    one, two, three = (SocketClient(services, who, name) for who, name in people)
    for client in (one, two):
        look(client, path)

    services.clock.advance(HANDSHAKE_MS)
    services.sockets.disconnect("b")
    look(three, path)

    assert told(one)[-1] == ["Ana", "Sam"]


def test_an_expired_connection_does_not_count_as_a_viewer(
    services: MemoryServices, path: str, ana: Api, bo: Api
) -> None:
    look(SocketClient(services, bo, "b"), path)
    services.clock.advance(CONNECTION_LIFE_MS // 2)
    one = SocketClient(services, Api(services).login("ana"), "a")
    look(one, path)

    services.clock.advance(CONNECTION_LIFE_MS // 2 + 1)
    look(SocketClient(services, Api(services).login("sam"), "s"), path)

    assert told(one)[-1] == ["Ana", "Sam"]


def test_a_logged_out_person_is_not_a_viewer(
    services: MemoryServices, path: str, ana: Api, bo: Api
) -> None:
    one, two = SocketClient(services, bo, "b"), SocketClient(services, ana, "a")
    look(one, path)
    ok(bo.post("/auth/logout"))

    look(two, path)

    assert told(two) == [["Ana"]]
    assert told(one) == [["Bo"]]


def test_loading_older_entries_does_not_announce_the_viewer_again(
    services: MemoryServices, path: str, ana: Api
) -> None:
    one = SocketClient(services, ana, "a")
    for after in (0, 1, 2):
        look(one, path, after)

    assert told(one) == [["Ana"]]


def test_each_new_viewer_causes_a_limited_number_of_frames(
    services: MemoryServices, path: str, ana: Api, bo: Api, sam: Api
) -> None:
    """Otherwise n people who open one conversation would cause n² frames."""
    each_has = VIEWERS_SHOWN // 3 + 2
    many = [
        SocketClient(services, person, f"{name}-{number}")
        for name, person in (("a", ana), ("b", bo), ("s", sam))
        for number in range(each_has)
    ]
    for client in many:
        look(client, path)
    before = sum(len(told(client)) for client in many)
    last = SocketClient(services, bo, "z")

    look(last, path)

    assert told(last) == [["Ana", "Bo", "Sam"]]
    assert 1 + sum(len(told(client)) for client in many) - before == VIEWERS_SHOWN


def test_the_bots_calls_and_the_lists_contain_no_viewers(
    services: MemoryServices, path: str, bot: Api, ana: Api
) -> None:
    one = SocketClient(services, ana, "a")
    ok(bot.get(path))
    ok(ana.get(f"{BOT}/conversations"))

    assert told(one) == []
