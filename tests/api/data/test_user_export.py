"""An admin exports everything about a user."""

import json
from typing import Any
from urllib.parse import quote

from tests.api.conversation_setup import BOT, begun, id_of, log, message, ok, waiting
from tests.support.api import Api

NO_DATA = "ü/#?% 1"


def exported(admin: Api, user: str = "u-1", channel: str = "web") -> list[dict[str, Any]]:
    """All lines of all pages."""
    lines, query = list[dict[str, Any]](), dict[str, str]()
    while True:
        path = f"{BOT}/users/{quote(channel, safe='')}/{quote(user, safe='')}/export"
        answer = admin.get(path, **query)
        assert answer.status == 200, answer.text
        assert len(answer.text.encode()) < 1_000_000
        lines += [json.loads(line) for line in answer.text.splitlines()]
        if "Baton-Next" not in answer.headers:
            return lines
        query["cursor"] = answer.headers["Baton-Next"]


def of_kind(lines: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [
        {k: v for k, v in line.items() if k != "record"} for line in lines if line["record"] == kind
    ]


def test_an_export_has_the_profile_the_heads_the_handoffs_and_all_entries(
    bot: Api, ana: Api, owner: Api
) -> None:
    user = {"id": "u-1", "name": "Lena", "attributes": {"plan": "gold"}}
    paths = [waiting(bot, user=user), begun(bot, user=user, thread="t-2")]
    ok(ana.post(f"{paths[0]}/notes", {"text": "Called before."}))
    begun(bot, user={"id": "u-2"})

    lines = exported(owner)

    (profile,) = of_kind(lines, "user")
    assert (profile["name"], profile["attributes"]) == ("Lena", {"plan": "gold"})
    assert of_kind(lines, "conversation") == [ok(bot.get(path)) for path in sorted(paths)]
    handoff = ok(bot.get(f"{BOT}/handoffs"))["items"][0]
    assert [each["id"] for each in of_kind(lines, "handoff")] == [handoff["id"]]
    for path in paths:
        mine = [e for e in of_kind(lines, "entry") if e["conversation_id"] == id_of(path)]
        assert [{k: v for k, v in e.items() if k != "conversation_id"} for e in mine] == log(
            ana, path
        )


def test_a_large_export_has_each_line_once(bot: Api, owner: Api) -> None:
    big = {"x": "x" * 16_000}
    for thread in ("t-1", "t-2"):
        for _ in range(20):
            sent = message(thread=thread, text="é" * 9_000)
            path = f"{BOT}/conversations/{ok(bot.post(f'{BOT}/messages', sent))['conversation_id']}"
            ok(bot.post(f"{path}/pause", {"context": big}))
            ok(bot.post(f"{path}/unpause", {"variables": big}))

    lines = exported(owner)

    places = [(e["conversation_id"], e["seq"]) for e in of_kind(lines, "entry")]
    assert len(places) == len(set(places)) == 2 * 60
    handoffs = [each["id"] for each in of_kind(lines, "handoff")]
    assert len(handoffs) == len(set(handoffs)) == 2 * 20
    assert len(of_kind(lines, "conversation")) == 2
    assert len(of_kind(lines, "user")) == 1


def test_a_user_of_whom_nothing_is_stored_is_not_found(bot: Api, owner: Api) -> None:
    begun(bot)

    for channel, user in (("web", "u-9"), ("sms", "u-1"), ("web", NO_DATA)):
        path = f"{BOT}/users/{channel}/{quote(user, safe='')}/export"
        assert owner.get(path).status == 404


def test_a_user_with_any_characters_is_exported(bot: Api, owner: Api) -> None:
    begun(bot, user={"id": NO_DATA})

    assert of_kind(exported(owner, NO_DATA), "entry")[0]["text"] == "Hello"


def test_an_export_is_in_the_audit_trail_without_the_users_id(bot: Api, owner: Api) -> None:
    begun(bot, user={"id": "+15550100"})

    exported(owner, "+15550100")

    (event,) = ok(owner.get(f"{BOT}/audit"))["items"]
    assert (event["action"], event["facts"]) == ("user_exported", {"conversations": "1"})
    assert "15550100" not in str(event)


def test_another_users_cursor_is_refused(bot: Api, owner: Api) -> None:
    begun(bot)

    answer = owner.get(f"{BOT}/users/web/u-1/export", cursor="nonsense")

    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "cursor")


def test_an_export_of_one_conversation_has_its_lines_and_no_others(
    bot: Api, ana: Api, owner: Api
) -> None:
    user = {"id": "u-1", "name": "Lena", "attributes": {"plan": "gold"}}
    path = waiting(bot, user=user)
    begun(bot, user=user, thread="t-2")
    ok(ana.post(f"{path}/notes", {"text": "Called before."}))
    for _ in range(40):
        ok(bot.post(f"{path}/messages", {"from": "user", "text": "é" * 9_000}))

    lines, query = list[dict[str, Any]](), dict[str, str]()
    while True:
        answer = owner.get(f"{path}/export", **query)
        assert answer.status == 200
        lines += [json.loads(line) for line in answer.text.splitlines()]
        if "Baton-Next" not in answer.headers:
            break
        query["cursor"] = answer.headers["Baton-Next"]

    assert query
    of_conversation = [line for line in exported(owner) if id_of(path) in str(line)]
    (profile,) = of_kind(lines, "user")
    assert profile["name"] == "Lena"
    assert [line for line in lines if line["record"] != "user"] == of_conversation
    events = ok(owner.get(f"{BOT}/audit"))["items"]
    facts = [(each["action"], each["object"]) for each in events]
    assert facts.count(("conversation_exported", id_of(path))) == 1


def test_an_export_of_a_conversation_that_does_not_exist_is_404(owner: Api) -> None:
    assert owner.get(f"{BOT}/conversations/c_none/export").status == 404
