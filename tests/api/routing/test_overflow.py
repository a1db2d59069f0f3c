"""A conversation waits where somebody serves it, whenever that changes."""

from typing import Any

import pytest

from chalicelib.domain.access import Role
from tests.api.conversation_setup import BOT, log, message, ok, online, person, waiting
from tests.api.live.socket_client import SocketClient
from tests.api.routing.test_lost_agents import disconnect
from tests.api.simulation import MINUTE, SECOND, Simulation
from tests.support.api import Api
from tests.support.services import MemoryServices

CLOSED = {"time_zone": "UTC", "weekly": {}}
UNTIL_HALF_PAST = {"time_zone": "UTC", "weekly": {"thursday": [["00:00", "00:30"]]}}
FROM_HALF_PAST = {"time_zone": "UTC", "weekly": {"thursday": [["00:30", "24:00"]]}}
"""The simulation begins at midnight of a Thursday."""


@pytest.fixture
def ada(services: MemoryServices, bot: Api) -> Api:
    person(services, "ada", Role.ADMIN)
    return bot.login("ada")


@pytest.fixture
def sal(services: MemoryServices, bot: Api) -> Api:
    """An agent of the queue `sales`, whose overflow queue is `support`."""
    person(services, "sal", queues=frozenset({"sales"}))
    return bot.login("sal")


@pytest.fixture
def sue(services: MemoryServices, bot: Api) -> Api:
    """An agent of the queue `support`."""
    person(services, "sue", queues=frozenset({"support"}))
    return bot.login("sue")


def queue(ada: Api, name: str, **settings: Any) -> None:
    ok(ada.put(f"{BOT}/queues/{name}", settings))


def place(bot: Api, path: str) -> str:
    return str(ok(bot.get(path))["queue"])


def stay_online(agents: list[Api], simulation: Simulation, minutes: int) -> None:
    """They give signs of life, but do nothing."""
    for _ in range(minutes // 5):
        for agent in agents:
            online(agent)
        simulation.advance(5 * MINUTE)


def moves(bot: Api, path: str) -> list[tuple[str, str | None]]:
    entries = [e for e in log(bot, path) if e["kind"] == "transferred"]
    return [(e["payload"]["queue"], e["payload"].get("cause")) for e in entries]


@pytest.mark.parametrize("status", ["away", "offline"])
def test_the_last_agent_who_leaves_sends_those_who_wait_to_the_overflow_queue(
    status: str, simulation: Simulation, bot: Api, ada: Api, sal: Api, sue: Api
) -> None:
    queue(ada, "sales", fallback="support")
    online(sal), online(sue)
    path = waiting(bot, "sales")
    simulation.advance(MINUTE)
    before = place(bot, path)

    ok(sal.put("/agents/me/status", {"status": status}))
    simulation.advance(MINUTE)

    assert (before, moves(bot, path)) == ("sales", [("support", "fallback")])


def test_the_last_agent_who_disconnects_sends_them_there_after_a_minute(
    services: MemoryServices, simulation: Simulation, bot: Api, ada: Api, sal: Api, sue: Api
) -> None:
    queue(ada, "sales", fallback="support")
    SocketClient(services, sal, "sal's")
    online(sue)
    path = waiting(bot, "sales")
    simulation.run_reactions()

    disconnect(services, "sal's")
    simulation.advance(MINUTE)
    after_a_minute = place(bot, path)
    simulation.advance(MINUTE)

    assert (after_a_minute, place(bot, path)) == ("sales", "support")


def test_an_agent_who_reloads_the_console_moves_nobody(
    services: MemoryServices, simulation: Simulation, bot: Api, ada: Api, sal: Api, sue: Api
) -> None:
    queue(ada, "sales", fallback="support")
    SocketClient(services, sal, "before")
    online(sue)
    path = waiting(bot, "sales")
    simulation.advance(40 * SECOND)

    disconnect(services, "before")
    simulation.advance(30 * SECOND)
    SocketClient(services, sal, "after")
    simulation.advance(5 * MINUTE)

    assert moves(bot, path) == []


def test_closing_time_sends_those_who_wait_to_the_overflow_queue(
    simulation: Simulation, bot: Api, ada: Api, sal: Api, sue: Api
) -> None:
    queue(ada, "sales", fallback="support", hours=UNTIL_HALF_PAST)
    online(sal)
    path = waiting(bot, "sales")

    stay_online([sal, sue], simulation, 25)
    before = place(bot, path)
    stay_online([sal, sue], simulation, 10)

    assert (before, moves(bot, path)) == ("sales", [("support", "fallback")])


def test_an_overflow_queue_that_opens_later_takes_those_who_wait(
    simulation: Simulation, bot: Api, ada: Api, sue: Api
) -> None:
    queue(ada, "sales", fallback="support", hours=CLOSED)
    queue(ada, "support", hours=FROM_HALF_PAST)
    path = waiting(bot, "sales")

    stay_online([sue], simulation, 25)
    before = place(bot, path)
    stay_online([sue], simulation, 10)

    assert (before, place(bot, path)) == ("sales", "support")


def test_an_overflow_agent_who_comes_later_gets_those_who_wait(
    simulation: Simulation, bot: Api, ada: Api, sue: Api
) -> None:
    queue(ada, "sales", fallback="support")
    path = waiting(bot, "sales")
    simulation.advance(5 * MINUTE)
    before = place(bot, path)

    online(sue)
    simulation.advance(MINUTE)

    assert (before, place(bot, path)) == ("sales", "support")


def test_a_release_into_a_queue_that_has_closed_goes_to_the_overflow_queue(
    simulation: Simulation, bot: Api, ada: Api, sal: Api, sue: Api
) -> None:
    queue(ada, "sales", fallback="support", hours=UNTIL_HALF_PAST)
    online(sal)
    path = waiting(bot, "sales")
    ok(sal.post(f"{path}/claim", {}))
    stay_online([sal, sue], simulation, 35)

    ok(sal.post(f"{path}/release", {}))
    simulation.run_reactions()

    assert moves(bot, path) == [("support", "fallback")]


def test_a_transfer_into_a_deserted_queue_goes_on_to_its_overflow_queue(
    simulation: Simulation, bot: Api, ada: Api, sal: Api, sue: Api
) -> None:
    queue(ada, "vip", fallback="support")
    online(sal), online(sue)
    path = waiting(bot, "sales")
    ok(sal.post(f"{path}/claim", {}))

    ok(sal.post(f"{path}/transfer", {"queue": "vip"}))
    simulation.run_reactions()

    assert moves(bot, path) == [("vip", None), ("support", "fallback")]


def test_an_owner_who_is_lost_leaves_the_conversation_to_the_overflow_queue(
    services: MemoryServices, simulation: Simulation, bot: Api, ada: Api, sal: Api, sue: Api
) -> None:
    queue(ada, "sales", fallback="support")
    SocketClient(services, sal, "sal's")
    path = waiting(bot, "sales")
    ok(sal.post(f"{path}/claim", {}))
    simulation.run_reactions()
    online(sue)

    disconnect(services, "sal's")
    simulation.advance(4 * MINUTE)

    assert moves(bot, path) == [("support", "fallback")]


# The other direction


def test_a_conversation_returns_if_only_the_queue_it_was_meant_for_is_served(
    simulation: Simulation, bot: Api, ada: Api, sal: Api, sue: Api
) -> None:
    queue(ada, "sales", fallback="support")
    online(sue)
    path = waiting(bot, "sales")
    simulation.run_reactions()
    assert place(bot, path) == "support"
    ok(sue.put("/agents/me/status", {"status": "offline"}))
    simulation.advance(5 * MINUTE)

    online(sal)
    simulation.advance(MINUTE)

    assert moves(bot, path) == [("support", "fallback"), ("sales", "fallback")]


def test_a_conversation_that_somebody_serves_does_not_move_again(
    simulation: Simulation, bot: Api, ada: Api, sal: Api, sue: Api
) -> None:
    queue(ada, "sales", fallback="support")
    online(sue)
    path = waiting(bot, "sales")
    simulation.run_reactions()

    stay_online([sal, sue], simulation, 30)

    assert moves(bot, path) == [("support", "fallback")]


def test_a_conversation_that_was_meant_for_the_overflow_queue_stays_there(
    simulation: Simulation, bot: Api, ada: Api, sal: Api
) -> None:
    """`sales` overflows into `support`, and not the other way round."""
    queue(ada, "sales", fallback="support")
    path = waiting(bot, "support")

    stay_online([sal], simulation, 30)

    assert moves(bot, path) == []


def test_a_conversation_that_somebody_transferred_to_the_overflow_queue_stays_there(
    simulation: Simulation, bot: Api, ada: Api, sal: Api
) -> None:
    queue(ada, "sales", fallback="support")
    online(sal)
    path = waiting(bot, "sales")
    ok(sal.post(f"{path}/claim", {}))
    ok(sal.post(f"{path}/transfer", {"queue": "support"}))

    stay_online([sal], simulation, 30)

    assert moves(bot, path) == [("support", None)]


def test_a_conversation_that_gave_up_its_queue_does_not_return_to_it(
    simulation: Simulation, bot: Api, ada: Api, sal: Api
) -> None:
    """Otherwise it would go to and fro for ever."""
    queue(ada, "sales", fallback="support", limits={"give_up": 600})
    queue(ada, "support", limits={"give_up": 600})
    online(sal)
    path = waiting(bot, "sales")

    stay_online([sal], simulation, 30)

    assert moves(bot, path) == [("support", "give_up")]
    assert ok(bot.get(path))["status"] == "bot"


def test_giving_up_prefers_an_overflow_queue_that_is_served(
    simulation: Simulation, bot: Api, ada: Api, sal: Api, sue: Api
) -> None:
    queue(ada, "sales", fallback="deserted", limits={"give_up": 600})
    queue(ada, "deserted", fallback="support")
    online(sal)
    path = waiting(bot, "sales")

    stay_online([sal, sue], simulation, 15)

    assert moves(bot, path) == [("support", "give_up")]


def test_many_who_wait_move_together_and_keep_their_waiting_time(
    simulation: Simulation, bot: Api, ada: Api, sal: Api, sue: Api
) -> None:
    queue(ada, "sales", fallback="support")
    online(sal), online(sue)
    paths = [waiting(bot, "sales", user={"id": f"u-{n}"}) for n in range(30)]
    before = [ok(bot.get(path))["waiting_since"] for path in paths]

    ok(sal.put("/agents/me/status", {"status": "offline"}))
    simulation.advance(MINUTE)

    assert {place(bot, path) for path in paths} == {"support"}
    assert [ok(bot.get(path))["waiting_since"] for path in paths] == before


def test_queues_without_an_overflow_queue_are_left_alone(
    simulation: Simulation, bot: Api, ada: Api, sue: Api
) -> None:
    queue(ada, "sales")
    paths = [waiting(bot, name, user={"id": f"u-{name}"}) for name in (None, "sales")]

    stay_online([sue], simulation, 30)

    assert [moves(bot, path) for path in paths] == [[], []]


# Offers that nobody accepts


def notifications(services: MemoryServices) -> list[str]:
    found = services.notifications.latest("demo", None, 100)
    assert all(each.level == "warning" for each in found)
    return [f"{each.conversation_id}: {each.message}" for each in found]


def test_supervisors_hear_of_offers_that_nobody_accepts_and_the_offers_go_on(
    services: MemoryServices, simulation: Simulation, bot: Api, ada: Api, sal: Api
) -> None:
    queue(ada, "sales", mode="offer", offer_seconds=60)
    person(services, "cy", queues=frozenset({"sales"}))
    cy = bot.login("cy")
    online(sal), online(cy)
    path = waiting(bot, "sales")
    simulation.advance(MINUTE)
    after_one = notifications(services)

    simulation.advance(3 * MINUTE)

    (told,) = notifications(services)
    assert after_one == []
    assert told.endswith("All agents of the queue sales who are free let a conversation pass.")
    assert told.startswith(ok(bot.get(path))["id"])
    assert ok(bot.get(path))["offered_to"]


def test_offers_to_agents_who_have_gone_silent_go_on_when_somebody_is_free(
    services: MemoryServices, simulation: Simulation, bot: Api, ada: Api, sal: Api
) -> None:
    """Eleven minutes after their last sign of life, nobody is left to be asked."""
    queue(ada, "sales", mode="offer", offer_seconds=60)
    online(sal)
    path = waiting(bot, "sales")

    simulation.advance(40 * MINUTE)
    while_nobody_is_there = ok(bot.get(path))["offered_to"]
    online(sal)
    simulation.run_reactions()

    assert while_nobody_is_there is None
    assert len(notifications(services)) == 1
    assert ok(bot.get(path))["offered_to"]["name"] == "Sal"


def test_nobody_is_told_while_an_offer_stands_or_nobody_was_asked(
    services: MemoryServices, simulation: Simulation, bot: Api, ada: Api, sal: Api
) -> None:
    queue(ada, "sales", mode="offer", offer_seconds=600)
    waiting(bot, "sales")
    simulation.advance(5 * MINUTE)
    online(sal)
    simulation.advance(5 * MINUTE)

    assert notifications(services) == []


def test_a_message_of_a_waiting_user_moves_nothing(
    simulation: Simulation, bot: Api, ada: Api, sal: Api
) -> None:
    queue(ada, "sales", fallback="support")
    online(sal)
    path = waiting(bot, "sales")

    ok(bot.post(f"{BOT}/messages", message(text="Hello?")))
    simulation.advance(MINUTE)

    assert moves(bot, path) == []
