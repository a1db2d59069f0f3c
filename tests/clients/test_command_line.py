"""The command line `baton`, against the real app."""

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from baton_client import Baton
from baton_client.cli import events
from baton_client.cli.commands import baton
from baton_client.signatures import WebhookEvent, WebhookVerifier
from tests.clients.app_server import AppServer
from tests.support.stack import ROOT

SECRET = "whsec_YSBzZWNyZXQgdGhhdCBvbmx5IHRlc3RzIGtub3cgb2Y="
BODY = {"type": "agent.message", "timestamp": "2026-01-01T00:00:00.000Z"}
EVENT = WebhookEvent("c:4", BODY["type"], BODY["timestamp"], {"conversation_id": "c", "user": "u"})


@pytest.fixture(autouse=True)
def login_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "baton" / "login.json"
    monkeypatch.setenv("BATON_LOGIN", str(path))
    return path


def run(*arguments: str, **more: Any) -> Result:
    return CliRunner().invoke(baton, ["--timeout", "5", *arguments], **more)


@pytest.fixture
def owner(server: AppServer) -> None:
    _log_in(server, "owner")


def _log_in(server: AppServer, name: str) -> None:
    email = f"{name}@example.test"
    done = run("login", "--url", server.origin, "--email", email, "--password", f"{name}-demo")
    assert (done.exit_code, done.output) == (0, f"You are logged in as {email}.\n")


def test_a_login_is_stored_for_this_user_only(
    server: AppServer, owner: None, login_file: Path
) -> None:
    assert stat.S_IMODE(login_file.stat().st_mode) == 0o600
    assert "owner-demo" not in login_file.read_text()


@pytest.mark.parametrize("name", ["keys", "agents", "queues", "webhooks"])
def test_a_list_is_a_table_or_json(server: AppServer, owner: None, name: str) -> None:
    table, found = run(name, "--bot", "demo"), run(name, "--bot", "demo", "--json")

    assert (table.exit_code, found.exit_code) == (0, 0)
    items = json.loads(found.output)
    shown = "name" if name != "webhooks" else "url"
    assert shown in table.output.splitlines()[0]
    assert all(str(item[shown] or "–")[:6] in table.output for item in items)
    assert items or name == "webhooks"


def test_the_bots_are_listed(server: AppServer, owner: None) -> None:
    found = json.loads(run("bots", "--json").output)

    assert "demo" in {each["id"] for each in found}


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["keys", "--bot", "nobody"], 4, "There is no bot nobody."),
        (["keys"], 2, "Missing option '--bot'"),
        (["listen", "--url", "http://x", "--key", "k"], 2, "not the address of a bot"),
        (["listen", "--url", "u", "--key", "k", "--forward", "u"], 2, "needs the secret"),
        (["check", "http://bot.test", "--secret", "x"], 2, "A webhook secret is whsec_"),
    ],
)
def test_a_failure_has_an_exit_code_and_a_sentence(
    server: AppServer, owner: None, arguments: list[str], code: int, told: str
) -> None:
    done = run(*arguments)

    assert (done.exit_code, told in done.output) == (code, True), done.output


def test_without_a_login_a_person_is_told_to_log_in(server: AppServer) -> None:
    done = run("bots")

    assert (done.exit_code, done.output) == (3, "Error: Log in first: baton login\n")


def test_a_wrong_password_is_refused(server: AppServer, login_file: Path) -> None:
    email = ["--email", "ana@example.test", "--password", "not-hers-at-all"]
    done = run("login", "--url", server.origin, *email)

    assert (done.exit_code, done.output) == (3, "Error: E-mail or password is wrong.\n")
    assert not login_file.exists()


def test_an_unreachable_baton_has_its_own_exit_code(login_file: Path) -> None:
    login = ["--email", "a@b.test", "--password", "x"]
    done = CliRunner().invoke(
        baton, ["--timeout", "0.1", "login", "--url", "http://127.0.0.1:1", *login]
    )

    assert done.exit_code == 5
    assert "cannot be reached" in done.output


def test_a_scripted_agent_answers_whoever_waits(server: AppServer) -> None:
    _log_in(server, "ana")
    with Baton(server.url, server.key) as bot:
        turn = bot.heard("web", "waits for the script", text="A person, please.")
        assert turn.hand_over("asked")

        done = run("agent", "--bot", "demo", "--auto", "Hello, I am a script.", "--count", "1")

        assert (done.exit_code, done.output) == (0, f"Answered {turn.conversation_id}.\n")
        said = bot.transcript(turn.conversation_id).as_chat()[-1]
        assert (said["content"], said["name"]) == ("Hello, I am a script.", "Ana")
        assert bot.turn(turn.conversation_id).is_mine

    late = run("agent", "--bot", "demo", "--auto", "Hello?", "--for", "0")
    assert (late.exit_code, "0 of 1" in late.output) == (1, True)


def test_the_events_of_a_bot_are_printed(server: AppServer) -> None:
    address = ["--url", server.url, "--key", server.key]
    with Baton(server.url, server.key) as bot:
        turn = bot.heard("web", "is tailed", text="Hi")
    path = f"/bots/demo/conversations/{turn.conversation_id}"
    timer = threading.Timer(0.5, _claim_and_say, (server, path))
    timer.start()

    done = run("listen", *address, "--count", "1", "--event", "agent.message")

    timer.join()
    event = json.loads(done.output)
    assert (event["type"], event["data"]["entry"]["text"]) == ("agent.message", "Hello.")


def _claim_and_say(server: AppServer, path: str) -> None:
    for _ in range(200):
        if any(each.events for each in server.services.connections.of_bot("demo")):
            break
        threading.Event().wait(0.02)
    with server.lock:
        server.control({"ana": ["POST", f"{path}/pause", {"agent": "ana@example.test"}]})
        server.control({"ana": ["POST", f"{path}/messages", {"text": "Hello."}]})


class LocalWebhook:
    """A bot's server on this machine."""

    def __init__(self, status: int) -> None:
        self.status, self.received = status, list[WebhookEvent]()

    def transport(self) -> httpx.MockTransport:
        def answer(request: httpx.Request) -> httpx.Response:
            event = WebhookVerifier(SECRET).verify(dict(request.headers), request.content)
            self.received.append(event)
            return httpx.Response(self.status)

        return httpx.MockTransport(answer)


def test_a_forwarded_event_is_signed_and_a_refusal_is_an_error() -> None:
    good, bad = LocalWebhook(204), LocalWebhook(500)
    for hook in (good, bad):
        with httpx.Client(transport=hook.transport()) as http:
            if hook is good:
                events.forward(http, "http://bot.test/hook", SECRET, EVENT)
            else:
                with pytest.raises(events.NotAccepted, match="500"):
                    events.forward(http, "http://bot.test/hook", SECRET, EVENT)

    assert good.received == bad.received == [EVENT]


@pytest.mark.parametrize("missing", ["click", "rich", "websockets"])
def test_a_bot_needs_no_package_of_the_command_line(missing: str) -> None:
    """The command itself says what to install."""
    code = f"import sys; sys.modules[{missing!r}] = None\n"
    code += "import baton_client.llm, baton_client.cli; print('imported'); baton_client.cli.main()"
    environment = os.environ | {"PYTHONPATH": str(ROOT / "clients/python/src")}

    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )

    assert done.stdout.startswith("imported")
    if missing != "websockets":
        told = f'The command line needs {missing}: pip install "baton-client[cli]"'
        assert done.stderr.strip() == told
