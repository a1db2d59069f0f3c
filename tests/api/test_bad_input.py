"""Nothing that a caller can send gives a 5xx: a clear answer, and what is taken is kept as sent."""

import json
from urllib.parse import quote

import pytest

from tests.api.calls import ROWS, WITH_BODY, WITH_ID, filled
from tests.api.scene import BOT, begun, log, message, ok, one, owned, waiting
from tests.support.api import DEMO_KEY, Answer, Api

MESSAGES = f"{BOT}/messages"


def refused(answer: Answer, status: int = 400) -> None:
    assert answer.status == status, answer.text
    told = answer.json
    assert told.get("detail") or told["message"]


def _who_may(method: str, path: str, bot: Api, owner: Api) -> Api:
    return owner if "owner" in ROWS[method, path].may else bot


# What comes back as it was sent

TEXTS = [
    "O'Brien",
    '"; DROP TABLE conversations; --',
    "<script>alert(1)</script>",
    "👩‍👩‍👧‍👦 🇩🇪 e\u0301 ﷽",
    "مرحبا بالعالم \u202eevil\u202c",
    "\u0000\u0001\u001b[31m\r\n\t\u0085",
    "  leading and trailing  ",
    "\\u0041 %41 &amp; ${x} {{x}} #name :value",
    "\ufeff\ufffd\uffff\U0010ffff",
    "x" * 4000,
    "😀" * 4000,
    "null",
    "0",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_comes_back_exactly_as_it_was_sent(text: str, bot: Api, ana: Api) -> None:
    path = owned(bot, ana)
    ok(ana.post(f"{path}/messages", {"text": text}))
    ok(ana.post(f"{path}/notes", {"text": text}))
    ok(bot.post(f"{path}/suggestions", {"text": text}))

    assert [entry["text"] for entry in log(ana, path)[-3:]] == [text] * 3


IDS = [
    "156085638552453280",
    "9007199254740993",
    "O'Brien",
    "a#b",
    "a%23b",
    "~a",
    "a/b?c=d&e",
    "../../x",
    "C#c_x",
    " ",
    "😀" * 8,
    "é",
    "e\u0301",
    "\u202e\u200b\u00ad",
    "\\",
    "__proto__",
    "None",
]


@pytest.mark.parametrize("name", IDS)
def test_an_id_comes_back_exactly_as_it_was_sent(name: str, bot: Api) -> None:
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


JSON = [
    {},
    {"n": 156085638552453280},
    {"n": 2**63, "m": -(2**63), "f": 0.1, "e": 1e300},
    {"n": 10**100},
    {"": {"": [[], {}, None, True, ""]}},
    {"O'Brien": "\u0000😀"},
    {"$ref": "#", "__proto__": {"x": 1}, "constructor": 1},
    {"x": "x" * 16_000},
]


@pytest.mark.parametrize("sent", JSON)
def test_json_comes_back_exactly_as_it_was_sent(sent: dict[str, object], bot: Api) -> None:
    path = begun(bot, type="x", text=None, payload=sent)
    head = ok(bot.post(f"{path}/pause", {"context": sent}))
    ok(bot.post(f"{path}/unpause", {"variables": sent}))

    handoff = ok(bot.get(f"{BOT}/handoffs/{head['handoff']['id']}"))
    assert [log(bot, path)[0]["payload"], handoff["context"], handoff["variables"]] == [sent] * 3


# What is refused

FIELDS = [
    {"text": ""},
    {"text": "x" * 4001},
    {"text": None},
    {"text": 1},
    {"text": ["x"]},
    {"text": {"x": 1}},
    {"text": True},
    {"text": "x", "payload": {}},
    {"type": "image"},
    {"type": "image", "text": None, "payload": []},
    {"type": "image", "text": None, "payload": "x"},
    {"type": "", "payload": {}, "text": None},
    {"type": "x" * 33, "payload": {}, "text": None},
    {"type": "x\0", "payload": {}, "text": None},
    {"type": "x", "text": None, "payload": {"x": "x" * 16_400}},
    {"channel": ""},
    {"channel": "x" * 33},
    {"channel": "é" * 17},
    {"channel": "a\nb"},
    {"channel": None},
    {"channel": 1},
    {"user": None},
    {"user": "u-1"},
    {"user": []},
    {"user": {}},
    {"user": {"id": ""}},
    {"user": {"id": 156085638552453280}},
    {"user": {"id": "x" * 129}},
    {"user": {"id": "😀" * 33}},
    {"user": {"id": "a\u0000b"}},
    {"user": {"id": "a\u0085b"}},
    {"user": {"id": "u", "name": ""}},
    {"user": {"id": "u", "name": "x" * 65}},
    {"user": {"id": "u", "name": "a\tb"}},
    {"user": {"id": "u", "attributes": []}},
    {"user": {"id": "u", "attributes": {"x": "x" * 16_400}}},
    {"user": {"id": "u", "email": "x"}},
    {"thread": ""},
    {"thread": "x" * 129},
    {"thread": "a\u007fb"},
    {"thread": 1},
    {"message_id": ""},
    {"message_id": "x" * 129},
    {"message_id": "a\rb"},
    {"message_id": 7},
    {"from": "agent"},
    {"from": "USER"},
    {"from": None},
    {"from": ["user"]},
    {"epoch": "1"},
    {"epoch": 1.5},
    {"epoch": True},
    {"epoch": [1]},
    {"unknown": 1},
    {"Text": "x"},
]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: json.dumps(field)[:60])
def test_a_message_with_a_field_that_does_not_fit_is_refused_and_not_kept(
    field: dict[str, object], bot: Api
) -> None:
    refused(bot.post(MESSAGES, {**message(), **field}))

    assert ok(bot.get(f"{BOT}/conversations"))["items"] == []


COMMANDS = [
    ("pause", {"reason": ""}),
    ("pause", {"reason": "x" * 1001}),
    ("pause", {"reason": 1}),
    ("pause", {"queue": ""}),
    ("pause", {"queue": "x" * 33}),
    ("pause", {"priority": -1}),
    ("pause", {"priority": 10}),
    ("pause", {"priority": 10**30}),
    ("pause", {"priority": "1"}),
    ("pause", {"priority": None}),
    ("pause", {"agent": ""}),
    ("pause", {"agent": "x" * 129}),
    ("pause", {"language": "x" * 33}),
    ("pause", {"context": "x"}),
    ("pause", {"context": {"x": "x" * 16_400}}),
    ("pause", {"if_unavailable": "explode"}),
    ("pause", {"if_unavailable": None}),
    ("pause", {"channel": "web"}),
    ("unpause", {"outcome": "won"}),
    ("unpause", {"outcome": None}),
    ("unpause", {"note": ""}),
    ("unpause", {"note": "x" * 4001}),
    ("unpause", {"resume_at": "x" * 129}),
    ("unpause", {"variables": []}),
    ("unpause", {"epoch": "1"}),
    ("claim", {"epoch": 1.5}),
    ("claim", {"agent": "p_x"}),
    ("release", {"epoch": {}}),
    ("transfer", {"agent": "x" * 129}),
    ("transfer", {"queue": "a\nb"}),
    ("transfer", {"queue": 1}),
    ("notes", {}),
    ("notes", {"text": ""}),
    ("notes", {"text": "x" * 4001}),
    ("notes", {"text": None}),
]


@pytest.mark.parametrize(("action", "body"), COMMANDS, ids=str)
def test_a_command_that_does_not_fit_is_refused_and_changes_nothing(
    action: str, body: dict[str, object], bot: Api, ana: Api
) -> None:
    path = waiting(bot) if action == "claim" else owned(bot, ana)
    before = bot.get(path).json

    refused(ana.post(f"{path}/{action}", body))

    assert bot.get(path).json == before


@pytest.mark.parametrize(
    "tags", [None, "vip", {}, [1], [None], [""], ["x" * 25], ["é" * 13], ["a\nb"], ["x"] * 11]
)
def test_tags_that_do_not_fit_are_refused(tags: object, bot: Api) -> None:
    refused(bot.put(f"{begun(bot)}/tags", {"tags": tags}))


NO_JSON = [
    b"{",
    b"{'text': 'x'}",
    b"nonsense",
    b"\xff\xfe",
    b'{"text": "\xff"}',
    b"\xef\xbb\xbf{}",
    b'{"text": "\\ud800"}',
    b'{"\\udc00": 1}',
    b'{"text": NaN}',
    b'{"epoch": Infinity}',
    b'{"epoch": 1e999}',
    b'{"epoch": ' + b"1" * 5000 + b"}",
    b"[]",
    b'"text"',
    b"null",
    b"1",
    b"[" * 30_000,
    b'{"payload":' * 5000 + b"1" + b"}" * 5000,
    b"\0",
    b'{"text":"x"}{"text":"y"}',
]


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


# Paths and queries

PATHS = [
    *("%2F", "%23", "%25", "%252F", "a%2Fb", "%00", "%0A", "c_x%20", "..%2F..", "%F0%9F%98%80"),
    *("x" * 3000, quote("é" * 400), "'", "*", "null", "-1", "0"),
]


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


VALUES = ["'", "%27%20OR%201=1", "%FF", "%00", "#", "x" * 4000, "%F0%9F%98%80", "*", "%", "+", ""]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("name", ["queue", "owner", "name", "unknown", "user", "thread"])
def test_a_filter_is_text_and_nothing_else(name: str, value: str, bot: Api) -> None:
    begun(bot)
    path = f"{BOT}/conversations"

    assert bot.send("GET", f"{path}?{name}={value}").status == 200
    assert bot.send("GET", f"{path}?status=waiting&{name}={value}").status == 200
    looked_up = bot.send("GET", f"{path}/lookup?channel=web&{name}={value}")
    assert looked_up.status in (400, 404)


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
