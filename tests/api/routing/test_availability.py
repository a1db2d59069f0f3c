"""Availability of agents, waiting counts, and pauses while no agent is available."""

from typing import Any

import pytest

from tests.api.conversation_setup import BOT, begun, message, ok, online, owned, person, waiting
from tests.api.simulation import run_reactions
from tests.support.api import Api
from tests.support.services import MemoryServices

CLOSED = {"hours": {"time_zone": "UTC", "weekly": {}}}
OPEN = {"hours": {"time_zone": "UTC", "weekly": {"thursday": [["00:00", "24:00"]]}}}
"""The world begins on Thursday, 1 January 2026."""
MINUTE = 60_000


def available(bot: Api, queue: str | None = None) -> Any:
    return ok(bot.get(f"{BOT}/availability", **({"queue": queue} if queue else {})))


def place(bot: Api, path: str) -> tuple[int, int | None]:
    found = ok(bot.get(f"{path}/position"))
    return found["position"], found["estimated_wait_s"]


def line_up(bot: Api, *users: str, queue: str | None = "sales") -> list[str]:
    return [waiting(bot, queue, user={"id": user}) for user in users]


def served(
    services: MemoryServices, bot: Api, user: str, minutes: int, queue: str | None = None
) -> None:
    """A whole handoff, claimed after so many minutes."""
    path = waiting(bot, queue, user={"id": user})
    services.clock.advance(minutes * MINUTE)
    sam = bot.login("sam")
    ok(sam.post(f"{path}/claim"))
    ok(sam.post(f"{path}/unpause"))
    run_reactions(services, path)


def test_no_agents_are_counted_if_none_is_online(bot: Api) -> None:
    assert available(bot) == {
        "online": 0,
        "free": 0,
        "open_now": True,
        "waiting": 0,
        "median_wait_s": None,
        "served": True,
    }


def test_agents_of_the_queue_are_counted(services: MemoryServices, bot: Api, sam: Api) -> None:
    person(services, "cy", queues=frozenset({"sales"}), capacity=1)
    person(services, "di", queues=frozenset({"support"}))
    for name in ("cy", "di"):
        online(bot.login(name))
    online(sam)

    counts = {queue: available(bot, queue)["online"] for queue in ("sales", "support", "vip")}

    assert counts == {"sales": 2, "support": 2, "vip": 1}


def test_an_agent_at_capacity_or_away_is_not_free(
    services: MemoryServices, bot: Api, sam: Api
) -> None:
    person(services, "cy", capacity=1)
    cy = bot.login("cy")
    online(cy)
    online(sam)
    ok(cy.post(f"{begun(bot)}/pause", {"agent": "cy@example.test"}))

    before = available(bot)
    ok(sam.put("/agents/me/status", {"status": "away"}))
    after = available(bot)

    assert [(each["online"], each["free"]) for each in (before, after)] == [(2, 1), (1, 0)]


def test_waiting_conversations_are_counted_by_queue_and_in_total(bot: Api, ana: Api) -> None:
    line_up(bot, "a", "b")
    line_up(bot, "c", queue=None)
    owned(bot, ana)

    counts = [available(bot, queue)["waiting"] for queue in ("sales", "support", None)]

    assert counts == [2, 0, 3]


def test_a_queue_is_open_by_its_hours(owner: Api, bot: Api) -> None:
    ok(owner.put(f"{BOT}/queues/sales", CLOSED))
    ok(owner.put(f"{BOT}/queues/support", OPEN))

    found = [available(bot, queue)["open_now"] for queue in ("sales", "support", "vip", None)]

    assert found == [False, True, True, True]


def test_the_median_wait_is_that_of_the_last_days(services: MemoryServices, bot: Api) -> None:
    for user, minutes in (("a", 1), ("b", 4), ("c", 9)):
        served(services, bot, user, minutes)

    median = available(bot)["median_wait_s"]
    services.clock.advance(9 * 24 * 60 * MINUTE)

    assert 120 <= median <= 300
    assert available(bot)["median_wait_s"] is None


def test_each_queue_has_a_median_of_its_own(services: MemoryServices, bot: Api) -> None:
    served(services, bot, "a", 1, "sales")
    for user in ("b", "c"):
        served(services, bot, user, 9, "support")

    medians = [available(bot, queue)["median_wait_s"] for queue in ("sales", "support", "vip")]

    assert 30 <= medians[0] <= 60
    assert 300 <= medians[1] <= 600
    assert medians[2] is None
    assert 300 <= available(bot)["median_wait_s"] <= 600


# A place in the queue


def test_the_longest_waiting_conversation_is_next(services: MemoryServices, bot: Api) -> None:
    paths = []
    for user in ("a", "b", "c"):
        paths += line_up(bot, user)
        services.clock.advance(1000)

    assert [place(bot, path)[0] for path in paths] == [1, 2, 3]


def test_a_higher_priority_goes_first(services: MemoryServices, bot: Api) -> None:
    (first,) = line_up(bot, "a")
    services.clock.advance(1000)
    urgent = begun(bot, user={"id": "b"})
    ok(bot.post(f"{urgent}/pause", {"queue": "sales", "priority": 5}))

    assert (place(bot, first)[0], place(bot, urgent)[0]) == (2, 1)


def test_the_position_counts_one_queue_or_all_if_there_is_no_queue(
    services: MemoryServices, bot: Api
) -> None:
    line_up(bot, "a", queue="support")
    services.clock.advance(1000)
    (sales,) = line_up(bot, "b")
    services.clock.advance(1000)
    (anywhere,) = line_up(bot, "c", queue=None)

    assert (place(bot, sales)[0], place(bot, anywhere)[0]) == (1, 3)


def test_a_conversation_that_does_not_wait_has_no_position(bot: Api, ana: Api) -> None:
    refused = [
        bot.get(f"{path}/position") for path in (begun(bot, user={"id": "u-2"}), owned(bot, ana))
    ]

    assert [answer.status for answer in refused] == [409, 409]
    assert {answer.json["code"] for answer in refused} == {"illegal_move"}
    assert [answer.json["conversation_status"] for answer in refused] == ["bot", "agent"]


# Nobody is there


def test_a_closed_queue_is_unavailable_even_with_agents_online(
    owner: Api, bot: Api, ana: Api
) -> None:
    ok(owner.put(f"{BOT}/queues/sales", CLOSED))
    online(bot.login("sam"))
    path = begun(bot)

    refused = bot.post(f"{path}/pause", {"queue": "sales", "if_unavailable": "refuse"})
    left = bot.post(f"{path}/pause", {"queue": "sales", "if_unavailable": "leave_message"})

    assert (refused.status, refused.json["code"]) == (409, "no_agent_available")
    assert (left.status, left.json["status"]) == (200, "bot")


def test_an_open_queue_with_a_free_agent_is_available(owner: Api, bot: Api) -> None:
    ok(owner.put(f"{BOT}/queues/sales", OPEN))
    online(bot.login("sam"))

    head = ok(bot.post(f"{begun(bot)}/pause", {"queue": "sales", "if_unavailable": "refuse"}))

    assert head["status"] == "waiting"


def test_the_availability_of_an_overflow_queue_counts(
    services: MemoryServices, owner: Api, bot: Api
) -> None:
    ok(owner.put(f"{BOT}/queues/night", {**CLOSED, "fallback": "sales"}))
    person(services, "cy", queues=frozenset({"sales"}), capacity=1)
    asked = {"queue": "night", "if_unavailable": "refuse"}
    paths = [begun(bot, user={"id": f"u-{n}"}) for n in range(3)]

    deserted = bot.post(f"{paths[0]}/pause", asked)
    cy = bot.login("cy")
    online(cy)
    taken = bot.post(f"{paths[1]}/pause", asked)
    run_reactions(services, paths[1])
    ok(cy.post(f"{paths[1]}/claim"))
    full = bot.post(f"{paths[2]}/pause", asked)

    assert [deserted.status, taken.status, full.status] == [409, 200, 409]
    assert ok(bot.get(paths[1]))["queue"] == "sales"


@pytest.mark.parametrize("wanted", [None, "queue"])
def test_a_closed_queue_takes_requests_that_can_wait(
    wanted: str | None, owner: Api, bot: Api
) -> None:
    ok(owner.put(f"{BOT}/queues/sales", CLOSED))
    asked = {"if_unavailable": wanted} if wanted else {}

    head = ok(bot.post(f"{begun(bot)}/pause", {"queue": "sales", **asked}))

    assert head["status"] == "waiting"
    assert ok(bot.post(f"{BOT}/messages", message()))["disposition"] == "waiting"
