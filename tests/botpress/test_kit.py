"""The hooks of examples/botpress under real Node, with the real axios, on the running stack."""

import json
import os
import re
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from chalicelib.usecases.webhooks.signing import sign
from tests.botpress.stage import Cast, Stage
from tests.support.stack import ROOT, Stack

EXAMPLES = ROOT / "examples" / "botpress"
RUNNER = Path(__file__).with_name("hooks.js")
SECRET = "whsec_YSBzZWNyZXQgdGhhdCBvbmx5IHRlc3RzIGtub3cgb2Y="


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages of `examples/botpress/package-lock.json`, installed by npm."""
    if not shutil.which("node") or not shutil.which("npm"):
        assert "CI" not in os.environ, "Node and npm are missing."
        pytest.skip("Node and npm are missing.")
    folder = tmp_path_factory.mktemp("hooks")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(EXAMPLES / name, folder)
    install = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"]
    subprocess.run(install, cwd=folder, check=True, capture_output=True, timeout=90)
    return folder


class Botpress:
    """The server of one bot, as its hooks see it. `kvs` is kept for its lifetime."""

    def __init__(self, stage: Stage, url: str, packages: Path, axios: str) -> None:
        self.stage, self.url = stage, url
        self._packages, self._axios = packages, axios
        self._kvs: dict[str, Any] = {}

    def hears(self, text: str | None = "hello", **event: Any) -> dict[str, Any]:
        return self._run("baton-gate.js", self._event("incoming", text, **event))

    def says(self, text: str, **event: Any) -> dict[str, Any]:
        return self._run("record-bot.js", self._event("outgoing", text, **event))

    def _event(self, direction: str, text: str | None, **more: Any) -> dict[str, Any]:
        return {
            "type": "text",
            "direction": direction,
            "id": f"{direction}-{text}",
            "botId": self.stage.bot,
            "channel": "web",
            "target": "zoe",
            "threadId": "156085638552453280",
            "payload": {"type": "text", "text": text},
            "preview": text or "",
            "state": {"user": {"nickname": "Zoe", "language": "fr"}},
        } | more

    def _run(self, hook: str, event: dict[str, Any]) -> dict[str, Any]:
        env = {"EXPOSED_BATON_URL": self.url, "EXPOSED_BATON_KEY": self.stage.token("bot")}
        ended = subprocess.run(
            ["node", str(RUNNER), str(EXAMPLES / hook), self._axios],
            cwd=self._packages,
            # No proxy of the environment stands between axios and loopback.
            env={"PATH": os.environ["PATH"]},
            input=json.dumps({"event": event, "env": env, "kvs": self._kvs}),
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        outcome: dict[str, Any] = json.loads(ended.stdout)
        self._kvs = outcome["kvs"]
        return outcome

    def log(self) -> list[tuple[str, Any]]:
        (session,) = self.stage.ok("bot", "GET hitl/sessions").json
        path = f"GET /api/v1/bots/{self.stage.bot}/conversations/{session['id']}/entries"
        entries = self.stage.ok("bot", path).json["items"]
        return [(entry["kind"], entry["text"]) for entry in entries]


@pytest.fixture(params=["axios", "axios-current"], ids=["0.21", "current"])
def botpress(
    request: pytest.FixtureRequest, served: Cast, stack: Stack, packages: Path
) -> Botpress:
    return Botpress(served.stage(), stack.url, packages, request.param)


def test_the_gate_records_the_user_by_name_and_lets_the_bot_answer(botpress: Botpress) -> None:
    outcome = botpress.hears("hello")

    assert (outcome["isPause"], outcome["flags"], outcome["logged"]) == (False, [], [])
    (session,) = botpress.stage.ok("bot", "GET hitl/sessions").json
    assert session["user"]["fullName"] == "Zoe"
    assert session["user"]["attributes"] == {"language": "fr"}
    assert (session["threadId"], session["lastMessage"]["text"]) == ("156085638552453280", "hello")


@pytest.mark.parametrize("type_", ["text", "image", "quick_reply", "visit"])
def test_the_gate_drops_the_turn_of_the_bot_while_the_user_waits_for_a_person(
    botpress: Botpress, type_: str
) -> None:
    botpress.hears("hello")
    botpress.stage.ok("bot", "POST hitl/sessions/156085638552453280/pause")

    outcome = botpress.hears("more", type=type_)

    assert outcome["isPause"] is True
    assert outcome["flags"] == [["skip dialog", True], ["skip qna", True]]


def test_the_gate_stores_a_message_once_however_often_the_hook_runs(botpress: Botpress) -> None:
    for _ in range(2):
        botpress.hears("hello")

    assert botpress.log() == [("message", "hello")]


def test_the_gate_keeps_the_bot_silent_if_baton_does_not_answer(botpress: Botpress) -> None:
    botpress.url = "http://127.0.0.1:9"

    outcome = botpress.hears("hello")

    assert (outcome["isPause"], outcome["logged"]) == (True, ["error"])


def test_the_gate_ignores_events_that_are_not_messages(botpress: Botpress) -> None:
    outcome = botpress.hears("x", type="delivery")

    assert outcome["isPause"] is False
    assert botpress.stage.ok("bot", "GET hitl/sessions").json == []


def test_a_message_of_the_bot_is_recorded(botpress: Botpress) -> None:
    botpress.hears("hello")

    outcome = botpress.says("welcome", incomingEventId="incoming-hello")

    assert outcome["logged"] == []
    assert botpress.log() == [("message", "hello"), ("message", "welcome")]


def test_a_message_of_an_agent_is_not_recorded_again(botpress: Botpress) -> None:
    botpress.hears("hello")

    botpress.says("yo", payload={"type": "text", "text": "yo", "agent": True})

    assert botpress.log() == [("message", "hello")]


def test_a_reply_with_the_epoch_before_a_handoff_is_marked_as_a_leak(botpress: Botpress) -> None:
    botpress.hears("hello")
    for action in ("pause", "unpause"):
        botpress.stage.ok("bot", f"POST hitl/sessions/156085638552453280/{action}")

    outcome = botpress.says("late", incomingEventId="incoming-hello")

    assert outcome["logged"] == ["warn"]
    assert botpress.log()[-1] == ("leak", None)


# The receiver


class Receiver:
    """webhook.js in a server of its own. `sent` holds the messages that it has sent to users."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["node", str(RUNNER), str(EXAMPLES / "webhook.js"), "axios"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin
        given = {"env": {"EXPOSED_BATON_WEBHOOK_SECRET": SECRET}, "kvs": {}}
        self._process.stdin.write(json.dumps(given))
        self._process.stdin.close()
        assert self._process.stdout
        self.opened = json.loads(self._process.stdout.readline())
        self.sent: Queue[Any] = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def post(self, body: bytes, **headers: str) -> int:
        url = f"http://127.0.0.1:{self.opened['port']}/api/v1/bots/demo/mod/baton/webhook"
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(url, body, names, method="POST")
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self.sent.put(json.loads(line))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    if not shutil.which("node"):
        pytest.skip("Node is missing.")
    receiver = Receiver()
    yield receiver
    receiver.stop()


def signed(
    body: bytes, *, age: int = 0, id_: str = "c_1:5", secret: str = SECRET
) -> dict[str, str]:
    seconds = int(time.time()) - age
    return {
        "webhook_id": id_,
        "webhook_timestamp": str(seconds),
        "webhook_signature": sign([secret], id_, seconds, body),
    }


def told(type_: str = "agent.message", text: str = "Grüße 🎉") -> bytes:
    entry = {"seq": 5, "type": "text", "text": text, "payload": None}
    data = {
        "conversation_id": "c_1",
        "channel": "web",
        "user": "zoe",
        "thread": "1",
        "entry": entry,
    }
    return json.dumps({"type": type_, "data": data}, ensure_ascii=False).encode()


def test_the_receiver_gets_the_raw_body_of_its_route(receiver: Receiver) -> None:
    assert receiver.opened["path"] == "/api/v1/bots/:botId/mod/baton/webhook"
    assert receiver.opened["options"] == {
        "checkAuthentication": False,
        "enableJsonBodyParser": False,
    }


def test_a_message_of_an_agent_is_sent_to_the_channel_of_the_user_once(receiver: Receiver) -> None:
    statuses = [receiver.post(told(), **signed(told())) for _ in range(2)]

    assert statuses == [204, 204]
    sent = receiver.sent.get(timeout=10)
    assert (sent["botId"], sent["channel"], sent["target"]) == ("demo", "web", "zoe")
    assert (sent["threadId"], sent["payload"]["text"], sent["payload"]["agent"]) == (
        "1",
        "Grüße 🎉",
        True,
    )
    assert receiver.sent.empty()


def test_other_webhook_events_are_accepted_and_not_sent_to_the_user(receiver: Receiver) -> None:
    body = told("handoff.claimed")

    assert receiver.post(body, **signed(body)) == 204
    assert receiver.sent.empty()


OTHER = "whsec_" + "b" * 40


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(told(), secret=OTHER),
        signed(told(), age=301),
        # Signed when the tests are collected, which may be half an hour before this one runs.
        signed(told(), age=-4000),
        signed(told("handoff.claimed")),
        signed(told()) | {"webhook_signature": "v1,"},
        signed(told()) | {"webhook_signature": "v1a,AAAA"},
        signed(told()) | {"webhook_timestamp": "now"},
        signed(told()) | {"webhook_id": "c_1:6"},
    ],
)
def test_a_webhook_call_without_a_valid_signature_is_refused(
    headers: dict[str, str], receiver: Receiver
) -> None:
    assert receiver.post(told(), **headers) == 401
    assert receiver.sent.empty()


def test_one_valid_signature_of_several_is_enough(receiver: Receiver) -> None:
    headers = signed(told(), secret=OTHER)
    right = signed(told())["webhook_signature"]
    headers["webhook_signature"] += " " + right

    assert receiver.post(told(), **headers) == 204


# The language


@pytest.mark.parametrize(
    "name", ["baton-gate.js", "connect-to-agent.js", "record-bot.js", "webhook.js"]
)
def test_the_kit_is_written_for_node_12(name: str) -> None:
    assert later_than_node_12((EXAMPLES / name).read_text()) == []


@pytest.mark.parametrize("late", ["a?.b", "a ?? b", "a ||= b", "text.replaceAll(a, b)", "a.at(1)"])
def test_later_syntax_is_found(late: str) -> None:
    assert later_than_node_12(f"// a comment\n{late}\n")


def later_than_node_12(code: str) -> list[str]:
    bare = re.sub(r"//[^\n]*|/\*.*?\*/", "", code, flags=re.DOTALL)
    return re.findall(r"\?\.|\?\?|\|\|=|&&=|\breplaceAll\b|^import\b|\.at\(", bare)
