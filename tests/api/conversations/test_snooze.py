"""The owner lets the inactivity timers of a conversation wait."""

import pytest

from chalicelib.usecases.views import timestamp
from tests.api.conversation_setup import log, message, ok, online, owned, waiting
from tests.support.api import Api
from tests.support.services import MemoryServices

SECOND = 1000
DAY = 24 * 60 * 60 * SECOND


@pytest.fixture
def tomorrow(services: MemoryServices) -> str:
    return timestamp(services.clock.now() + DAY)


def snoozed_until(bot: Api, path: str) -> str | None:
    until: str | None = ok(bot.get(path))["snoozed_until"]
    return until


def test_a_snooze_is_in_the_head_and_in_the_log(bot: Api, ana: Api, tomorrow: str) -> None:
    path = owned(bot, ana)
    epoch = ok(bot.get(path))["epoch"]

    head = ok(ana.post(f"{path}/snooze", {"until": tomorrow, "epoch": epoch}))

    assert (head["snoozed_until"], head["epoch"], head["status"]) == (tomorrow, epoch, "agent")
    entry = log(bot, path)[-1]
    assert (entry["kind"], entry["payload"]) == ("snoozed", {"until": tomorrow})
    assert snoozed_until(bot, path) == tomorrow


def test_a_snooze_can_be_replaced_and_ended(
    services: MemoryServices, bot: Api, ana: Api, sam: Api, tomorrow: str
) -> None:
    path = owned(bot, ana)
    later = timestamp(services.clock.now() + 7 * DAY)
    ok(ana.post(f"{path}/snooze", {"until": tomorrow}))

    assert ok(sam.post(f"{path}/snooze", {"until": later}))["snoozed_until"] == later
    assert ok(ana.post(f"{path}/snooze", {"until": None}))["snoozed_until"] is None
    assert [e["payload"] for e in log(bot, path) if e["kind"] == "snoozed"] == [
        {"until": tomorrow},
        {"until": later},
        {"until": None},
    ]


def test_an_offset_from_utc_is_understood(bot: Api, ana: Api) -> None:
    path = owned(bot, ana)

    head = ok(ana.post(f"{path}/snooze", {"until": "2026-01-02T09:00:00+01:00"}))

    assert head["snoozed_until"] == "2026-01-02T08:00:00.000Z"


@pytest.mark.parametrize("ahead", [-DAY, 0, 7 * DAY + 1])
def test_a_time_in_the_past_or_too_far_ahead_is_refused_and_named(
    ahead: int, services: MemoryServices, bot: Api, ana: Api
) -> None:
    path = owned(bot, ana)

    refused = ana.post(f"{path}/snooze", {"until": timestamp(services.clock.now() + ahead)})

    assert (refused.status, refused.json["errors"][0]["field"]) == (400, "until")
    assert snoozed_until(bot, path) is None


def test_the_users_next_message_ends_a_snooze_and_the_agents_does_not(
    bot: Api, ana: Api, tomorrow: str
) -> None:
    path = owned(bot, ana)
    ok(ana.post(f"{path}/snooze", {"until": tomorrow}))

    ok(ana.post(f"{path}/messages", {"text": "See you tomorrow."}))
    assert snoozed_until(bot, path) == tomorrow
    ok(bot.post("/bots/demo/messages", message(text="Now, please.")))
    assert snoozed_until(bot, path) is None


@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("release", {}),
        ("transfer", {"queue": "billing"}),
        ("transfer", {"agent": "bo@example.test"}),
        ("unpause", {}),
    ],
)
def test_who_gives_a_conversation_away_ends_its_snooze(
    command: str, body: dict[str, str], bot: Api, ana: Api, bo: Api, tomorrow: str
) -> None:
    online(bo)
    path = owned(bot, ana)
    ok(ana.post(f"{path}/snooze", {"until": tomorrow}))

    assert ok(ana.post(f"{path}/{command}", body))["snoozed_until"] is None


def test_only_the_owner_and_supervisors_snooze_what_an_agent_has(
    bot: Api, ana: Api, bo: Api, tomorrow: str
) -> None:
    body = {"until": tomorrow}

    assert bo.post(f"{owned(bot, ana)}/snooze", body).json["code"] == "already_claimed"
    other = waiting(bot, user={"id": "u-2"})
    assert ana.post(f"{other}/snooze", body).json["code"] == "illegal_move"


def test_a_repeated_call_gets_the_first_answer_with_its_time(
    bot: Api, ana: Api, tomorrow: str
) -> None:
    path = owned(bot, ana)
    key = {"Idempotency_Key": "once"}
    first = ana.post(f"{path}/snooze", {"until": tomorrow}, **key)
    ok(ana.post(f"{path}/snooze", {"until": None}))

    assert ana.post(f"{path}/snooze", {"until": tomorrow}, **key).json == first.json
