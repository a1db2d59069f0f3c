"""`baton check --inbound` passes for the README's bot, and fails for each planted fault."""

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from baton_client import Baton, Refused, Turn, WebhookEvent
from baton_client.cli.bot_kit.driven import CHECKS, driven_checks
from baton_client.cli.bot_kit.fake_baton import KEY, FakeBaton
from baton_client.cli.bot_kit.stage import Pace, Stage
from baton_client.cli.commands import baton as baton_command
from baton_client.cli.webhook_kit.check import CheckedWebhook
from tests.clients.command_line.bot_server import BotServer
from tests.support import openapi_document

SECRET = "whsec_YSBzZWNyZXQgdGhhdCBvbmx5IHRlc3RzIGtub3cgb2Y="
README = Path(__file__).parents[3] / "clients/python/README.md"
PAGE = Path(__file__).parents[3] / "docs/testing-your-bot.md"
NAMES = [each.name for each in CHECKS]
PACE = Pace(quiet=0.001, patience=0.1)


class CheckedBaton(FakeBaton):
    """Its answers fit docs/openapi.yaml."""

    def answer(self, method: str, target: str, body: dict[str, Any]) -> Any:
        status, answered = super().answer(method, target, body)
        kind = "application/json" if status < 400 else "application/problem+json"
        self.mismatches += _mismatch(method, target, status, kind, answered)
        return status, answered

    mismatches: tuple[str, ...] = ()


def _mismatch(method: str, target: str, status: int, kind: str, body: Any) -> tuple[str, ...]:
    try:
        openapi_document.check(method, target, status, kind, body)
    except openapi_document.DocumentMismatch as error:
        return (str(error),)
    return ()


@pytest.fixture
def fake() -> Iterator[CheckedBaton]:
    with CheckedBaton() as running:
        yield running
        assert running.mismatches == ()


class DrivenBot:
    """A bot with one fault, whose channel is the check."""

    def __init__(self, baton: Baton, origin: str, fault: str = "none") -> None:
        self.baton, self.origin, self.fault = baton, origin, fault
        self.muted: set[str] = set()
        self.highest: dict[str, int] = {}
        self._random, self._http = 0, httpx.Client()
        baton.on(*EVENTS)(self.on_event)

    def show(self, user: str, text: str) -> None:
        self._http.post(f"{self.origin}/shown", json={"user": user, "text": text})

    def on_message(self, user: str, text: str, message_id: str) -> None:
        if self.fault == "random ids":
            self._random += 1
            message_id = f"{message_id}-{self._random}"
        turn = self.baton.heard("check", user, text=text, message_id=message_id)
        if user in self.muted:
            return
        if self.fault == "asks again" and text == "human" and turn.status == "bot":
            asked = {"say": "One moment", "epoch": turn.epoch}
            self.baton.call("POST", f"/conversations/{turn.conversation_id}/pause", asked)
            self.show(user, "One moment")
            return
        if not turn.is_mine:
            if self.fault == "talks on":
                self.show(user, "I am here, too")
            return
        if text == "human" and self.fault != "no handover":
            accepted = turn.hand_over(text, say="One moment")
            if accepted or self.fault == "farewell first":
                self.show(user, "One moment")
            return
        self._reply(turn, user, f"You said {text}")

    def _reply(self, turn: Turn, user: str, reply: str) -> None:
        if self.fault == "no epoch":
            path = f"/conversations/{turn.conversation_id}/messages"
            sent = {"from": "bot", "text": reply, "message_id": f"{turn.conversation_id}-{reply}"}
            try:
                self.baton.call("POST", path, sent)
            except Refused:
                return
            self.show(user, reply)
        elif self.fault == "unrecorded" or turn.say(reply) or self.fault == "shows refused":
            self.show(user, reply)

    def on_event(self, event: WebhookEvent) -> None:
        seq = int(event.id.rpartition(":")[2])
        if self.fault == "order" and seq < self.highest.get(event.user, 0):
            return
        self.highest[event.user] = max(seq, self.highest.get(event.user, 0))
        if self.fault == "muted by webhooks" and event.type == "handoff.claimed":
            self.muted.add(event.user)
        if event.type == "conversation.returned" and self.fault != "muted for ever":
            self.muted.discard(event.user)
        if self.fault == "muted for ever" and event.type == "handoff.claimed":
            self.muted.add(event.user)
        if event.text and event.type == "agent.message" and self.fault != "drops people":
            self.show(event.user, event.text)
            if self.fault == "repeats":
                self.show(event.user, event.text)


EVENTS = ("agent.message", "handoff.claimed", "conversation.returned")


def failed(fake: FakeBaton, baton: Baton, on_message: Callable[..., None]) -> list[str]:
    """The names of the checks that fail."""
    hook = httpx.WSGITransport(app=baton.wsgi())

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/hook":
            return hook.handle_request(request)
        body = json.loads(request.content)
        on_message(body["user"], body["text"], body["message_id"])
        return httpx.Response(204)

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        webhook = CheckedWebhook(http, "http://bot.test/hook", SECRET)
        made = driven_checks(
            lambda: Stage(http, "http://bot.test/check", webhook.send, fake, PACE), "human"
        )
        found = list(made)
    assert len(found) == len(CHECKS)
    return [each.check for each in found if not each.passed]


def test_the_bot_of_the_readme_passes_every_check_as_the_page_says(
    fake: CheckedBaton, monkeypatch: pytest.MonkeyPatch
) -> None:
    from starlette.testclient import TestClient

    for name, value in (("URL", fake.url), ("KEY", KEY), ("WEBHOOK_SECRET", SECRET)):
        monkeypatch.setenv(f"BATON_{name}", value)
    bot: dict[str, Any] = {"my_bot": lambda text: f"You said {text}"}
    for page in (README, PAGE):
        exec(page.read_text().split("```python\n")[1].split("```")[0], bot)

    with bot["baton"], TestClient(bot["server"]) as client:
        http: Any = client
        hook = CheckedWebhook(http, "http://testserver/hook/", SECRET)
        stage = partial(Stage, http, "http://testserver/check", hook.send, fake, PACE)
        found = list(driven_checks(stage, "human"))

    assert [(each.check, each.found) for each in found if not each.passed] == []


def test_the_page_lists_the_checks() -> None:
    rows = re.findall(r"^\| ([a-z].*?) \| [A-Z`]", PAGE.read_text(), re.MULTILINE)

    assert rows == NAMES


def test_a_bot_without_a_way_in_fails_and_is_told_what_to_mend() -> None:
    with BotServer(404) as bot:
        command = ["check", bot.url, "--secret", SECRET, "--port", "0", "--json"]
        done = CliRunner().invoke(baton_command, [*command, "--inbound", bot.url])

    assert done.exit_code == 1
    found = {each["check"]: each["found"] for each in json.loads(done.stdout)}
    assert found.keys() >= set(NAMES)
    assert found[NAMES[0]] == f"{bot.url} answered with the status 404"
    assert CHECKS[0].mend in done.stderr
    assert f"with the key {KEY}" in done.stderr


@pytest.mark.parametrize(
    ("fault", "numbers"),
    [
        ("none", []),
        ("unrecorded", [0, 1, 2, 3, 10, 11]),
        ("random ids", [1, 12]),
        ("shows refused", [1, 2, 3]),
        ("no epoch", [1, 3]),
        ("talks on", [4, 5, 12]),
        ("no handover", [5, 10, 11, 12]),
        ("farewell first", [6]),
        ("asks again", [6, 12]),
        ("drops people", [7, 8, 9]),
        ("repeats", [7, 8, 9]),
        ("order", [9]),
        ("muted for ever", [10, 11]),
        ("muted by webhooks", [11]),
    ],
)
def test_each_planted_fault_fails_its_checks(
    fake: CheckedBaton, fault: str, numbers: list[int]
) -> None:
    with Baton(fake.url, KEY, SECRET) as baton:
        bot = DrivenBot(baton, fake.origin, fault)

        assert failed(fake, baton, bot.on_message) == [NAMES[number] for number in numbers]
