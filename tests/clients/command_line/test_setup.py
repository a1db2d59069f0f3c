"""`baton init` and `baton dev`: from nothing to a bot on this machine that gets events."""

import json
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from baton_client import Baton
from tests.clients.app_server import AppServer
from tests.clients.command_line.bot_server import BotServer
from tests.clients.command_line.setup import log_in, run
from tests.support.api import Api


@pytest.fixture
def bot() -> Iterator[BotServer]:
    with BotServer() as bot:
        yield bot


def settings_in(file: Path) -> dict[str, str]:
    lines = [line.removeprefix("export ") for line in file.read_text().splitlines()]
    return {name: value.strip("'") for name, _, value in (line.partition("=") for line in lines)}


def test_an_invited_owner_begins_with_one_command(server: AppServer, tmp_path: Path) -> None:
    from chalicelib.usecases.admin import members

    with server.lock:
        invitation = members.invite_owner(server.services, "new@example.test", "New").token or ""
    file = tmp_path / "baton.env"
    begin = ["init", "--url", server.origin, "--bot", "shop", "--file", str(file)]

    done = run(*begin, "--invitation", invitation, "--password", "a long password of mine")

    assert done.exit_code == 0, done.output
    assert "The bot shop is created." in done.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    found = settings_in(file)
    assert found["BATON_KEY"] not in done.output
    with Baton(found["BATON_URL"], found["BATON_KEY"]) as baton:
        assert baton.heard("web", "u", text="Hi").is_mine
    assert json.loads(run("bots", "--json").stdout)


def test_init_does_not_replace_a_file(server: AppServer, owner: None, tmp_path: Path) -> None:
    file = tmp_path / "baton.env"
    file.write_text("export BATON_KEY=old\n")
    begun = len(server.calls)

    done = run("init", "--url", server.origin, "--bot", "demo", "--file", str(file))

    assert (done.exit_code, "--force" in done.output) == (1, True)
    assert file.read_text() == "export BATON_KEY=old\n"
    assert len(server.calls) == begun


def test_an_agent_is_told_whom_to_ask(server: AppServer, tmp_path: Path) -> None:
    log_in(server, "ana")
    begin = ["init", "--url", server.origin, "--file", str(tmp_path / "x.env")]

    done = run(*begin, "--bot", "of-nobody")

    assert (done.exit_code, "Ask one" in done.output) == (3, True), done.output
    assert run(*begin, "--bot", "demo").exit_code == 3


def test_dev_forwards_events_that_the_bot_verifies(
    server: AppServer, bot: BotServer, tmp_path: Path
) -> None:
    file = tmp_path / "dev.env"
    with Baton(server.url, server.key) as client:
        turn = client.heard("web", "is developed with", text="Hi")
    timer = threading.Timer(0.3, _claim, (server, turn.conversation_id))
    timer.start()

    done = run(
        *("dev", "--local", server.origin, "--bot", "demo", "--forward", bot.url),
        *("--count", "2", "--for", "20", "--env-file", str(file), "--json"),
    )

    timer.join()
    assert done.exit_code == 0, done.output
    shown = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["type"] for each in shown] == ["handoff.requested", "handoff.claimed"]
    assert {each["answer"] for each in shown} == {"204"}
    secret = settings_in(file)["BATON_WEBHOOK_SECRET"]
    assert [bot.verified(each, secret).id for each in bot.requests] == [
        each["id"] for each in shown
    ]


def test_what_is_forwarded_equals_the_real_webhook(server: AppServer) -> None:
    """The same names of headers, the same body, byte for byte."""
    from baton_client.cli.events import body_of, sign
    from baton_client.signatures import WebhookEvent
    from chalicelib.usecases.live.listeners import bot_event
    from chalicelib.usecases.webhooks.worker import deliver

    services = server.services
    with server.lock:
        owner = Api(services).login("owner")
        secret = owner.put("/bots/demo/webhook", {"url": "https://b.example/"}).json["secret"]
        said = {"channel": "web", "user": {"id": "ü"}, "from": "user", "text": "Hi"}
        id = Api(services, server.key).post("/bots/demo/messages", said).json["conversation_id"]
        agent = {"agent": "ana@example.test", "reason": "Grüße 👋"}
        Api(services).login("ana").post(f"/bots/demo/conversations/{id}/pause", agent)
        deliver(services, "demo", id, "receipt")
        head = services.conversations.head("demo", id)
        assert head
        entries = services.conversations.entries_after("demo", id, 1, 9)
        events = [bot_event(services, head, entry) for entry in entries]
        owner.send("DELETE", "/bots/demo/webhook")
    real = services.webhook_client.requests

    assert len(real) == len(events) == 2
    for event, posted in zip(events, real, strict=True):
        frame = json.loads(json.dumps(event.body))
        forwarded = body_of(WebhookEvent(event.id, **frame))
        at = int(posted.headers["webhook-timestamp"])
        assert forwarded == posted.body
        assert sign(secret, event.id, forwarded, at) == posted.headers


def _claim(server: AppServer, conversation: str) -> None:
    for _ in range(400):
        if server.control({"listeners": True}):
            break
        threading.Event().wait(0.02)
    with server.lock:
        path = f"/bots/demo/conversations/{conversation}"
        server.control({"ana": ["POST", f"{path}/pause", {"agent": "ana@example.test"}]})


def test_dev_makes_a_bot_and_uses_its_key_again(
    server: AppServer, bot: BotServer, login_file: Path, tmp_path: Path
) -> None:
    asked = ["dev", "--local", server.origin, "--bot", "fresh", "--forward", bot.url]
    asked += ["--for", "0.1", "--env-file"]

    first = run(*asked, str(tmp_path / "1.env"))
    again = run(*asked, str(tmp_path / "2.env"))

    assert (first.exit_code, again.exit_code) == (0, 0), first.output
    assert "The bot fresh is created." in first.output
    assert "created" not in again.output
    assert settings_in(tmp_path / "1.env") == settings_in(tmp_path / "2.env")
    assert not login_file.exists()
    keys = server.services.administration.keys("fresh")
    assert [(len(each.scopes), bool(each.expires_at)) for each in keys] == [(3, True)]


def test_dev_replaces_a_key_that_was_revoked(
    server: AppServer, bot: BotServer, tmp_path: Path
) -> None:
    asked: Any = ["dev", "--local", server.origin, "--bot", "renewed", "--forward", bot.url]
    asked += ["--for", "0.1", "--env-file"]
    run(*asked, str(tmp_path / "1.env"))
    with server.lock:
        [old] = server.services.administration.keys("renewed")
        Api(server.services).login("owner").send("DELETE", f"/bots/renewed/keys/{old.id}")

    assert run(*asked, str(tmp_path / "2.env")).exit_code == 0

    old_settings, new = settings_in(tmp_path / "1.env"), settings_in(tmp_path / "2.env")
    assert old_settings["BATON_KEY"] != new["BATON_KEY"]
    assert old_settings["BATON_WEBHOOK_SECRET"] == new["BATON_WEBHOOK_SECRET"]


def test_dev_without_a_login_names_both_ways(bot: BotServer) -> None:
    done = run("dev", "--bot", "demo", "--forward", bot.url)

    assert done.exit_code == 3
    assert "Log in first: baton login. For the stack of `make run`, add --local." in done.output
