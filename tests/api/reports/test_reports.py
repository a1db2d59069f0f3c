"""The report on ended handoffs."""

from typing import Any

import pytest

from tests.api.conversation_setup import BOT, begun, ok, online, owned, waiting
from tests.api.simulation import run_reactions
from tests.support.api import Api
from tests.support.services import MemoryServices

SECOND = 1000
DAY = 24 * 60 * 60 * SECOND


def reported(sam: Api, **days: str) -> Any:
    return ok(sam.get(f"{BOT}/report", **days))


def times(counted: Any) -> dict[str, tuple[int, int | None]]:
    names = ("time_to_claim", "time_to_first_answer", "length")
    return {name: (counted[name]["count"], counted[name]["mean_s"]) for name in names}


def test_a_report_is_empty_before_any_handoff_has_ended(bot: Api, ana: Api, sam: Api) -> None:
    owned(bot, ana)

    found = reported(sam)

    assert (found["from"], found["to"]) == ("2025-12-03", "2026-01-01")
    assert (found["queues"], found["agents"], found["days"]) == ([], [], [])
    assert found["totals"]["handoffs"] == 0


def test_a_handoff_is_reported_with_its_times(
    services: MemoryServices, bot: Api, ana: Api, sam: Api
) -> None:
    path = waiting(bot, "sales")
    services.clock.advance(20 * SECOND)
    ok(sam.post(f"{path}/claim"))
    services.clock.advance(25 * SECOND)
    ok(sam.post(f"{path}/messages", {"text": "Hello."}))
    bot.post(f"{path}/messages", {"from": "bot", "text": "Me too!"})
    services.clock.advance(55 * SECOND)
    ok(sam.post(f"{path}/unpause"))
    run_reactions(services, path)

    found = reported(sam)

    totals = found["totals"]
    assert (totals["handoffs"], totals["outcomes"]["resolved"], totals["leaks"]) == (1, 1, 1)
    assert times(totals) == {
        "time_to_claim": (1, 20),
        "time_to_first_answer": (1, 45),
        "length": (1, 100),
    }
    assert found["hours"] == [1] + [0] * 23
    (queue,), (agent,), (day,) = found["queues"], found["agents"], found["days"]
    assert (queue["queue"], agent["name"], day["day"]) == ("sales", "Sam", "2026-01-01")
    assert times(queue) == times(agent) == times(day) == times(totals)


def test_a_duplicate_stream_record_is_reported_once(
    services: MemoryServices, bot: Api, ana: Api, sam: Api
) -> None:
    path = owned(bot, ana)
    ok(ana.post(f"{path}/unpause"))

    run_reactions(services, path, times=3)

    assert reported(sam)["totals"]["handoffs"] == 1


def test_each_handoff_of_a_conversation_counts_with_its_own_messages(
    services: MemoryServices, bot: Api, ana: Api, sam: Api
) -> None:
    for _ in range(3):
        path = owned(bot, ana)
        bot.post(f"{path}/messages", {"from": "bot", "text": "Me too!"})
        ok(ana.post(f"{path}/unpause"))
    run_reactions(services, path)

    totals = reported(sam)["totals"]

    assert (totals["handoffs"], totals["leaks"]) == (3, 3)


def test_a_handoff_counts_for_its_last_queue_and_its_last_agent(
    services: MemoryServices, bot: Api, ana: Api, bo: Api, sam: Api
) -> None:
    path = owned(bot, ana)
    bos = online(bo)
    ok(ana.post(f"{path}/transfer", {"agent": bos}))
    ok(bo.post(f"{path}/transfer", {"queue": "billing"}))
    ok(sam.post(f"{path}/transfer", {"agent": bos}))
    ok(bo.post(f"{path}/unpause"))
    run_reactions(services, path)

    found = reported(sam)

    assert [(each["queue"], each["transfers"]) for each in found["queues"]] == [("billing", 3)]
    assert [each["name"] for each in found["agents"]] == ["Bo"]


def test_a_left_message_is_reported(services: MemoryServices, bot: Api, sam: Api) -> None:
    path = begun(bot)
    ok(bot.post(f"{path}/pause", {"if_unavailable": "leave_message"}))
    run_reactions(services, path)

    found = reported(sam)

    assert found["totals"]["outcomes"]["message_left"] == 1
    assert times(found["totals"])["length"] == (0, None)
    assert found["queues"][0]["queue"] is None
    assert found["agents"] == []


def test_a_report_contains_only_the_requested_days(
    services: MemoryServices, bot: Api, sam: Api
) -> None:
    for _ in range(3):
        path = waiting(bot)
        ok(bot.post(f"{path}/unpause", {"outcome": "cancelled"}))
        run_reactions(services, path)
        services.clock.advance(DAY)
    sam = bot.login("sam")

    days = [each["day"] for each in reported(sam)["days"]]
    narrow = reported(sam, **{"from": "2026-01-02", "to": "2026-01-02"})

    assert days == ["2026-01-01", "2026-01-02", "2026-01-03"]
    assert [each["day"] for each in narrow["days"]] == ["2026-01-02"]
    assert narrow["totals"]["handoffs"] == 1


def test_a_handoff_is_absent_from_another_bots_report(
    services: MemoryServices, bot: Api, ana: Api, owner: Api
) -> None:
    path = owned(bot, ana)
    ok(ana.post(f"{path}/unpause"))
    run_reactions(services, path)

    assert ok(owner.get("/bots/other/report"))["totals"]["handoffs"] == 0


def test_a_report_spans_at_most_92_days(sam: Api) -> None:
    assert sam.get(f"{BOT}/report", **{"from": "2026-01-01", "to": "2026-04-02"}).status == 200
    assert sam.get(f"{BOT}/report", **{"from": "2026-01-01", "to": "2026-04-03"}).status == 400


@pytest.mark.parametrize(
    "days",
    [
        {"from": "yesterday"},
        {"to": "2026-02-30"},
        {"to": "20260101"},
        {"to": "2026-1-1"},
        {"from": ""},
        {"to": "0001-01-01"},
        {"from": "2026-01-02", "to": "2026-01-01"},
    ],
)
def test_invalid_days_are_refused(days: dict[str, str], sam: Api) -> None:
    assert sam.get(f"{BOT}/report", **days).status == 400


def test_the_last_possible_day_may_be_requested(sam: Api) -> None:
    assert sam.get(f"{BOT}/report", to="9999-12-31").status == 200


def test_a_leak_after_the_return_is_reported_once_despite_duplicate_records(
    services: MemoryServices, bot: Api, ana: Api, sam: Api
) -> None:
    path = owned(bot, ana)
    epoch = ok(bot.get(f"{path}/gate"))["epoch"]
    ok(ana.post(f"{path}/unpause"))
    late = bot.post(f"{path}/messages", {"from": "bot", "text": "Me too!", "epoch": epoch})
    assert (late.status, late.json["code"]) == (409, "stale_epoch")

    run_reactions(services, path, times=3)

    found = reported(sam)
    assert (found["totals"]["handoffs"], found["totals"]["leaks"]) == (1, 1)
    (queue,) = found["queues"]
    assert (queue["queue"], queue["leaks"]) == (None, 1)


# The team's time zone, and channels


def test_days_and_hours_are_those_of_the_teams_time_zone(
    services: MemoryServices, bot: Api, sam: Api, owner: Api
) -> None:
    """It is midnight in UTC, and five o'clock in the afternoon of the day before in Phoenix."""
    ok(owner.put(f"{BOT}/settings", {"time_zone": "America/Phoenix"}))
    path = waiting(bot)
    ok(bot.post(f"{path}/unpause", {"outcome": "cancelled"}))
    run_reactions(services, path)
    ok(owner.put(f"{BOT}/settings", {"time_zone": "Asia/Tokyo"}))

    found = reported(sam)

    assert (found["time_zone"], found["to"]) == ("Asia/Tokyo", "2026-01-01")
    assert [each["day"] for each in found["days"]] == ["2025-12-31"]
    assert found["hours"].index(1) == 17
    assert [sum(hours) for hours in found["weekday_hours"]] == [0, 0, 1, 0, 0, 0, 0]


def test_handoffs_are_reported_by_channel(services: MemoryServices, bot: Api, sam: Api) -> None:
    for channel in ("web", "sms", "web"):
        path = waiting(bot, channel=channel)
        handoff_id = ok(bot.get(path))["handoff"]["id"]
        ok(bot.post(f"{path}/unpause", {"outcome": "cancelled"}))
        ok(bot.post(f"{BOT}/handoffs/{handoff_id}/rating", {"score": 4}))
        run_reactions(services, path)

    found = {each["channel"]: each for each in reported(sam)["channels"]}

    assert {name: each["handoffs"] for name, each in found.items()} == {"web": 2, "sms": 1}
    assert {name: each["ratings"]["count"] for name, each in found.items()} == {"web": 2, "sms": 1}


@pytest.mark.parametrize("zone", ["Mars/Olympus", "EST", "", "Europe/Madrid\x00", "../etc/passwd"])
def test_a_time_zone_that_there_is_not_is_refused(owner: Api, zone: str) -> None:
    answer = owner.put(f"{BOT}/settings", {"time_zone": zone})

    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "time_zone")
    assert ok(owner.get(f"{BOT}/settings"))["time_zone"] == "UTC"
