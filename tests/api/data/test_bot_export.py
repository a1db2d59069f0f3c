"""An admin exports a whole bot."""

import json
from typing import Any

from tests.api.conversation_setup import BOT, begun, id_of, log, message, ok, waiting
from tests.support.api import Api
from tests.support.services import MemoryServices

MINUTE = 60_000


def page(admin: Api, **query: str) -> tuple[list[dict[str, Any]], str | None]:
    answer = admin.get(f"{BOT}/export", **query)
    assert answer.status == 200, answer.text
    assert len(answer.text.encode()) < 1_000_000
    return [json.loads(each) for each in answer.text.splitlines()], answer.headers.get("Baton-Next")


def exported(admin: Api) -> list[dict[str, Any]]:
    lines, cursor = page(admin)
    while cursor:
        more, cursor = page(admin, cursor=cursor)
        lines += more
    return lines


def of_kind(lines: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["record"] == kind]


def test_an_export_of_a_bot_has_its_settings_and_all_its_conversations(
    services: MemoryServices, bot: Api, other_bot: Api, ana: Api, owner: Api
) -> None:
    ok(owner.put(f"{BOT}/settings", {"leave_words": ["/end"]}))
    user = {"id": "u-1", "name": "Lena", "attributes": {"plan": "gold"}}
    paths = [waiting(bot, user=user)]
    ok(ana.post(f"{paths[0]}/notes", {"text": "Called before."}))
    services.clock.advance(MINUTE)
    paths.append(begun(bot, user={"id": "u-2"}))
    ok(other_bot.post("/bots/other/messages", message(user={"id": "u-3"})))

    lines = exported(owner)

    (settings,) = of_kind(lines, "bot")
    assert settings["settings"]["leave_words"] == ["/end"]
    assert {queue["name"] for queue in of_kind(lines, "queue")} >= {"sales", "support"}
    assert [each["id"] for each in of_kind(lines, "conversation")] == list(map(id_of, paths))
    (profile,) = of_kind(lines, "user")
    assert (profile["id"], profile["name"], profile["attributes"]) == (
        "u-1",
        "Lena",
        user["attributes"],
    )
    assert len(of_kind(lines, "handoff")) == 1
    for path in paths:
        mine = [e for e in of_kind(lines, "entry") if e["conversation_id"] == id_of(path)]
        assert [e["text"] for e in mine] == [e["text"] for e in log(ana, path)]
    assert "u-3" not in str(lines)
    assert "whsec" not in str(lines)


def test_a_large_export_has_each_line_once(services: MemoryServices, bot: Api, owner: Api) -> None:
    for number in range(130):
        begun(bot, user={"id": f"u-{number}", "name": f"User {number}"}, text="é" * 2_000)
    for _ in range(60):
        ok(bot.post(f"{BOT}/messages", message(user={"id": "u-7"}, text="é" * 9_000)))

    lines = exported(owner)

    places = [(each["conversation_id"], each["seq"]) for each in of_kind(lines, "entry")]
    assert len(places) == len(set(places)) == 130 + 60
    assert len(of_kind(lines, "conversation")) == 130
    assert len({each["id"] for each in of_kind(lines, "user")}) == 130


def test_a_conversation_that_changes_during_the_export_comes_again_whole(
    services: MemoryServices, bot: Api, owner: Api
) -> None:
    path = begun(bot, text="é" * 9_000)
    for _ in range(60):
        ok(bot.post(f"{path}/messages", {"from": "user", "text": "é" * 9_000}))
    services.clock.advance(MINUTE)
    begun(bot, user={"id": "u-2"})
    lines, cursor = page(owner)
    services.clock.advance(MINUTE)
    ok(bot.post(f"{path}/messages", {"from": "user", "text": "news"}))

    while cursor:
        more, cursor = page(owner, cursor=cursor)
        lines += more

    mine = [e for e in of_kind(lines, "entry") if e["conversation_id"] == id_of(path)]
    assert {e["seq"] for e in mine} == set(range(1, 63))
    assert mine[-1]["text"] == "news"


def test_an_export_of_a_bot_is_in_the_audit_trail(bot: Api, owner: Api) -> None:
    begun(bot)

    exported(owner)

    assert [e["action"] for e in ok(owner.get(f"{BOT}/audit"))["items"]] == ["bot_exported"]
