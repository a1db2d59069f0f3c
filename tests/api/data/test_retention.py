"""Data that is older than a bot's `retention_days` is deleted."""

import pytest

from chalicelib.usecases.privacy import erase, retention
from tests.api.conversation_setup import BOT, begun, id_of, log, message, ok, waiting
from tests.support.api import Api
from tests.support.services import MemoryServices

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
OLD = "an old word"


def pass_days(services: MemoryServices, days: int) -> None:
    """With the sweeps of the last minutes."""
    services.clock.advance(days * DAY)
    for _ in range(2):
        services.clock.advance(MINUTE)
        until = services.clock.now() + MINUTE
        retention.apply_retention(services, until)
        erase.sweep(services, until)


def keep(owner: Api, days: int | None) -> None:
    ok(owner.put(f"{BOT}/settings", {"retention_days": days}))


def stored(services: MemoryServices) -> str:
    return repr({name: value for name, value in vars(services.memory).items() if name != "lock"})


def logged_in(owner: Api) -> Api:
    """A session ends within days."""
    return owner.login("owner")


def test_by_default_everything_is_kept(services: MemoryServices, bot: Api) -> None:
    path = begun(bot, text=OLD)

    pass_days(services, 3650)

    assert [e["text"] for e in log(bot, path)] == [OLD]


def test_a_conversation_without_activity_for_so_long_is_erased(
    services: MemoryServices, bot: Api, owner: Api
) -> None:
    keep(owner, 30)
    path = begun(bot, text=OLD, user={"id": "u-1", "name": OLD})
    pass_days(services, 29)
    assert [e["text"] for e in log(bot, path)] == [OLD]

    pass_days(services, 2)

    assert [e["kind"] for e in log(bot, path)] == ["erased"]
    assert OLD not in stored(services)
    events = ok(logged_in(owner).get(f"{BOT}/audit"))["items"]
    assert [e["facts"]["conversations"] for e in events if e["action"] == "retention_applied"] == [
        "1"
    ]


def test_old_entries_and_handoffs_of_an_active_conversation_are_deleted(
    services: MemoryServices, bot: Api, owner: Api
) -> None:
    keep(owner, 30)
    path = waiting(bot, text=OLD)
    ok(bot.post(f"{path}/unpause", {"note": OLD}))
    pass_days(services, 20)
    ok(bot.post(f"{BOT}/messages", message(text="a new word")))

    pass_days(services, 15)

    assert [(e["seq"], e["text"]) for e in log(bot, path)] == [(4, "a new word")]
    (handoff,) = ok(bot.get(f"{BOT}/handoffs"))["items"]
    assert (handoff["reason"], handoff["note"], handoff["outcome"]) == (None, None, "resolved")
    assert OLD not in stored(services)


def test_an_open_handoff_keeps_its_words(services: MemoryServices, bot: Api, owner: Api) -> None:
    keep(owner, 1)
    path = waiting(bot, text=OLD)

    pass_days(services, 5)

    assert [e["kind"] for e in log(bot, path)] == ["message", "requested"]


def test_the_users_other_conversations_keep_name_and_attributes(
    services: MemoryServices, bot: Api, owner: Api
) -> None:
    keep(owner, 30)
    user = {"id": "u-1", "name": "Lena", "attributes": {"plan": "gold"}}
    begun(bot, user=user, thread="t-1")
    pass_days(services, 20)
    path = begun(bot, user=user, thread="t-2")

    pass_days(services, 15)

    assert ok(bot.get(f"{path}/user"))["attributes"] == {"plan": "gold"}
    found = ok(bot.get(f"{BOT}/conversations"))["items"]
    assert [each["id"] for each in found] == [id_of(path)]


def test_a_walk_that_is_broken_off_goes_on_where_it_was(
    services: MemoryServices, bot: Api, owner: Api
) -> None:
    keep(owner, 1)
    for number in range(retention.PAGE + 20):
        begun(bot, user={"id": f"u-{number}"}, text=OLD)
    services.clock.advance(3 * DAY)

    assert retention.apply_retention(services, services.clock.now() - 1) == 0
    assert retention.apply_retention(services, services.clock.now()) == retention.PAGE + 20
    assert retention.apply_retention(services, services.clock.now()) == 0


@pytest.mark.parametrize("days", [0, -1, 3651, "30", 1.5])
def test_a_number_of_days_that_makes_no_sense_is_refused(owner: Api, days: object) -> None:
    answer = owner.put(f"{BOT}/settings", {"retention_days": days})

    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "retention_days")
