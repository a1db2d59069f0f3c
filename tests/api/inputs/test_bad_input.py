"""Nothing that a caller can send gives a 5xx: a clear answer, and what is taken is kept as sent."""

import json
import re

import pytest

from chalicelib.domain.routing.queues import Queue
from tests.api.calls import ROWS, WITH_BODY, WITH_ID, filled
from tests.api.conversation_setup import BOT, begun, log, message, ok, one, owned, waiting
from tests.api.inputs.hostile_values import (
    COMMANDS,
    FIELDS,
    IDS,
    JSON,
    NO_JSON,
    PATHS,
    TEXTS,
    VALUES,
)
from tests.support.api import DEMO_KEY, Api, ApiAnswer

MESSAGES = f"{BOT}/messages"


def refused(answer: ApiAnswer, status: int = 400) -> None:
    assert answer.status == status, answer.text
    told = answer.json
    assert told.get("detail") or told["message"]
    assert all(error["field"] for error in told.get("errors", ()))


def named(answer: ApiAnswer) -> set[str]:
    """The fields of the body that the refusal names, without what is inside them."""
    return {re.split(r"[.\[]", error["field"])[0] for error in answer.json["errors"]}


def _who_may(method: str, path: str, bot: Api, owner: Api) -> Api:
    return owner if "owner" in ROWS[method, path].may else bot


# What comes back as it was sent


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_comes_back_exactly_as_it_was_sent(text: str, bot: Api, ana: Api) -> None:
    path = owned(bot, ana)
    ok(ana.post(f"{path}/messages", {"text": text}))
    ok(ana.post(f"{path}/notes", {"text": text}))
    ok(bot.post(f"{path}/suggestions", {"text": text}))

    assert [entry["text"] for entry in log(ana, path)[-3:]] == [text] * 3


@pytest.mark.parametrize("name", IDS)
def test_an_id_comes_back_exactly_as_it_was_sent(name: str, bot: Api) -> None:
    bot.services.directory.put_queue("demo", Queue(name))
    ids = {"channel": name, "thread": name, "message_id": name}

    path = begun(bot, **ids, user={"id": name, "name": name})
    head = ok(bot.post(f"{path}/pause", {"queue": name, "language": name}))
    ok(bot.put(f"{path}/tags", {"tags": [name[:6]]}))

    assert [head[field] for field in ("channel", "user", "thread", "user_name", "queue")] == [
        name
    ] * 5
    assert log(bot, path)[0]["message_id"] == name
    assert ok(bot.get(path))["tags"] == [name[:6]]
    found = bot.get(f"{BOT}/conversations/lookup", channel=name, user=name, thread=name)
    assert found.json["id"] == head["id"]
    assert bot.get(f"{BOT}/conversations", queue=name).json["items"][0]["id"] == head["id"]
    assert bot.get(f"{BOT}/conversations", name=name).json["items"][0]["id"] == head["id"]


@pytest.mark.parametrize("sent", JSON)
def test_json_comes_back_exactly_as_it_was_sent(sent: dict[str, object], bot: Api) -> None:
    path = begun(bot, type="x", text=None, payload=sent)
    head = ok(bot.post(f"{path}/pause", {"context": sent}))
    ok(bot.post(f"{path}/unpause", {"variables": sent}))

    handoff = ok(bot.get(f"{BOT}/handoffs/{head['handoff']['id']}"))
    assert [log(bot, path)[0]["payload"], handoff["context"], handoff["variables"]] == [sent] * 3


# What is refused


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: json.dumps(field)[:60])
def test_a_message_with_a_field_that_does_not_fit_is_refused_and_not_kept(
    field: dict[str, object], bot: Api
) -> None:
    answer = bot.post(MESSAGES, {**message(), **field})

    refused(answer)
    assert named(answer) <= field.keys() | {"text", "payload"}
    assert ok(bot.get(f"{BOT}/conversations"))["items"] == []


@pytest.mark.parametrize(("action", "body"), COMMANDS, ids=str)
def test_a_command_that_does_not_fit_is_refused_and_changes_nothing(
    action: str, body: dict[str, object], bot: Api, ana: Api
) -> None:
    path = waiting(bot) if action == "claim" else owned(bot, ana)
    before = bot.get(path).json

    answer = ana.post(f"{path}/{action}", body)

    refused(answer)
    assert named(answer) <= (body.keys() or {"text", "until", "seq"})
    assert bot.get(path).json == before


@pytest.mark.parametrize(
    "tags", [None, "vip", {}, [1], [None], [""], ["x" * 25], ["é" * 13], ["a\nb"], ["x"] * 11]
)
def test_tags_that_do_not_fit_are_refused(tags: object, bot: Api) -> None:
    refused(bot.put(f"{begun(bot)}/tags", {"tags": tags}))


@pytest.mark.parametrize("wrong", [b"[", b'{"a": ', b"1.5", b"1.5, x", b'"a"'])
def test_a_body_that_is_no_json_behind_a_whole_number_that_is_none_is_refused(
    wrong: bytes, bot: Api
) -> None:
    answer = bot.post(MESSAGES, b'{"channel": "web", "epoch": ' + wrong)

    refused(answer)
    assert ok(bot.get(f"{BOT}/conversations"))["items"] == []


@pytest.mark.parametrize("raw", NO_JSON, ids=lambda raw: repr(raw[:24]))
def test_a_body_that_is_no_sound_object_is_refused(raw: bytes, bot: Api, owner: Api) -> None:
    for method, path in WITH_BODY:
        refused(_who_may(method, path, bot, owner).send(method, filled(path, "c_x"), raw))


def test_a_body_over_64_kb_is_too_large(bot: Api, owner: Api) -> None:
    raw = b'{"x":"' + b"x" * 65_536 + b'"}'

    for method, path in WITH_BODY:
        refused(_who_may(method, path, bot, owner).send(method, filled(path, "c_x"), raw), 413)


@pytest.mark.parametrize("depth", [63, 64, 65, 200, 400, 900, 990])
def test_json_may_be_64_levels_deep_and_no_more(depth: int, bot: Api) -> None:
    nested = b'{"a":' * depth + b"1" + b"}" * depth
    body = json.dumps(message(type="x", text=None, payload="HERE")).encode()

    answer = bot.post(MESSAGES, body.replace(b'"HERE"', nested))

    assert answer.status == (201 if depth <= 64 else 400), answer.text


def test_of_a_field_that_comes_twice_the_last_one_counts(bot: Api) -> None:
    raw = json.dumps(message()).encode()

    answer = bot.post(MESSAGES, raw[:-1] + b', "text": "The last."}')

    assert log(bot, one(answer.json["conversation_id"]))[0]["text"] == "The last."


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/json; charset=utf-16", "multipart/form-data", "x"],
)
def test_a_body_is_read_as_json_whatever_it_is_called(content_type: str, bot: Api) -> None:
    assert bot.post(MESSAGES, message(), Content_Type=content_type).status == 201


def test_a_whole_number_may_be_written_with_a_point(bot: Api, ana: Api) -> None:
    path = begun(bot)

    head = ok(bot.post(f"{path}/pause", b'{"priority": 2.0, "context": {"n": 1.5}}'))

    assert head["priority"] == 2
    assert ok(bot.get(f"{BOT}/handoffs/{head['handoff']['id']}"))["context"] == {"n": 1.5}
    ok(ana.post(f"{path}/claim", {"epoch": float(head["epoch"])}))


def test_a_whole_number_with_a_point_may_be_deep_in_a_body(bot: Api) -> None:
    nested = b"[" * 900 + b"]" * 900

    refused(bot.post(MESSAGES, b'{"epoch": 1.0, "payload": ' + nested + b"}"))


# Paths and queries


@pytest.mark.parametrize("sent", PATHS)
def test_a_path_that_names_nothing_is_not_found(sent: str, bot: Api, owner: Api) -> None:
    for method, path in WITH_ID:
        caller = _who_may(method, path, bot, owner)
        body = ROWS[method, path].body_from("owner" if caller is owner else "bot")
        assert caller.send(method, filled(path, sent), body).status == 404, path
        assert caller.send(method, filled(path, sent, sent), body).status == 404, path


@pytest.mark.parametrize("sent", ["%FF", "%C3", "%ED%A0%80", "a%FFb"])
def test_a_path_that_is_no_utf_8_is_refused(sent: str, ana: Api) -> None:
    for method, path in WITH_ID:
        refused(ana.send(method, filled(path, sent)))


def test_a_path_is_decoded_exactly_once(bot: Api) -> None:
    path = begun(bot)
    written = "".join(f"%{ord(letter):02X}" for letter in path.rpartition("/")[2])

    assert bot.get(one(written)).status == 200
    assert bot.get(one(written.replace("%", "%25"))).status == 404


@pytest.mark.parametrize(
    "query",
    [
        "limit=1&limit=2",
        "status=bot&status=agent",
        "owner=me&owner=none",
        "x=1&x=1",
        "cursor=&cursor=",
    ],
)
def test_a_query_parameter_that_comes_twice_is_refused(query: str, bot: Api) -> None:
    refused(bot.send("GET", f"{BOT}/conversations?{query}"))


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("name", ["queue", "owner", "name"])
def test_a_filter_is_text_and_nothing_else(name: str, value: str, bot: Api) -> None:
    begun(bot)
    path = f"{BOT}/conversations"

    assert bot.send("GET", f"{path}?{name}={value}").status == 200
    assert bot.send("GET", f"{path}?status=waiting&{name}={value}").status == 200


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("name", ["user", "thread", "name"])
def test_an_address_is_text_and_nothing_else(name: str, value: str, bot: Api) -> None:
    begun(bot)

    answer = bot.send("GET", f"{BOT}/conversations/lookup?channel=web&{name}={value}")

    assert answer.status in (400, 404)


# Headers


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        "bk_demo_onlyforloopback",
        "Basic x",
        "Bearer",
        "Bearer \t",
        "Bearer a b",
        "Bearer é",
    ],
)
def test_a_header_that_proves_nothing_is_refused(header: str, bot: Api) -> None:
    nobody = bot.as_(None)

    refused(nobody.send("GET", f"{BOT}/conversations", Authorization=header), 401)
    refused(nobody.send("GET", "/auth/me", Authorization=header), 401)


def test_a_scheme_is_one_in_upper_and_lower_case(bot: Api) -> None:
    header = f"bEARER {DEMO_KEY}"

    assert bot.as_(None).send("GET", f"{BOT}/conversations", Authorization=header).status == 200
