"""Conversations of an agent who disconnected return to the queue."""

import pytest

from chalicelib.entrypoints.websocket import handlers
from chalicelib.usecases.routing import timers as looks
from tests.api.conversation_setup import BOT, id_of, log, message, ok, owned, waiting
from tests.api.live.socket_client import SocketClient
from tests.api.simulation import MINUTE, Simulation
from tests.support.api import Api
from tests.support.services import MemoryServices


def test_a_lost_agents_conversation_is_requeued_after_two_minutes(
    services: MemoryServices, simulation: Simulation, bot: Api, ana: Api, bo: Api
) -> None:
    SocketClient(services, ana, "ana's")
    watching = SocketClient(services, bo, "bo's")
    path = waiting(bot)
    head = ok(ana.post(f"{path}/claim"))
    simulation.run_reactions()
    handlers.disconnect(services, {"requestContext": {"connectionId": "ana's"}})

    simulation.advance(MINUTE)
    kept = ok(bot.get(path))["status"]
    simulation.advance(2 * MINUTE)

    assert kept == "agent"
    assert ok(bot.get(path))["status"] == "waiting"
    assert log(bot, path)[-1]["payload"]["cause"] == "agent_lost"
    assert watching.events[-1]["head"]["status"] == "waiting"
    late = ana.post(f"{path}/messages", {"text": "Here I am.", "epoch": head["epoch"]})
    assert (late.status, late.json["code"]) == (409, "stale_epoch")
    assert "Here I am." not in str(log(bot, path))


@pytest.mark.parametrize("how", ["claim", "transfer"])
def test_an_agent_who_claims_while_disconnected_is_lost_after_two_minutes(
    how: str, services: MemoryServices, simulation: Simulation, bot: Api, sam: Api
) -> None:
    SocketClient(services, sam, "sam's")
    path, body = waiting(bot), {"agent": "sam@example.test"} if how == "transfer" else {}
    handlers.disconnect(services, {"requestContext": {"connectionId": "sam's"}})
    simulation.advance(5 * MINUTE)
    ok(sam.post(f"{path}/{how}", body))

    simulation.advance(MINUTE)
    kept = ok(bot.get(path))["status"]
    simulation.advance(2 * MINUTE)

    assert (kept, ok(bot.get(path))["status"]) == ("agent", "waiting")
    assert log(bot, path)[-1]["payload"]["cause"] == "agent_lost"


def test_an_agent_who_comes_back_in_time_keeps_the_conversation(
    services: MemoryServices, simulation: Simulation, bot: Api, ana: Api
) -> None:
    SocketClient(services, ana, "one")
    path = waiting(bot)
    ok(ana.post(f"{path}/claim"))
    simulation.run_reactions()
    handlers.disconnect(services, {"requestContext": {"connectionId": "one"}})

    simulation.advance(MINUTE)
    SocketClient(services, ana, "two")
    simulation.advance(5 * MINUTE)

    assert ok(bot.get(path))["owner_name"] == "Ana"


def test_an_agent_without_heartbeats_is_lost_after_eleven_minutes(
    services: MemoryServices, simulation: Simulation, bot: Api, ana: Api
) -> None:
    SocketClient(services, ana, "ana's")
    path = waiting(bot)
    ok(ana.post(f"{path}/claim"))

    simulation.advance(12 * MINUTE)
    kept = ok(bot.get(path))["status"]
    simulation.advance(2 * MINUTE)

    assert (kept, ok(bot.get(path))["status"]) == ("agent", "waiting")


def test_an_agent_with_heartbeats_keeps_the_conversation_for_days(
    services: MemoryServices, simulation: Simulation, bot: Api, ana: Api
) -> None:
    client = SocketClient(services, ana, "ana's")
    path = waiting(bot)
    ok(ana.post(f"{path}/claim"))

    for _ in range(12):
        simulation.advance(9 * MINUTE)
        client.do("ping")

    assert ok(bot.get(path))["owner_name"] == "Ana"


def test_a_deadline_without_effect_is_not_checked_again_before_it_is_due(
    services: MemoryServices, simulation: Simulation, bot: Api, ana: Api
) -> None:
    client = SocketClient(services, ana, "ana's")
    ok(ana.post(f"{waiting(bot)}/claim"))
    simulation.advance(9 * MINUTE)
    client.do("ping")

    simulation.advance(5 * MINUTE)

    assert looks.due(services) == []


# Several devices and several bots


def disconnect(services: MemoryServices, name: str) -> None:
    handlers.disconnect(services, {"requestContext": {"connectionId": name}})


@pytest.fixture
def first_bot(services: MemoryServices, owner: Api) -> str:
    """A bot whose id sorts before that of `demo`."""
    ok(owner.post("/bots", {"id": "aaa"}))
    return "/bots/aaa"


def test_a_second_device_that_closes_leaves_the_first_one_online(
    services: MemoryServices,
    simulation: Simulation,
    first_bot: str,
    owner: Api,
    bot: Api,
    ana: Api,
) -> None:
    SocketClient(services, ana, "first")
    path = owned(bot, ana)
    ok(owner.post(f"{first_bot}/agents", {"email": "ana@example.test", "name": "Ana"}))
    SocketClient(services, ana, "second")

    disconnect(services, "second")
    simulation.advance(5 * MINUTE)

    assert ok(bot.get(f"{BOT}/availability"))["online"] == 1
    assert ok(bot.get(path))["owner_name"] == "Ana"


def test_the_last_device_that_closes_takes_the_agent_offline(
    services: MemoryServices, simulation: Simulation, bot: Api, ana: Api
) -> None:
    for name in ("first", "second"):
        SocketClient(services, ana, name)
    path = owned(bot, ana)
    for name in ("first", "second"):
        disconnect(services, name)

    simulation.advance(3 * MINUTE)

    assert ok(bot.get(path))["status"] == "waiting"


def test_a_device_whose_session_has_ended_keeps_nobody_online(
    services: MemoryServices, simulation: Simulation, bot: Api, ana: Api
) -> None:
    SocketClient(services, ana, "ended")
    change = {"current": "ana-demo", "new": "a long enough password"}
    ana = ana.as_(ok(ana.post("/auth/password", change))["payload"]["token"])
    SocketClient(services, ana, "current")
    path = owned(bot, ana)

    disconnect(services, "current")
    simulation.advance(3 * MINUTE)

    assert ok(bot.get(path))["status"] == "waiting"


def test_an_agent_whose_connection_is_found_gone_is_lost_after_two_minutes(
    services: MemoryServices, simulation: Simulation, bot: Api, ana: Api
) -> None:
    """API Gateway does not call `$disconnect` each time."""
    SocketClient(services, ana, "ana's")
    path = owned(bot, ana)
    simulation.advance(MINUTE)
    services.sockets.disconnect("ana's")
    ok(bot.post(f"{BOT}/messages", message(text="Are you there?")))

    simulation.advance(3 * MINUTE)

    assert ok(bot.get(path))["status"] == "waiting"


def test_the_installations_owner_is_lost_after_two_minutes_in_a_bot_they_do_not_serve(
    services: MemoryServices, simulation: Simulation, bot: Api, owner: Api
) -> None:
    SocketClient(services, owner, "owner's")
    path = owned(bot, owner)
    simulation.run_reactions()
    disconnect(services, "owner's")

    simulation.advance(3 * MINUTE)

    assert ok(bot.get(path))["status"] == "waiting"


def test_a_member_who_is_removed_from_one_bot_stays_connected_to_the_others(
    services: MemoryServices, simulation: Simulation, first_bot: str, owner: Api, bot: Api, ana: Api
) -> None:
    ok(owner.post(f"{first_bot}/agents", {"email": "ana@example.test", "name": "Ana"}))
    client = SocketClient(services, ana, "ana's")
    path = owned(bot, ana)
    ana_id = ok(ana.get("/auth/me"))["id"]
    assert client.do("watch", bot="demo", conversation_id=id_of(path))["ok"] is True

    assert owner.send("DELETE", f"{first_bot}/agents/{ana_id}").status == 204

    assert client.do("ping")["ok"] is True
    assert client.do("sync")["ok"] is True
    ok(bot.post(f"{BOT}/messages", message(text="Are you there?")))
    simulation.advance(5 * MINUTE)
    assert "Are you there?" in [event.get("entry", {}).get("text") for event in client.events]
    assert ok(bot.get(path))["owner_name"] == "Ana"
