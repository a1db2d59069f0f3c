"""Conversations of an agent who disconnected return to the queue."""

import pytest

from chalicelib.entrypoints.websocket import handlers
from chalicelib.usecases.routing import timers as looks
from tests.api.conversation_setup import log, ok, waiting
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
