"""Each call is logged as one line, without secrets and without texts of people."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.domain.conversation.head import Head
from chalicelib.entrypoints.events import minute, stream, webhook_queue
from chalicelib.entrypoints.request_log import RequestLog
from chalicelib.entrypoints.websocket import handlers
from chalicelib.usecases.records.stream import CommittedEntry
from tests.api.calls import NATIVE, ROWS
from tests.api.conversation_setup import BOT, NOBODYS_ID, begun, id_of, message, ok, waiting
from tests.api.live.socket_client import SocketClient
from tests.support.api import DEMO_KEY, Api
from tests.support.log_lines import Lines, written
from tests.support.memory import MemoryConversations
from tests.support.services import MemoryServices

CANARY = "canary-4000-1234"
GATE = "GET /api/v1/bots/{bot}/conversations/{id}/gate"

RECORD = {"dynamodb": {"SequenceNumber": "1"}}


@pytest.fixture
def lines() -> Iterator[Lines]:
    with written() as lines:
        yield lines


def test_a_request_is_logged_as_one_line(lines: Lines, bot: Api) -> None:
    path = begun(bot)
    before = len(lines.all)

    bot.get(f"{path}/gate")

    (line,) = lines.all[before:]
    assert line.pop("ms") >= 0
    assert line.pop("request_id") == ""  # the test client sends none
    assert line.keys() == {"at", "level", "event", "route", "status", "caller", "bot", "cold_start"}
    shown = {name: line[name] for name in ("event", "route", "status", "caller", "bot")}
    assert shown == {
        "event": "request",
        "route": GATE,
        "status": 200,
        "caller": "bot",
        "bot": "demo",
    }


def test_a_refused_request_is_logged_with_its_code(lines: Lines, bot: Api) -> None:
    path = begun(bot)

    bot.post(f"{path}/messages", {"text": CANARY, "from": "nobody"})

    line = lines.of("request")[-1]
    assert (line["status"], line["code"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("name", "kind"), [("ana", "agent"), ("sam", "supervisor"), ("owner", "owner")]
)
def test_the_request_log_names_the_kind_of_caller(
    lines: Lines, bot: Api, name: str, kind: str
) -> None:
    caller = bot.login(name)

    caller.get(f"{BOT}/agents")

    assert lines.of("request")[-1]["caller"] == kind


def test_an_unauthenticated_request_is_logged_without_a_kind_of_caller(
    lines: Lines, nobody: Api
) -> None:
    nobody.get(f"{BOT}/agents")

    line = lines.of("request")[-1]
    assert line["status"] == 401
    assert "caller" not in line
    assert "bot" not in line


def test_the_first_call_of_a_container_is_logged_as_a_cold_start(lines: Lines) -> None:
    request_log = RequestLog()

    for _ in range(3):
        with request_log.line("request"):
            pass

    assert [line["cold_start"] for line in lines.all] == [True, False, False]


def test_a_failed_call_is_logged_as_well(lines: Lines) -> None:
    with pytest.raises(ZeroDivisionError), RequestLog().line("request", route="GET /"):
        raise ZeroDivisionError

    assert lines.all[0]["route"] == "GET /"


def test_frames_stream_batches_queue_messages_and_sweeps_are_logged(
    lines: Lines, services: MemoryServices, bot: Api, ana: Api
) -> None:
    client = SocketClient(services, ana, "a")
    client.do("sync")
    client.send('{"id": 1, "action": "canary"}')
    webhook_queue.handle(services, _queue_event(waiting(bot)))
    stream.handle(services, lambda record: None, {"Records": [RECORD, RECORD]})
    minute.every_minute(services)
    handlers.disconnect(services, {"requestContext": {"connectionId": "a"}})

    known, unknown = lines.of("frame")
    assert (known["action"], "code" in known) == ("sync", False)
    assert ("action" in unknown, unknown["code"]) == (False, "invalid_request")
    assert [line["unfinished"] for line in lines.of("webhook_queue")] == [0]
    assert [line["records"] for line in lines.of("changes")] == [2]
    assert [line["deadlines_met"] for line in lines.of("minute")] == [0]
    assert [len(lines.of(event)) for event in ("connect", "disconnect")] == [1, 1]


def test_the_log_of_every_route_contains_nothing_from_the_request_body(
    lines: Lines, bot: Api, ana: Api, owner: Api
) -> None:
    begun(bot)
    for method, path in NATIVE:
        for caller in (bot, ana, owner, bot.as_(CANARY)):
            filled = path.replace("{bot}", "demo").replace("{id}", NOBODYS_ID)
            for name in ("ticket", "name", "strategy", "action"):
                filled = filled.replace("{" + name + "}", CANARY)
            body = dict.fromkeys(ROWS[method, path].body or {}, CANARY) | {CANARY: CANARY}
            headers = {"Idempotency_Key": CANARY, "User_Agent": CANARY, "X_Canary": CANARY}
            caller.unchecked(method, f"{filled}?q={CANARY}", body, **headers)

    assert len(lines.of("request")) > 4 * len(NATIVE)
    assert secrets_in(lines.text) == []


def test_the_log_of_a_whole_handoff_contains_no_message_and_no_secret(
    lines: Lines, services: MemoryServices, bot: Api, ana: Api
) -> None:
    user = {"id": CANARY, "name": CANARY, "attributes": {CANARY: CANARY}}
    path = waiting(bot, **message(text=CANARY, user=user, message_id=CANARY, thread=CANARY))
    client = SocketClient(services, ana, "a")
    here = {"conversation_id": id_of(path), "bot": "demo"}
    client.do("claim", **here)
    client.do("message", **here, text=CANARY, message_id=CANARY)
    client.do("note", **here, text=CANARY)
    client.send(f'{{"id": 1, "action": "{CANARY}"}}')
    client.send(CANARY)
    bot.post(f"{path}/messages", {"from": "bot", "text": CANARY})
    bot.post(f"{path}/suggestions", {"text": CANARY})
    ok(ana.send("PUT", f"{path}/tags", {"tags": [CANARY]}))
    ok(ana.post(f"{path}/unpause", {"note": CANARY, "variables": {CANARY: CANARY}}))
    _follow(services, path)
    webhook_queue.handle(services, _queue_event(path))
    minute.every_minute(services)

    assert len(lines.all) > 15
    assert secrets_in(lines.text) == []


class Broken(MemoryConversations):
    """Fails, and quotes what it was given, as libraries do."""

    def head(self, bot: str, conversation_id: str) -> Head | None:
        raise ValueError(f"cannot read {CANARY}")


def test_an_internal_error_is_logged_with_its_place_and_without_quotes(
    lines: Lines, services: MemoryServices, bot: Api
) -> None:
    path = begun(bot)
    services.conversations = Broken(services.memory, services.clock)

    answer = bot.unchecked("GET", f"{path}/gate")

    assert answer.status == 500
    (failed,) = lines.of("request failed")
    assert failed["errors"][0]["type"] == "ValueError"
    assert failed["errors"][0]["stack"][-1].endswith(" head")
    assert lines.of("request")[-1]["status"] == 500
    assert secrets_in(lines.text) == []


@pytest.mark.parametrize("secret", [CANARY, DEMO_KEY, "ana-demo", "eyJhbGciOiJIUzI1NiI.x"])
def test_a_secret_that_is_logged_is_found(lines: Lines, secret: str) -> None:
    logging.getLogger("baton").info("request", extra={"query": f"?q={secret}"})

    assert secrets_in(lines.text) != []


def secrets_in(text: str) -> list[str]:
    """A text, parts of keys, passwords, tokens, and the headers that carry them."""
    forbidden = (CANARY, "onlyforloopback", "-demo", "eyJ", "Bearer", "baton.v1")
    return [word for word in forbidden if word in text]


def _follow(services: MemoryServices, path: str) -> None:
    entries = services.conversations.entries_after("demo", id_of(path), 0, 1000)
    committed = (CommittedEntry("demo", id_of(path), entry) for entry in entries)
    records = [{**RECORD, "committed": each} for each in committed]
    stream.handle(services, lambda record: record["committed"], {"Records": records})


def _queue_event(path: str) -> dict[str, Any]:
    body = json.dumps({"bot": "demo", "conversation_id": id_of(path), "seq": 1})
    return {"Records": [{"messageId": "m-1", "receiptHandle": "r-1", "body": body}]}
