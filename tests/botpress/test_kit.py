"""The hooks and the action of examples/botpress in the sandbox of Botpress, with the real axios, on
the running stack."""

import contextlib
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
from concurrent.futures import ThreadPoolExecutor
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from select import select
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.domain.conversation.entries import EVENT_TYPES
from chalicelib.domain.default_texts import DEFAULT_TEXTS
from chalicelib.entrypoints.http.schemas import limits
from chalicelib.usecases.records.webhooks import Webhook
from chalicelib.usecases.webhooks import worker
from chalicelib.usecases.webhooks.signing import sign
from tests.botpress.stage import Cast, Stage
from tests.support.services import MemoryServices
from tests.support.stack import ROOT, Stack

EXAMPLES = ROOT / "examples" / "botpress"
RUNNER = Path(__file__).with_name("hooks.js")
FILES = ("baton-gate.js", "connect-to-agent.js", "record-bot.js", "webhook.js")
GATE, ACTION = "baton-gate.js", "connect-to-agent.js"
THREAD = "156085638552453280"
UNAVAILABLE = "I cannot answer at the moment. Please try again in a few minutes."
HOOK_WITHIN = 30
"""Seconds."""
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


class HookRunner:
    """One node process that runs hook after hook, each in a sandbox of its own. An error in a hook
    ends the process and fails the test; the next run starts a new one."""

    def __init__(self, packages: Path) -> None:
        self._packages = packages
        self._errors = packages / "errors.log"
        self._process: subprocess.Popen[str] | None = None

    def run(self, given: dict[str, Any]) -> dict[str, Any]:
        self._process = self._process or self._start()
        assert self._process.stdin
        assert self._process.stdout
        with contextlib.suppress(BrokenPipeError):  # an error after the end of an earlier hook
            print(json.dumps(given), file=self._process.stdin, flush=True)
        ready, _, _ = select([self._process.stdout], [], [], HOOK_WITHIN)
        line = self._process.stdout.readline() if ready else ""
        if not line:
            self.stop()
            pytest.fail(f"The hook did not end: {self._errors.read_text()}")
        outcome: dict[str, Any] = json.loads(line)
        return outcome

    def stop(self) -> None:
        if self._process:
            with self._process:
                self._process.kill()
            self._process = None

    def _start(self) -> subprocess.Popen[str]:
        with self._errors.open("w") as errors:
            return subprocess.Popen(
                ["node", str(RUNNER)],
                cwd=self._packages,
                # No proxy of the environment stands between axios and loopback.
                env={"PATH": os.environ["PATH"]},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )


@pytest.fixture(scope="session")
def hook_runner(packages: Path) -> Iterator[HookRunner]:
    runner = HookRunner(packages)
    yield runner
    runner.stop()


class Botpress:
    """The server of one bot, as its hooks see it. `kvs` is kept for its lifetime."""

    def __init__(self, stage: Stage, url: str, runner: HookRunner, axios: str) -> None:
        self.stage, self.url = stage, url
        self.settings: dict[str, Any] = {"key": stage.token("bot")}
        self.sandbox = "vm2"
        self._runner, self._axios = runner, axios
        self.kvs: dict[str, Any] = {}

    def hears(self, text: str | None = "hello", **event: Any) -> dict[str, Any]:
        return self.run(GATE, self.event("incoming", text, **event))

    def says(self, text: str, **event: Any) -> dict[str, Any]:
        return self.run("record-bot.js", self.event("outgoing", text, **event))

    def connects(
        self, reason: str | None = None, say: str | None = None, **event: Any
    ) -> dict[str, Any]:
        return self.run(ACTION, self.event("incoming", "help", **event), reason=reason, say=say)

    def event(self, direction: str, text: str | None, **more: Any) -> dict[str, Any]:
        return {
            "type": "text",
            "direction": direction,
            "id": f"{direction}-{text}",
            "botId": self.stage.bot,
            "channel": "web",
            "target": "zoe",
            "threadId": THREAD,
            "payload": {"type": "text", "text": text},
            "preview": text or "",
            "state": {"user": {"nickname": "Zoe", "language": "fr"}},
        } | more

    def run(
        self, file: str, event: dict[str, Any], bots: str | None = None, **args: Any
    ) -> dict[str, Any]:
        """The effects of the hook. `seconds` is its duration; `bots` replaces the settings."""
        bots = bots or json.dumps({self.stage.bot: self.settings})
        env = {"EXPOSED_BATON_URL": self.url, "EXPOSED_BATON_BOTS": bots}
        hook = {"file": str(EXAMPLES / file), "axios": self._axios, "sandbox": self.sandbox}
        began = time.monotonic()
        outcome = self._runner.run(
            {**hook, "event": event, "env": env, "kvs": self.kvs, "args": args}
        )
        self.kvs = outcome["kvs"]
        return {**outcome, "seconds": time.monotonic() - began}

    def log(self) -> list[tuple[str, Any]]:
        return [(entry["kind"], entry["text"]) for entry in self.entries()]

    def entries(self) -> list[dict[str, Any]]:
        (session,) = self.stage.ok("bot", "GET hitl/sessions").json
        path = f"GET /api/v1/bots/{self.stage.bot}/conversations/{session['id']}/entries"
        items: list[dict[str, Any]] = self.stage.ok("bot", path).json["items"]
        return items

    def session(self) -> dict[str, Any]:
        (session,) = self.stage.ok("bot", "GET hitl/sessions").json
        found: dict[str, Any] = session
        return found


@pytest.fixture(params=["axios", "axios-current"], ids=["0.21", "current"])
def botpress(
    request: pytest.FixtureRequest, served: Cast, stack: Stack, hook_runner: HookRunner
) -> Botpress:
    return Botpress(served.stage(), stack.url, hook_runner, request.param)


@pytest.fixture
def current(served: Cast, stack: Stack, hook_runner: HookRunner) -> Botpress:
    """With the axios that Botpress has, where the version makes no difference."""
    return Botpress(served.stage(), stack.url, hook_runner, "axios")


def test_the_gate_records_the_user_by_name_and_lets_the_bot_answer(botpress: Botpress) -> None:
    outcome = botpress.hears("hello")

    assert (outcome["isPause"], outcome["flags"], outcome["logged"]) == (False, [], [])
    session = botpress.session()
    assert session["user"]["fullName"] == "Zoe"
    assert session["user"]["attributes"] == {"language": "fr"}
    assert (session["threadId"], session["lastMessage"]["text"]) == (THREAD, "hello")


@pytest.mark.parametrize("type_", ["text", "image", "quick_reply", "visit", "bp_dialog_timeout"])
def test_the_gate_drops_the_turn_of_the_bot_while_the_user_waits_for_a_person(
    botpress: Botpress, type_: str
) -> None:
    botpress.hears("hello")
    botpress.stage.ok("bot", f"POST hitl/sessions/{THREAD}/pause")

    outcome = botpress.hears("more", type=type_)

    assert outcome["isPause"] is True
    assert outcome["flags"] == [["skip dialog", True], ["skip qna", True]]
    assert outcome["replies"] == []


@pytest.mark.parametrize("sandbox", ["vm2", "none"])
def test_the_hooks_and_the_action_run_in_the_sandbox_and_without_it(
    sandbox: str, current: Botpress
) -> None:
    current.sandbox = sandbox

    heard = current.hears("hello")
    said = current.says("welcome", incomingEventId="incoming-hello")
    paused = current.connects("Wants a refund.")

    assert (heard["logged"], said["logged"], paused["logged"]) == ([], [], [])
    assert paused["temp"]["conversation"]["paused"] is True


def test_the_gate_stores_a_message_once_however_often_the_hook_runs(botpress: Botpress) -> None:
    for _ in range(2):
        botpress.hears("hello")

    assert botpress.log() == [("message", "hello")]


def test_the_gate_ignores_events_that_are_not_messages(botpress: Botpress) -> None:
    outcome = botpress.hears("x", type="delivery")

    assert outcome["isPause"] is False
    assert botpress.stage.ok("bot", "GET hitl/sessions").json == []


# Several bots on one server


@pytest.mark.parametrize("bot", ["another-bot", "constructor"])
def test_a_bot_without_a_key_works_as_if_there_were_no_hooks(bot: str, current: Botpress) -> None:
    heard = current.hears("hello", botId=bot)
    said = current.says("welcome", botId=bot)

    assert (heard["isPause"], heard["flags"], heard["replies"]) == (False, [], [])
    assert heard["logged"] == said["logged"] == []


def test_the_action_of_a_bot_without_a_key_says_that_the_setting_is_missing(
    current: Botpress,
) -> None:
    outcome = current.connects("Lost.", botId="another-bot")

    assert outcome["temp"]["conversation"]["paused"] is False
    assert "EXPOSED_BATON_BOTS does not name the bot another-bot." in outcome["said"][0]


# What users send


def test_a_quick_reply_is_recorded_as_the_words_on_its_button(current: Botpress) -> None:
    payload = {"type": "quick_reply", "text": "Yes, please", "payload": "YES"}

    current.hears("YES", type="quick_reply", payload=payload)

    assert current.log() == [("message", "Yes, please")]


def test_a_postback_without_a_label_is_recorded_as_its_value(current: Botpress) -> None:
    payload = {"type": "postback", "payload": "START"}

    current.hears("", type="postback", id="p", payload=payload)

    assert current.log() == [("message", "START")]


@pytest.mark.parametrize("type_", [*sorted(EVENT_TYPES - {"event"}), "contact-form"])
def test_what_nobody_said_is_recorded_as_an_event(type_: str, current: Botpress) -> None:
    current.hears("hello")

    current.hears("fake message", type=type_)

    entry = current.entries()[-1]
    assert entry["kind"] == "event"
    if type_ == "contact-form":
        assert (entry["type"], entry["payload"]["name"]) == ("event", type_)
    else:
        assert entry["type"] == type_


@pytest.mark.parametrize("type_", ["image", "file", "audio", "voice", "video", "location"])
def test_other_messages_of_users_are_recorded_with_their_payload(
    type_: str, current: Botpress
) -> None:
    current.hears("", type=type_, id=type_, payload={"type": type_, "url": "https://x.test/1"})

    (entry,) = current.entries()
    assert (entry["kind"], entry["type"]) == ("message", type_)
    assert entry["payload"]["url"] == "https://x.test/1"


def test_a_payload_that_is_too_large_is_cut_and_the_message_is_kept(current: Botpress) -> None:
    outcome = current.hears("Look", type="image", payload={"url": "x" * 20000})

    assert outcome["logged"] == []
    (entry,) = current.entries()
    assert entry["payload"] == {"text": "Look", "cut": True}


def test_a_numeric_target_is_sent_as_a_string(current: Botpress) -> None:
    current.hears("hello", target=4917012345)
    current.connects("Lost.", target=4917012345)

    session = current.session()
    assert (session["user"]["id"], session["isPaused"]) == ("4917012345", True)


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ({"full_name": "Zoe Zed", "first_name": "Z", "nickname": "zz"}, "Zoe Zed"),
        ({"fullName": "Zoe Zed"}, "Zoe Zed"),
        ({"first_name": "Zoe", "last_name": "Zed", "nickname": "zz"}, "Zoe Zed"),
        ({"firstName": "Zoe", "lastName": "Zed"}, "Zoe Zed"),
        ({"nickname": "zz"}, "zz"),
        ({"full_name": "Z" * 65}, "Z" * 64),
    ],
)
@pytest.mark.parametrize("by", ["gate", "action"])
def test_the_name_of_a_user_is_the_full_name_that_botpress_knows(
    by: str, user: dict[str, str], name: str, current: Botpress
) -> None:
    if by == "gate":
        current.hears("hello", state={"user": user})
    else:
        current.connects("Lost.", state={"user": user})

    assert current.session()["user"]["fullName"] == name


# The bot's replies


def test_a_message_of_the_bot_is_recorded(botpress: Botpress) -> None:
    botpress.hears("hello")

    outcome = botpress.says("welcome", incomingEventId="incoming-hello")

    assert outcome["logged"] == []
    assert botpress.log() == [("message", "hello"), ("message", "welcome")]


@pytest.mark.parametrize("mark", ["agent", "baton"])
def test_a_message_that_baton_sent_is_not_recorded_again(mark: str, current: Botpress) -> None:
    current.hears("hello")

    current.says("yo", payload={"type": "text", "text": "yo", mark: True})

    assert current.log() == [("message", "hello")]


def test_a_reply_with_the_epoch_before_a_handoff_is_marked_as_a_leak(botpress: Botpress) -> None:
    botpress.hears("hello")
    for action in ("pause", "unpause"):
        botpress.stage.ok("bot", f"POST hitl/sessions/{THREAD}/{action}")

    outcome = botpress.says("late", incomingEventId="incoming-hello")

    assert outcome["logged"] == ["warn"]
    assert botpress.log()[-1] == ("leak", None)


# The action


def test_the_action_pauses_the_conversation_and_gives_the_reason(botpress: Botpress) -> None:
    botpress.hears("hello")

    outcome = botpress.connects("Wants a refund.")

    assert (outcome["logged"], outcome["replies"]) == ([], [])
    assert outcome["temp"]["conversation"]["paused"] is True
    requested = botpress.entries()[-1]
    assert (requested["kind"], requested["payload"]["reason"]) == ("requested", "Wants a refund.")


def test_the_last_words_of_the_bot_are_said_once_and_are_no_leak(botpress: Botpress) -> None:
    botpress.hears("hello")

    first, second = (botpress.connects("Lost.", "One moment.") for _ in range(2))

    said = {"to": "zoe", "type": "text", "text": "One moment.", "baton": True}
    assert (first["replies"], second["replies"]) == ([said], [])
    assert botpress.log() == [("message", "hello"), ("message", "One moment."), ("requested", None)]
    last = botpress.session()["lastMessage"]
    assert (last["source"], last["text"]) == ("bot", "One moment.")


def test_the_last_words_are_not_said_if_the_conversation_could_not_be_paused(
    current: Botpress,
) -> None:
    current.url = "http://127.0.0.1:9"

    outcome = current.connects("Lost.", "One moment.")

    assert [each["text"] for each in outcome["replies"]] == [UNAVAILABLE]


def test_the_last_words_are_said_although_the_key_value_store_is_broken(current: Botpress) -> None:
    current.kvs = {"broken": True}

    outcome = current.connects("Lost.", "One moment.")

    assert (outcome["temp"]["conversation"]["paused"], outcome["logged"]) == (True, ["warn"])
    assert [each["text"] for each in outcome["replies"]] == ["One moment."]


def test_a_reason_that_is_too_long_is_cut(current: Botpress) -> None:
    outcome = current.connects("🎉" * (limits.REASON + 1))

    assert outcome["temp"]["conversation"]["paused"] is True
    assert current.entries()[-1]["payload"]["reason"] == "🎉" * limits.REASON


def test_an_action_that_botpress_runs_twice_asks_once(current: Botpress) -> None:
    first, second = (current.connects("Lost.") for _ in range(2))

    assert first["temp"] == second["temp"]
    assert [kind for kind, _ in current.log()] == ["requested"]


# If Baton does not answer


class Baton:
    """A server between the hooks and Baton. It waits for the seconds of `delays`, one for each
    call, before it passes the answer on. It answers with `status` if that is set."""

    def __init__(self, url: str) -> None:
        self.delays: list[float] = []
        self.status: int | None = None
        self.calls: list[str] = []
        self.stopped = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.calls.append(self.path)
                body = self.rfile.read(int(self.headers["Content-Length"]))
                delay = outer.delays.pop(0) if outer.delays else 0
                status, answer = outer.status, b"{}"
                if status is None:
                    status, answer = forward(url + self.path, body, self.headers)
                outer.stopped.wait(delay)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()


def forward(url: str, body: bytes, headers: Message) -> tuple[int, bytes]:
    kept = {name: headers[name] for name in ("Authorization", "Content-Type")}
    request = urllib.request.Request(url, body, kept, method="POST")
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=10) as answer:
            return int(answer.status), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.fixture
def slow(stack: Stack) -> Iterator[Baton]:
    baton = Baton(stack.url)
    yield baton
    baton.stop()


def test_the_bot_stays_silent_and_the_user_is_told_if_baton_is_down(botpress: Botpress) -> None:
    botpress.url = "http://127.0.0.1:9"

    outcome = botpress.hears("hello")

    assert (outcome["isPause"], outcome["logged"]) == (True, ["error"])
    assert outcome["replies"] == [{"to": "zoe", "type": "text", "text": UNAVAILABLE, "baton": True}]


@pytest.mark.parametrize(("unavailable", "told"), [("Ya volvemos.", ["Ya volvemos."]), (None, [])])
def test_the_text_for_the_user_is_a_setting(
    unavailable: str | None, told: list[str], current: Botpress
) -> None:
    current.url = "http://127.0.0.1:9"
    current.settings["unavailable"] = unavailable

    outcomes = current.hears("hello"), current.connects("Lost.")

    assert [[each["text"] for each in outcome["replies"]] for outcome in outcomes] == [told, told]


@pytest.mark.parametrize("type_", ["visit", "bp_dialog_timeout", "proactive-trigger"])
def test_an_event_of_nobody_gets_no_text_if_baton_is_down(type_: str, current: Botpress) -> None:
    current.url = "http://127.0.0.1:9"

    outcome = current.hears("hello", type=type_)

    assert (outcome["isPause"], outcome["replies"]) == (True, [])


def test_a_baton_that_hangs_is_given_up_after_one_retry(botpress: Botpress, slow: Baton) -> None:
    botpress.url, slow.delays = slow.url, [60, 60]

    outcome = botpress.hears("hello")

    assert 6 < outcome["seconds"] < 12
    assert (outcome["isPause"], len(slow.calls)) == (True, 2)
    assert [each["text"] for each in outcome["replies"]] == [UNAVAILABLE]


def test_a_message_that_was_accepted_too_slowly_is_answered_by_the_bot(
    botpress: Botpress, slow: Baton
) -> None:
    botpress.url, slow.delays = slow.url, [4]

    outcome = botpress.hears("hello")

    assert (outcome["isPause"], outcome["replies"], len(slow.calls)) == (False, [], 2)
    assert botpress.log() == [("message", "hello")]


def test_a_pause_that_was_accepted_too_slowly_is_made_once(current: Botpress, slow: Baton) -> None:
    current.url, slow.delays = slow.url, [4]

    outcome = current.connects("Lost.")

    assert (outcome["temp"]["conversation"]["paused"], len(slow.calls)) == (True, 2)
    assert [kind for kind, _ in current.log()] == ["requested"]


@pytest.mark.parametrize(("status", "calls"), [(401, 1), (400, 1), (404, 1), (503, 2), (429, 2)])
def test_only_a_refusal_that_may_pass_is_retried(
    status: int, calls: int, current: Botpress, slow: Baton
) -> None:
    current.url, slow.status = slow.url, status

    outcome = current.hears("hello")

    assert (outcome["isPause"], len(slow.calls)) == (True, calls)
    assert [each["text"] for each in outcome["replies"]] == [UNAVAILABLE]


def test_the_bot_answers_although_the_epoch_cannot_be_kept(current: Botpress) -> None:
    current.kvs = {"broken": True}

    outcome = current.hears("hello")

    assert (outcome["isPause"], outcome["logged"]) == (False, ["warn"])


def test_settings_that_are_no_json_stop_the_bot_and_are_named_in_the_log(
    current: Botpress,
) -> None:
    outcome = current.run(GATE, current.event("incoming", "hello"), bots="{nope")

    assert (outcome["isPause"], outcome["logged"]) == (True, ["error"])
    assert "EXPOSED_BATON_BOTS" in outcome["said"][0]
    assert [each["text"] for each in outcome["replies"]] == [UNAVAILABLE]


# Back from a person


def returned(botpress: Botpress, **more: Any) -> dict[str, Any]:
    """The values that webhook.js stores for the gate at a return, and the gate's outcome."""
    botpress.hears("hello")
    botpress.connects("Lost.")
    (session,) = botpress.stage.ok("bot", "GET hitl/sessions").json
    path = f"/api/v1/bots/{botpress.stage.bot}/conversations/{session['id']}"
    head: dict[str, Any] = botpress.stage.ok("bot", f"POST {path}/unpause", {}).json
    back = {"conversation_id": session["id"], "epoch": head["epoch"], "outcome": "resolved"}
    botpress.kvs["baton-return-t"] = {**back, **more}
    return head


def come_back(botpress: Botpress, token: str = "t") -> dict[str, Any]:
    payload = {"type": "baton-return", "token": token}
    return botpress.hears(None, type="baton-return", id="r", payload=payload)


@pytest.mark.parametrize(
    ("resume_at", "flow", "node"),
    [
        ("orders.flow.json#confirm", "orders.flow.json", "confirm"),
        ("orders#confirm", "orders.flow.json", "confirm"),
        ("orders", "orders.flow.json", "entry"),
    ],
)
def test_the_bot_goes_on_at_the_node_that_the_agent_chose(
    resume_at: str, flow: str, node: str, current: Botpress
) -> None:
    head = returned(current, resume_at=resume_at, variables={"discount": 10}, note="Paid.")

    outcome = come_back(current)

    session_id = f"{current.stage.bot}::web::zoe::{THREAD}"
    assert (outcome["isPause"], outcome["logged"]) == (False, [])
    assert outcome["jumps"] == [[session_id, flow, node]]
    assert outcome["session"]["baton"] == {
        "outcome": "resolved",
        "note": "Paid.",
        "variables": {"discount": 10},
    }
    assert ["persist state", True] in outcome["flags"]
    assert current.kvs == {"baton-epoch-incoming-hello": 1, "baton-epoch-r": head["epoch"]}


def test_variables_without_a_node_are_kept_for_the_next_turn(current: Botpress) -> None:
    returned(current, variables={"discount": 10})

    outcome = come_back(current)

    assert (outcome["jumps"], outcome["session"]["baton"]["variables"]) == ([], {"discount": 10})
    assert ["skip dialog", True] in outcome["flags"]
    assert ["persist state", True] in outcome["flags"]


def test_the_bot_does_not_go_on_if_a_person_was_asked_for_again(current: Botpress) -> None:
    returned(current, resume_at="orders#confirm")
    current.stage.ok("bot", f"POST hitl/sessions/{THREAD}/pause")

    outcome = come_back(current)

    assert (outcome["isPause"], outcome["jumps"], outcome["replies"]) == (True, [], [])


def test_a_user_cannot_send_the_event_that_moves_the_flow(current: Botpress) -> None:
    returned(current, resume_at="orders#confirm")

    outcome = come_back(current, token="guessed")

    assert (outcome["isPause"], outcome["jumps"]) == (True, [])


# The receiver


class Receiver:
    """webhook.js in a server of its own. `sent` holds the messages that it has sent to users."""

    def __init__(self, packages: Path, sandbox: str) -> None:
        self._process = subprocess.Popen(
            ["node", str(RUNNER)],
            cwd=packages,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin
        bots = json.dumps({"demo": {"key": "bk_demo", "secret": SECRET}, "mute": {"key": "bk_m"}})
        hook = {"file": str(EXAMPLES / "webhook.js"), "axios": "axios", "sandbox": sandbox}
        given = {**hook, "env": {"EXPOSED_BATON_BOTS": bots}, "kvs": {}}
        self._process.stdin.write(json.dumps(given) + "\n")
        self._process.stdin.close()
        assert self._process.stdout
        self.opened = json.loads(self._process.stdout.readline())
        self.sent: Queue[Any] = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def post(self, body: bytes, bot: str = "demo", **headers: str) -> int:
        url = f"http://127.0.0.1:{self.opened['port']}/api/v1/bots/{bot}/mod/baton/webhook"
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


@pytest.fixture(params=["vm2", "none"])
def receiver(request: pytest.FixtureRequest, packages: Path) -> Iterator[Receiver]:
    receiver = Receiver(packages, request.param)
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


def test_a_message_that_is_delivered_twice_at_once_is_sent_once(receiver: Receiver) -> None:
    with ThreadPoolExecutor() as pool:
        statuses = list(pool.map(lambda _: receiver.post(told(), **signed(told())), range(4)))

    assert statuses == [204] * 4
    assert receiver.sent.get(timeout=10)["payload"]["text"] == "Grüße 🎉"
    assert receiver.sent.empty()


def test_a_bot_that_the_settings_do_not_name_has_no_webhook(receiver: Receiver) -> None:
    assert receiver.post(told(), "another-bot", **signed(told())) == 404
    assert receiver.post(told(), "mute", **signed(told())) == 401


def test_events_that_baton_may_add_later_are_accepted(receiver: Receiver) -> None:
    body = told("handoff.renamed")

    assert receiver.post(body, **signed(body)) == 204
    assert receiver.sent.empty()


def test_the_user_reads_each_text_about_the_handoff_and_the_words_of_the_agent(
    receiver: Receiver, stage: Stage, services: MemoryServices
) -> None:
    """The bodies are those that Baton sends."""
    returns = {"note": "Paid.", "resume_at": "orders#confirm", "variables": {"discount": 10}}
    for body in bodies_of_a_handoff(stage, services, returns):
        assert receiver.post(body, **signed(body, id_=str(len(body)))) == 204

    sent = [receiver.sent.get(timeout=10) for _ in range(5)]

    said = [each["payload"].get("text") for each in sent]
    texts = DEFAULT_TEXTS["en"]
    claimed = "You are now talking to Ana."
    assert said == [texts["requested"], claimed, "yo", texts["resolved"], None]
    assert [each["payload"].get("agent") for each in sent] == [None, None, True, None, None]
    assert all(each["payload"].get("baton") for each in sent[:4])
    assert {(each["target"], each["threadId"], each["channel"]) for each in sent} == {
        ("C", "T1", "web")
    }
    back = sent[4]
    assert (back["direction"], back["type"]) == ("incoming", "baton-return")
    (kept,) = [each for name, each in back["kvs"].items() if name.startswith("baton-return-")]
    head = stage.ok("bot", "GET /api/v1/bots/{bot}/conversations/{session}").json
    where = {"conversation_id": stage.names["session"], "epoch": head["epoch"]}
    assert kept == {**where, "outcome": "resolved", **returns}


def bodies_of_a_handoff(
    stage: Stage, services: MemoryServices, returns: dict[str, Any]
) -> list[bytes]:
    bot = services.directory.bot(stage.bot)
    assert bot
    services.directory.put_bot(replace(bot, webhook=Webhook("https://bot.test/hook", (SECRET,))))
    stage.prepare(["talked", "requested", "ana online"])
    services.clock.advance(1000)
    stage.prepare(["assigned"])
    stage.ok("ana", "POST hitl/sessions/{session}/message", {"message": "yo"})
    stage.ok("ana", "POST /api/v1/bots/{bot}/conversations/{session}/unpause", returns)
    worker.deliver(services, stage.bot, stage.names["session"], "receipt")
    return [request.body for request in services.webhook_client.requests]


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


# The files


@pytest.mark.parametrize("name", FILES)
def test_the_kit_is_written_for_node_12(name: str) -> None:
    assert later_than_node_12((EXAMPLES / name).read_text()) == []


@pytest.mark.parametrize("late", ["a?.b", "a ?? b", "a ||= b", "text.replaceAll(a, b)", "a.at(1)"])
def test_later_syntax_is_found(late: str) -> None:
    assert later_than_node_12(f"// a comment\n{late}\n")


def test_the_limits_in_the_files_are_those_of_baton() -> None:
    """Baton refuses longer names, texts and reasons."""
    kit = "".join((EXAMPLES / name).read_text() for name in FILES)

    for name in ("NAME", "TEXT", "REASON"):
        assert set(re.findall(rf"{name}_LENGTH = (\d+)", kit)) == {str(getattr(limits, name))}


def test_a_function_that_several_files_have_is_the_same_in_each() -> None:
    """Each file stands alone, so the shared functions are copies."""
    copies: dict[str, set[str]] = {}
    for name in FILES:
        for function in re.findall(r"(?m)^const \w+ = [^\n]*=>(?:.*\n)(?:[ }].*\n)*", code(name)):
            copies.setdefault(function.split()[1], set()).add(function)

    own = {"message", "said", "epoch", "resume", "address", "request"}
    assert len(copies) > 20
    assert [name for name, found in copies.items() if len(found) > 1 and name not in own] == []


def code(name: str) -> str:
    return (EXAMPLES / name).read_text()


def later_than_node_12(code: str) -> list[str]:
    bare = re.sub(r"//[^\n]*|/\*.*?\*/", "", code, flags=re.DOTALL)
    return re.findall(r"\?\.|\?\?|\|\|=|&&=|\breplaceAll\b|^import\b|\.at\(", bare)


# Copies


def functions_of(file: Path) -> dict[str, str]:
    """The text of each function of a script, by its name."""
    found = re.finditer(r"^const (\w+) = (.*?)^}$", file.read_text(), re.MULTILINE | re.DOTALL)
    return {each[1]: each[2] for each in found}


@pytest.mark.parametrize("name", ["settingsOf", "callBaton", "within", "reasonOf"])
def test_the_scripts_have_equal_copies_of_what_calls_baton(name: str) -> None:
    files = ("baton-gate.js", "connect-to-agent.js", "record-bot.js")

    copies = {functions_of(EXAMPLES / file)[name] for file in files}

    assert len(copies) == 1
