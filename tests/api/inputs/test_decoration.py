"""A message is stored, and a pause pauses, whatever a user of the channel can bring into them."""

import json
from typing import Any

import pytest

from tests.api.conversation_setup import BOT, begun, log, message, ok, one, owned
from tests.support.api import Api

MESSAGES = f"{BOT}/messages"
FAMILY = "👩‍👩‍👧‍👦"
DEEP = json.loads("[" * 65 + "]" * 65)


def codes(answer: Any) -> list[tuple[str, str]]:
    return [(warning["code"], warning["field"]) for warning in answer.get("warnings", [])]


@pytest.mark.parametrize(
    ("name", "stored", "code"),
    [
        ("x" * 64, "x" * 64, None),
        ("x" * 65, "x" * 64, "name_cut"),
        ("x" * 63 + "e\u0301", "x" * 63, "name_cut"),
        ("x" * 60 + FAMILY, "x" * 60, "name_cut"),
        ("x" * 63 + "🇩🇪", "x" * 63, "name_cut"),
        ("x" * 62 + "🇩🇪🇫🇷", "x" * 62 + "🇩🇪", "name_cut"),
        ("x" * 63 + "👍🏽", "x" * 63, "name_cut"),
        ("e" + "\u0301" * 100, "e" + "\u0301" * 63, "name_cut"),
        ("", None, "name_ignored"),
        ("\t", None, "name_ignored"),
        ("\u0000\u001b\u0085", None, "name_ignored"),
        ("Ana\tMaría\u0000", "Ana María", None),
        ("Ana\ud83d", "Ana\ufffd", None),
        (42, None, "name_ignored"),
        (["Ana"], None, "name_ignored"),
        (None, None, None),
    ],
)
def test_a_name_never_makes_a_message_be_refused(
    name: object, stored: str | None, code: str | None, bot: Api
) -> None:
    answer = ok(bot.post(MESSAGES, message(user={"id": "u-1", "name": name})))

    assert codes(answer) == ([(code, "user.name")] if code else [])
    assert bot.get(one(answer["conversation_id"])).json["user_name"] == stored


@pytest.mark.parametrize("attributes", [{"x": "x" * 16_400}, {"x": DEEP}, [], "vip", 1])
def test_attributes_that_do_not_fit_are_ignored_and_the_known_ones_stay(
    attributes: object, bot: Api
) -> None:
    path = begun(bot, user={"id": "u-1", "attributes": {"plan": "gold"}})

    answer = ok(bot.post(MESSAGES, message(user={"id": "u-1", "attributes": attributes})))

    assert codes(answer) == [("attributes_ignored", "user.attributes")]
    assert ok(bot.get(f"{path}/user"))["attributes"] == {"plan": "gold"}


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        (b"\xef\xbb\xbf" + json.dumps(message(text="Hi")).encode(), "Hi"),
        (json.dumps(message(text="half \ud83d")).encode(), "half \ufffd"),
        (json.dumps(message(text="\ude00\ud83d")).encode(), "\ufffd\ufffd"),
        (json.dumps(message(text="\ud83d\ud83d\ude00")).encode(), "\ufffd😀"),
        (json.dumps(message(text="\\ud83d")).encode(), "\\ud83d"),
        (
            json.dumps(message(text="\ud83d!"), ensure_ascii=False).encode(errors="surrogatepass"),
            "\ufffd!",
        ),
        (json.dumps(message(text="a\u0000b\u001b[31m\u0085\r\n\tc")).encode(), "ab[31m\r\n\tc"),
        (json.dumps(message(text="\u0000")).encode(), "\ufffd"),
    ],
)
def test_odd_characters_are_repaired_and_the_message_is_stored(
    raw: bytes, stored: str, bot: Api
) -> None:
    answer = ok(bot.send("POST", MESSAGES, raw))

    assert log(bot, one(answer["conversation_id"]))[0]["text"] == stored


def test_a_body_with_a_lone_surrogate_may_have_whole_numbers_with_a_point(bot: Api) -> None:
    raw = json.dumps(message(text="\ud83d", epoch=1.0)).encode()

    assert bot.send("POST", MESSAGES, b"\xef\xbb\xbf" + raw).status == 201


def test_a_users_text_is_stored_up_to_10_000_characters_and_then_cut(bot: Api) -> None:
    whole = ok(bot.post(MESSAGES, message(text="é" * 10_000)))
    longer = ok(bot.post(MESSAGES, message(text="é" * 10_001)))

    assert (codes(whole), codes(longer)) == ([], [("text_cut", "text")])
    first, second = log(bot, one(whole["conversation_id"]))
    assert first["text"] == "é" * 10_000
    assert second["text"] == "é" * 9_999 + "…"


def test_a_text_of_the_bot_or_an_agent_that_is_too_long_is_refused(bot: Api, ana: Api) -> None:
    drafted = bot.post(MESSAGES, message(**{"from": "bot"}, text="x" * 10_001))
    path = owned(bot, ana)
    written = ana.post(f"{path}/messages", {"text": "x" * 10_001})

    assert [drafted.status, written.status] == [400, 400]
    assert drafted.json["errors"][0]["field"] == "text"


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"type": "image", "text": "", "payload": {"url": "u"}}, (None, {"url": "u"})),
        ({"type": "image", "text": "A cat", "payload": {"url": "u"}}, ("A cat", {"url": "u"})),
        ({"type": "text", "text": "Hi", "payload": {}}, ("Hi", {})),
        ({"type": "text", "text": "", "payload": {"x": 1}}, (None, {"x": 1})),
        ({"type": "no such type", "text": "Hi"}, ("Hi", None)),
        ({"type": "x", "text": None, "payload": {"n": 10**100, "x": "\u0000"}}, None),
    ],
)
def test_a_message_has_a_text_a_payload_or_both(
    sent: dict[str, Any], stored: tuple[object, object] | None, bot: Api
) -> None:
    path = begun(bot, **sent)

    entry = log(bot, path)[0]

    assert (entry["text"], entry["payload"]) == (stored or (sent["text"], sent["payload"]))
    assert entry["type"] == sent["type"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"reason": "x" * 1001}, "reason_cut"),
        ({"reason": ""}, "reason_ignored"),
        ({"reason": "\u0000"}, "reason_ignored"),
        ({"language": ""}, "language_ignored"),
        ({"language": "x" * 33}, "language_ignored"),
        ({"context": {"x": "x" * 16_400}}, "context_ignored"),
    ],
)
def test_a_bots_pause_is_not_refused_for_what_decorates_it(
    asked: dict[str, Any], code: str, bot: Api, ana: Api
) -> None:
    path = begun(bot)
    refused = ana.post(f"{path}/pause", asked)
    assert (refused.status, refused.json["errors"][0]["field"]) == (400, next(iter(asked)))

    by_address = {"channel": "web", "user": {"id": "u-1", "name": ""}, **asked}
    paused = ok(bot.post(f"{BOT}/pause", by_address))

    assert paused["status"] == "waiting"
    assert codes(paused) == [(code, next(iter(asked))), ("name_ignored", "user.name")]


def test_a_reason_that_is_cut_ends_with_a_mark(bot: Api) -> None:
    head = ok(bot.post(f"{begun(bot)}/pause", {"reason": "x" * 1001}))

    handoff = ok(bot.get(f"{BOT}/handoffs/{head['handoff']['id']}"))

    assert handoff["reason"] == "x" * 999 + "…"
    assert "warnings" not in ok(bot.get(one(head["id"])))


def test_control_characters_are_stored_in_no_text_that_people_write(bot: Api, ana: Api) -> None:
    path = owned(bot, ana)
    bad, good = "a\u0000b\u0007\nc", "ab\nc"
    ok(ana.post(f"{path}/messages", {"text": bad}))
    ok(ana.post(f"{path}/notes", {"text": bad}))
    ok(bot.post(f"{path}/suggestions", {"text": bad}))
    assert [entry["text"] for entry in log(ana, path) if entry["text"]][1:] == [good] * 3

    ok(ana.post(f"{path}/unpause", {"note": bad}))
    assert log(ana, path)[-1]["payload"]["note"] == good


def test_control_characters_are_stored_in_no_setting(owner: Api) -> None:
    ok(owner.put(f"{BOT}/replies/hello", {"text": "Hel\u0000lo"}))
    said = {"en": {"claimed": "Hi\u0007"}}
    settings = ok(owner.put(f"{BOT}/settings", {"leave_words": ["/e\u0000nd"], "texts": said}))

    assert owner.get(f"{BOT}/replies").json["items"][0]["text"] == "Hello"
    assert (settings["leave_words"], settings["texts"]) == (["/end"], {"en": {"claimed": "Hi"}})
