"""The status that an agent has chosen differs from the one that follows from their connections."""

from typing import Any

import pytest

from chalicelib.entrypoints.websocket import handlers
from tests.api.conversation_setup import BOT, ok, owned
from tests.api.live.socket_client import SocketClient
from tests.api.simulation import MINUTE, Simulation
from tests.support.api import Api
from tests.support.services import MemoryServices

CHOICES = ["online", "away", "offline"]


def disconnect(services: MemoryServices, name: str) -> None:
    handlers.disconnect(services, {"requestContext": {"connectionId": name}})


def statuses(agent: Api) -> tuple[str, str]:
    """`status` and `chosen_status`, which both calls must show alike."""
    me = ok(agent.get("/agents/me"))
    (member,) = [m for m in ok(agent.get(f"{BOT}/agents"))["items"] if m["id"] == me["id"]]
    assert (me["status"], me["chosen_status"]) == (member["status"], member["chosen_status"])
    return me["status"], me["chosen_status"]


def pinged(client: SocketClient) -> Any:
    return client.do("ping")["result"]["status"]


@pytest.mark.parametrize("chosen", CHOICES)
def test_a_chosen_status_survives_a_reload(chosen: str, services: MemoryServices, ana: Api) -> None:
    SocketClient(services, ana, "before").do("presence", status=chosen)
    disconnect(services, "before")
    while_loading = statuses(ana)

    after = SocketClient(services, ana, "after")

    assert while_loading == ("offline", chosen)
    assert (statuses(ana), pinged(after)) == ((chosen, chosen), chosen)


@pytest.mark.parametrize("chosen", ["away", "offline"])
def test_a_chosen_status_holds_on_a_second_device(
    chosen: str, services: MemoryServices, ana: Api
) -> None:
    first = SocketClient(services, ana, "first")
    first.do("presence", status=chosen)

    second = SocketClient(services, ana, "second")

    assert (pinged(second), pinged(first)) == (chosen, chosen)
    assert statuses(ana) == (chosen, chosen)


@pytest.mark.parametrize("chosen", CHOICES)
def test_a_status_that_is_chosen_shows_on_the_other_devices_and_not_on_its_own_again(
    chosen: str, services: MemoryServices, ana: Api, bo: Api
) -> None:
    first, second, bos = (
        SocketClient(services, agent, name)
        for agent, name in ((ana, "first"), (ana, "second"), (bo, "bo's"))
    )

    first.do("presence", status=chosen)

    event = second.events[-1]
    assert (event["event"], event["agent"]["name"], event["status"]) == ("presence", "Ana", chosen)
    assert bos.events[-1] == event
    assert first.events == []


def test_a_status_that_is_chosen_by_rest_shows_on_all_devices(
    services: MemoryServices, ana: Api
) -> None:
    client = SocketClient(services, ana, "one")

    ok(ana.put("/agents/me/status", {"status": "away"}))

    assert client.events[-1]["status"] == "away"


@pytest.mark.parametrize("chosen", ["away", "offline"])
def test_a_chosen_status_survives_silence(
    chosen: str, services: MemoryServices, simulation: Simulation, ana: Api
) -> None:
    client = SocketClient(services, ana, "one")
    client.do("presence", status=chosen)

    simulation.advance(12 * MINUTE)

    assert statuses(ana) == ("offline", chosen)
    assert pinged(client) == chosen
    assert statuses(ana) == (chosen, chosen)


def test_an_agent_who_has_chosen_nothing_is_online_while_they_are_connected(
    services: MemoryServices, ana: Api
) -> None:
    assert statuses(ana) == ("offline", "online")

    client = SocketClient(services, ana, "one")

    assert (statuses(ana), pinged(client)) == (("online", "online"), "online")
    disconnect(services, "one")
    assert statuses(ana) == ("offline", "online")


@pytest.mark.parametrize("chosen", ["away", "offline"])
def test_a_choice_ends_with_a_logout(
    chosen: str, services: MemoryServices, bot: Api, ana: Api
) -> None:
    ok(ana.put("/agents/me/status", {"status": chosen}))

    ok(ana.post("/auth/logout", {}))

    assert statuses(bot.login("ana")) == ("offline", "online")


def test_an_agent_who_chose_offline_keeps_their_conversations_and_gets_no_others(
    services: MemoryServices, simulation: Simulation, bot: Api, ana: Api
) -> None:
    client = SocketClient(services, ana, "one")
    path = owned(bot, ana)
    client.do("presence", status="offline")

    for _ in range(4):
        simulation.advance(5 * MINUTE)
        client.do("ping")

    assert ok(bot.get(path))["owner_name"] == "Ana"
    assert ok(bot.get(f"{BOT}/availability"))["free"] == 0
