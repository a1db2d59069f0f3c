"""The settings of a bot and of its queues."""

from typing import Any

import pytest

from chalicelib.domain.bot_settings import DEFAULT_TYPES
from tests.api.conversation_setup import BOT, begun, log, ok, person, waiting
from tests.support.api import Api
from tests.support.services import QUEUES, MemoryServices


@pytest.fixture(autouse=True)
def no_queues(services: MemoryServices) -> None:
    for name in QUEUES:
        services.directory.delete_queue("demo", name)


MADRID = {"time_zone": "Europe/Madrid", "weekly": {"monday": [["09:00", "13:00"]]}}
FULL: dict[str, Any] = {
    "priority": 3,
    "mode": "offer",
    "offer_seconds": 45,
    "fallback": "support",
    "hours": {**MADRID, "holidays": ["2026-12-25"]},
    "limits": {
        "first_alert": 60,
        "escalate": [120, 300],
        "give_up": 900,
        "agent_idle": 600,
        "user_idle": 1200,
        "max_length": 86_400,
        "agent_lost": 60,
    },
    "texts": {"es-MX": {"claimed": "Hola, soy {agent}", "closed": None}},
}
DEFAULTS = {
    "priority": 0,
    "mode": "manual",
    "offer_seconds": 30,
    "fallback": None,
    "hours": None,
    "limits": {
        "first_alert": 60,
        "escalate": [300],
        "give_up": None,
        "agent_idle": None,
        "user_idle": None,
        "max_length": None,
        "agent_lost": 120,
    },
    "texts": {},
}


def test_a_queue_is_shown_as_it_was_set(owner: Api, sam: Api) -> None:
    answer = owner.put(f"{BOT}/queues/sales%20%23%2F1", FULL)

    assert answer.status == 200
    assert answer.json == {"name": "sales #/1", **FULL, "served": False}
    assert sam.get(f"{BOT}/queues").json == {"items": [answer.json], "next": None}


def test_an_omitted_queue_setting_gets_its_default(owner: Api) -> None:
    owner.put(f"{BOT}/queues/sales", FULL)

    assert owner.put(f"{BOT}/queues/sales", {}).json == {
        "name": "sales",
        **DEFAULTS,
        "served": False,
    }


def test_a_removed_queue_hides_nobody(owner: Api, bot: Api, services: MemoryServices) -> None:
    nell = person(services, "nell", queues=frozenset({"sales", "support"}))
    ok(owner.put(f"{BOT}/queues/sales", FULL))
    ok(owner.put(f"{BOT}/queues/support", {}))
    path = waiting(bot, "sales")

    removed = [owner.send("DELETE", f"{BOT}/queues/sales").status for _ in range(2)]

    assert removed == [204, 204]
    assert [queue["name"] for queue in owner.get(f"{BOT}/queues").json["items"]] == ["support"]
    head = bot.get(path).json
    assert (head["status"], head["queue"]) == ("waiting", None)
    assert log(bot, path)[-1]["payload"]["cause"] == "queue_removed"
    members = {each["id"]: each for each in owner.get(f"{BOT}/agents").json["items"]}
    assert members[nell]["queues"] == ["support"]
    told = [each["message"] for each in owner.get(f"{BOT}/notifications").json["items"]]
    assert told == [
        "The queue sales was removed while a user waited in it. They wait without a queue."
    ]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"hours": {**MADRID, "time_zone": "Mars/Base"}}, "hours.time_zone"),
        (
            {"hours": {**MADRID, "weekly": {"monday": [["09:00", "13:00"], ["12:00", "14:00"]]}}},
            "hours.weekly.monday",
        ),
        ({"hours": {**MADRID, "weekly": {"monday": [["22:00", "02:00"]]}}}, "hours.weekly.monday"),
        ({"hours": {**MADRID, "weekly": {"lunes": []}}}, "hours.weekly.lunes"),
        ({"hours": {**MADRID, "holidays": ["2026-02-30"]}}, "hours.holidays[0]"),
        ({"fallback": "sales"}, "fallback"),
        ({"limits": {"give_up": 0}}, "limits.give_up"),
        ({"limits": {"escalate": [300, 120]}}, "limits.escalate"),
        ({"priority": 10}, "priority"),
        ({"offer_seconds": 1}, "offer_seconds"),
        ({"mode": "round_robin"}, "mode"),
        ({"texts": {"en": {"goodbye": "x"}}}, "texts.en.goodbye"),
    ],
)
def test_an_invalid_setting_is_refused_and_named(
    wrong: dict[str, Any], field: str, owner: Api
) -> None:
    answer = owner.put(f"{BOT}/queues/sales", wrong)

    assert answer.status == 400
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert owner.get(f"{BOT}/queues").json["items"] == []


def test_overflow_queues_cannot_form_a_circle(owner: Api) -> None:
    ok(owner.put(f"{BOT}/queues/sales", {"fallback": "support"}))
    ok(owner.put(f"{BOT}/queues/support", {"fallback": "night"}))

    answer = owner.put(f"{BOT}/queues/night", {"fallback": "sales"})

    assert answer.status == 400
    assert answer.json["errors"][0]["field"] == "fallback"
    ok(owner.put(f"{BOT}/queues/night", {"fallback": "weekend"}))


@pytest.mark.parametrize("name", ["x" * 33, "%00", "%0a"])
def test_an_invalid_queue_name_is_refused(name: str, owner: Api) -> None:
    answer = owner.put(f"{BOT}/queues/{name}", {})

    assert answer.status == 400
    assert answer.json["errors"][0]["field"] == "name"


def test_the_settings_of_a_bot_are_shown_as_they_were_set(owner: Api) -> None:
    wanted = {
        "leave_words": ["/end"],
        "default_locale": "ar",
        "texts": {"ar": {"expired": None}},
        "outbound": True,
        "after_return": "everybody",
        "retention_days": 90,
        "mask": ["card", "phone"],
        "max_file_bytes": 5,
        "file_types": ["image/*"],
        "search_messages": False,
        "time_zone": "Asia/Kolkata",
    }
    before = owner.get(f"{BOT}/settings").json

    ok(owner.put(f"{BOT}/settings", wanted))

    assert before == {
        "leave_words": [],
        "default_locale": "en",
        "texts": {},
        "outbound": False,
        "after_return": "queue",
        "retention_days": None,
        "mask": [],
        "max_file_bytes": 25 * 1024 * 1024,
        "file_types": list(DEFAULT_TYPES),
        "search_messages": True,
        "time_zone": "UTC",
    }
    assert owner.get(f"{BOT}/settings").json == wanted
    assert owner.get("/bots/other/settings").json == before


def test_a_request_has_at_least_the_priority_of_its_queue(owner: Api, bot: Api) -> None:
    ok(owner.put(f"{BOT}/queues/sales", {"priority": 3}))

    priorities = []
    for user, request in enumerate([{}, {"priority": 1}, {"priority": 7}]):
        path = begun(bot, user={"id": f"u-{user}"})
        priorities.append(ok(bot.post(f"{path}/pause", {"queue": "sales", **request}))["priority"])

    assert priorities == [3, 3, 7]
