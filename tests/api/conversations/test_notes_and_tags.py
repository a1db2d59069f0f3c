"""Notes, suggestions, tags, notifications and presence."""

import pytest

from tests.api.conversation_setup import BOT, begun, id_of, log, ok, online, owned, waiting
from tests.support.api import Api
from tests.support.services import MemoryServices


@pytest.mark.parametrize("pause", [False, True])
def test_a_note_is_numbered_and_changes_nothing_else(pause: bool, bot: Api, ana: Api) -> None:
    path = waiting(bot) if pause else begun(bot)
    before = bot.get(path).json

    answer = ana.post(f"{path}/notes", {"text": "Called before."})

    assert answer.status == 201
    assert answer.json == {"conversation_id": id_of(path), "seq": before["last_seq"] + 1}
    after = bot.get(path).json
    assert {**after, "last_seq": 0} == {**before, "last_seq": 0}


def test_a_suggestion_is_seen_by_people_with_the_bot_as_its_author(bot: Api, ana: Api) -> None:
    path = owned(bot, ana)

    ok(bot.post(f"{path}/suggestions", {"text": "Offer a refund."}))

    entry = log(ana, path)[-1]
    assert (entry["kind"], entry["text"], entry["author"]["id"]) == (
        "suggestion",
        "Offer a refund.",
        "demo",
    )


def test_tags_are_set_as_a_whole_and_each_once(bot: Api, ana: Api) -> None:
    path = begun(bot)

    first = bot.put(f"{path}/tags", {"tags": ["vip", "refund", "vip"]})
    second = ana.put(f"{path}/tags", {"tags": []})

    assert (first.status, first.json["tags"]) == (200, ["vip", "refund"])
    assert second.json["tags"] == bot.get(path).json["tags"] == []


def test_the_same_tags_again_are_no_entry(bot: Api) -> None:
    path = begun(bot)

    heads = [ok(bot.put(f"{path}/tags", {"tags": ["vip"]})) for _ in range(2)]

    assert heads[0] == heads[1]


# Notifications


def test_a_notification_is_shown_to_people_newest_first(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    about = id_of(begun(bot))
    ok(bot.post(f"{BOT}/notifications", {"message": "First."}))
    services.clock.advance(1)
    second = {"message": "Second.", "level": "error", "url": "https://a.test"}
    sent = bot.post(f"{BOT}/notifications", second | {"conversation_id": about})

    items = ok(ana.get(f"{BOT}/notifications"))["items"]

    assert sent.status == 201
    assert items[0] == sent.json
    assert {name: value for name, value in items[0].items() if name != "id"} == {
        "message": "Second.",
        "level": "error",
        "kind": "message",
        "author": None,
        "url": "https://a.test",
        "conversation_id": about,
        "at": "2026-01-01T00:00:00.001Z",
        "read": False,
    }
    assert (items[1]["message"], items[1]["level"]) == ("First.", "info")


def test_a_notification_about_a_conversation_that_is_not_this_bots_is_refused(
    bot: Api, ana: Api
) -> None:
    refused = bot.post(f"{BOT}/notifications", {"message": "Look.", "conversation_id": "c_none"})

    assert refused.status == 404
    assert ok(ana.get(f"{BOT}/notifications"))["items"] == []


def test_a_notification_is_read_per_person(bot: Api, ana: Api, bo: Api) -> None:
    sent = ok(bot.post(f"{BOT}/notifications", {"message": "Look."}))
    path = f"{BOT}/notifications/{sent['id']}/read"

    answers = [ana.post(path), ana.post(path, {})]

    assert [answer.json for answer in answers] == [{"id": sent["id"], "read": True}] * 2
    seen = [ok(who.get(f"{BOT}/notifications"))["items"][0]["read"] for who in (ana, bo)]
    assert seen == [True, False]


@pytest.mark.parametrize("level", ["debug", "", "INFO", None, 1])
def test_a_level_is_one_of_three(level: object, bot: Api) -> None:
    assert bot.post(f"{BOT}/notifications", {"message": "x", "level": level}).status == 400


# People


def test_the_agents_of_a_bot_are_shown_with_presence_and_load(bot: Api, ana: Api) -> None:
    who = online(ana)
    owned(bot, ana)

    answer = bot.get(f"{BOT}/agents")

    members = {member["name"]: member for member in answer.json["items"]}
    assert sorted(members) == ["Ana", "Bo", "Sam"]
    assert members["Ana"] == {
        "id": who,
        "name": "Ana",
        "email": "ana@example.test",
        "role": "agent",
        "queues": [],
        "capacity": None,
        "open": 1,
        "status": "online",
        "chosen_status": "online",
    }
    assert members["Bo"]["status"] == "offline"


@pytest.mark.parametrize("status", ["online", "away", "offline"])
def test_an_agent_sets_their_own_status(status: str, ana: Api) -> None:
    answer = ana.put("/agents/me/status", {"status": status})

    me = ana.get("/agents/me").json
    assert (answer.status, answer.json) == (200, {"id": me["id"], "status": status})
    assert me == {
        "id": me["id"],
        "name": "Ana",
        "email": "ana@example.test",
        "status": status,
        "chosen_status": status,
        "bots": ["demo"],
    }


def test_an_agent_without_heartbeats_for_eleven_minutes_is_offline(
    services: MemoryServices, bot: Api
) -> None:
    ana = bot.login("ana")
    online(ana)
    services.clock.advance(11 * 60 * 1000 + 1)

    assert ana.get("/agents/me").json["status"] == "offline"


# Health


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_checks_need_no_authentication(path: str, nobody: Api) -> None:
    answer = nobody.get(path)

    assert (answer.status, answer.json) == (200, {"status": "ok"})
    assert answer.headers["Cache-Control"] == "no-store"
