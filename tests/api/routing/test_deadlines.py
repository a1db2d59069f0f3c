"""Timers, offers and escalation over days of simulated time."""

from typing import Any

import pytest

from tests.api.conversation_setup import BOT, log, message, ok, online, person, waiting
from tests.api.simulation import DAY, MINUTE, SECOND, Simulation
from tests.support.api import Api
from tests.support.services import MemoryServices

HOUR = 60 * MINUTE


@pytest.fixture
def ada(services: MemoryServices, bot: Api) -> Api:
    """The admin."""
    from chalicelib.domain.access import Role

    person(services, "ada", Role.ADMIN)
    return bot.login("ada")


def queue(ada: Api, name: str, **settings: Any) -> None:
    ok(ada.put(f"{BOT}/queues/{name}", settings))


def team(services: MemoryServices, bot: Api, *names: str, **place: Any) -> dict[str, Api]:
    """Agents of the queue `sales`, online one after the other."""
    for name in names:
        person(services, name, queues=frozenset({"sales"}), **place)
    agents = {name: bot.login(name) for name in names}
    for agent in agents.values():
        online(agent)
    return agents


def kinds(caller: Api, path: str) -> list[str]:
    return [entry["kind"] for entry in log(caller, path)]


def happened(caller: Api, path: str) -> list[tuple[int, str]]:
    """The entries that are no messages, with their time in seconds since the start."""
    entries = [e for e in log(caller, path) if e["kind"] != "message"]
    return [(seconds(e["at"]), e["kind"]) for e in entries]


def seconds(at: str) -> int:
    from datetime import datetime

    begin = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    return int((datetime.fromisoformat(at) - begin).total_seconds())


def offered_to(caller: Api, path: str) -> str | None:
    to = ok(caller.get(path))["offered_to"]
    return to["name"] if to else None


# Waiting


def test_an_unclaimed_handoff_escalates_and_expires_over_three_days(
    services: MemoryServices, simulation: Simulation, bot: Api, ada: Api
) -> None:
    day = DAY // SECOND
    limits = {"first_alert": 300, "escalate": [3600, 7200], "give_up": day}
    queue(ada, "sales", fallback="support", limits=limits)
    queue(ada, "support", limits={"first_alert": None, "escalate": [], "give_up": 2 * day})

    person(services, "cy", queues=frozenset({"sales", "support"}))

    path = waiting(bot, "sales")
    simulation.advance(3 * DAY + MINUTE)

    assert happened(bot, path) == [
        (0, "requested"),
        (300, "escalated"),
        (3600, "escalated"),
        (7200, "escalated"),
        (day, "transferred"),
        (3 * day, "returned"),
    ]
    ended = ok(bot.get(f"{BOT}/handoffs/{log(bot, path)[1]['payload']['handoff_id']}"))
    assert (ended["outcome"], ended["queue"]) == ("expired", "support")
    assert ok(bot.get(f"{path}/gate"))["paused"] is False
    told = [(p.message["type"], p.message["level"]) for p in services.topic.published]
    assert told == [
        ("handoff.requested", "info"),
        ("handoff.escalated", "warning"),
        ("handoff.escalated", "error"),
        ("handoff.escalated", "error"),
    ]


def test_a_sweep_catches_up_on_missed_days_in_order(
    services: MemoryServices, simulation: Simulation, bot: Api, ada: Api
) -> None:
    limits = {"first_alert": 300, "escalate": [3600], "give_up": 7200}
    queue(ada, "sales", limits=limits)
    path = waiting(bot, "sales")

    services.clock.advance(3 * DAY)
    simulation.advance(MINUTE)

    assert kinds(bot, path) == ["message", "requested", "escalated", "escalated", "returned"]


def test_a_request_to_a_closed_queue_moves_to_its_staffed_overflow_queue_at_once(
    services: MemoryServices, simulation: Simulation, bot: Api, ada: Api
) -> None:
    closed = {"time_zone": "UTC", "weekly": {}}
    queue(ada, "night", hours=closed, fallback="deserted")
    queue(ada, "deserted", fallback="sales")
    team(services, bot, "cy")

    path = waiting(bot, "night")
    simulation.run_reactions()

    assert ok(bot.get(path))["queue"] == "sales"
    assert log(bot, path)[-1]["payload"]["cause"] == "fallback"


def test_a_request_stays_in_its_queue_if_no_overflow_queue_is_staffed(
    simulation: Simulation, bot: Api, ada: Api
) -> None:
    queue(ada, "night", fallback="sales")

    path = waiting(bot, "night")
    simulation.run_reactions()

    assert ok(bot.get(path))["queue"] == "night"


# Offers


def test_a_conversation_is_offered_to_one_free_agent_after_the_other(
    services: MemoryServices, simulation: Simulation, bot: Api, ada: Api
) -> None:
    queue(ada, "sales", mode="offer", offer_seconds=60)
    agents = team(services, bot, "cy", "di")
    path = waiting(bot, "sales")
    simulation.run_reactions()
    first = offered_to(bot, path)

    simulation.advance(MINUTE)
    second = offered_to(bot, path)
    simulation.advance(MINUTE)
    third = offered_to(bot, path)

    assert {first, second} == {"Cy", "Di"}
    assert third == first
    taken = agents[(third or "").lower()].post(f"{path}/claim")
    assert ok(taken)["owner_name"] == first


def test_a_claim_during_another_agents_offer_is_refused_and_names_that_agent(
    services: MemoryServices, simulation: Simulation, bot: Api, ada: Api, sam: Api
) -> None:
    queue(ada, "sales", mode="offer")
    agents = team(services, bot, "cy", "di")
    path = waiting(bot, "sales")
    simulation.run_reactions()
    asked = (offered_to(bot, path) or "").lower()
    other = agents[next(name for name in agents if name != asked)]

    refused = other.post(f"{path}/claim")

    assert (refused.status, refused.json["code"]) == (409, "illegal_move")
    assert refused.json["offered_to"]["name"].lower() == asked
    assert ok(sam.post(f"{path}/claim"))["owner_name"] == "Sam"


def test_an_agent_who_declined_gets_no_second_offer_while_another_is_free(
    services: MemoryServices, simulation: Simulation, bot: Api, ada: Api
) -> None:
    queue(ada, "sales", mode="offer")
    agents = team(services, bot, "cy", "di")
    path = waiting(bot, "sales")
    simulation.run_reactions()
    asked = (offered_to(bot, path) or "").lower()

    ok(agents[asked].post(f"{path}/release"))
    simulation.run_reactions()

    assert (offered_to(bot, path) or "").lower() not in ("", asked)


def test_two_conversations_go_to_two_agents_and_a_third_one_waits(
    services: MemoryServices, simulation: Simulation, bot: Api, ada: Api
) -> None:
    queue(ada, "sales", mode="offer")
    team(services, bot, "cy", "di")

    paths = [waiting(bot, "sales", user={"id": f"u-{n}"}) for n in range(3)]
    simulation.run_reactions()

    offered = [offered_to(bot, path) for path in paths]
    assert {*offered[:2]} == {"Cy", "Di"}
    assert offered[2] is None


def test_an_agent_who_comes_online_or_becomes_free_gets_an_offer_at_once(
    services: MemoryServices, simulation: Simulation, bot: Api, ada: Api
) -> None:
    queue(ada, "sales", mode="offer")
    paths = [waiting(bot, "sales", user={"id": f"u-{n}"}) for n in range(2)]
    simulation.run_reactions()
    cy = team(services, bot, "cy", capacity=1)["cy"]

    assert offered_to(bot, paths[0]) == "Cy"
    ok(cy.post(f"{paths[0]}/claim"))
    simulation.run_reactions()
    assert offered_to(bot, paths[1]) is None
    ok(cy.post(f"{paths[0]}/unpause"))
    simulation.run_reactions()
    assert offered_to(bot, paths[1]) == "Cy"


@pytest.mark.parametrize("status", ["away", "offline"])
def test_only_online_agents_get_offers(
    services: MemoryServices, simulation: Simulation, bot: Api, ada: Api, status: str
) -> None:
    queue(ada, "sales", mode="offer", limits={"first_alert": None, "escalate": []})
    cy = team(services, bot, "cy")["cy"]
    ok(cy.put("/agents/me/status", {"status": status}))

    path = waiting(bot, "sales")
    simulation.advance(5 * MINUTE)

    assert kinds(bot, path) == ["message", "requested"]


def test_the_last_agent_of_the_user_is_offered_first_if_they_are_free(
    services: MemoryServices, simulation: Simulation, bot: Api, ada: Api
) -> None:
    queue(ada, "sales", mode="offer")
    agents = team(services, bot, "cy", "di", "ed", capacity=1)
    path = waiting(bot, "sales")
    simulation.run_reactions()
    last = (offered_to(bot, path) or "").lower()
    ok(agents[last].post(f"{path}/claim"))
    ok(agents[last].post(f"{path}/unpause"))
    simulation.advance(MINUTE)

    ok(bot.post(f"{path}/pause", {"queue": "sales"}))
    simulation.run_reactions()
    again = (offered_to(bot, path) or "").lower()
    ok(agents[last].post(f"{path}/claim"))
    ok(agents[last].post(f"{path}/unpause"))
    other = waiting(bot, "sales", user={"id": "u-2"})
    ok(agents[last].post(f"{other}/claim"))
    ok(bot.post(f"{path}/pause", {"queue": "sales"}))
    simulation.run_reactions()

    assert again == last
    assert (offered_to(bot, path) or "").lower() not in ("", last)


def test_the_longest_idle_agent_is_offered_first(
    services: MemoryServices, simulation: Simulation, bot: Api, ada: Api
) -> None:
    queue(ada, "sales", mode="offer")
    agents = team(services, bot, "cy", "di", "ed")

    asked = []
    for n in range(6):
        path = waiting(bot, "sales", user={"id": f"u-{n}"})
        simulation.run_reactions()
        asked.append((offered_to(bot, path) or "").lower())
        ok(agents[asked[-1]].post(f"{path}/claim"))
        services.clock.advance(SECOND)

    assert sorted(asked[:3]) == ["cy", "di", "ed"]
    assert asked[3:] == asked[:3]


# With an agent


def test_inactivity_timers_close_silent_conversations(
    services: MemoryServices, simulation: Simulation, bot: Api, ada: Api
) -> None:
    limits = {"agent_idle": 300, "user_idle": 900, "agent_lost": None}
    queue(ada, "sales", limits=limits)
    cy = team(services, bot, "cy")["cy"]
    path = waiting(bot, "sales")
    ok(cy.post(f"{path}/claim"))
    simulation.advance(6 * MINUTE)
    after_the_agents_silence = ok(bot.get(path))["status"]
    ok(cy.post(f"{path}/claim"))
    ok(cy.post(f"{path}/messages", {"text": "Sorry. How can I help?"}))
    simulation.advance(14 * MINUTE)
    ok(bot.post(f"{BOT}/messages", message(text="Never mind.")))
    simulation.advance(4 * MINUTE)
    ok(cy.post(f"{path}/messages", {"text": "Sure?"}))
    simulation.advance(16 * MINUTE)

    assert after_the_agents_silence == "waiting"
    assert log(bot, path)[-1]["payload"]["outcome"] == "user_left"
    assert log(bot, path)[-1]["payload"]["cause"] == "user_idle"
