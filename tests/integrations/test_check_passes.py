"""`baton check` passes for each bot that the project shows."""

import json
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from baton_client.cli.bot_kit.driven import CHECKS, driven_checks
from baton_client.cli.bot_kit.fake_baton import FakeBaton
from baton_client.cli.bot_kit.stage import Pace, Stage
from baton_client.cli.webhook_kit.check import CheckedWebhook, checks
from tests.clients.command_line.test_driven_bots import CheckedBaton
from tests.integrations.baton_events import SECRET
from tests.integrations.checked_bots import (
    BOTS,
    NO_WEBHOOK,
    NOT_CHECKED,
    CheckedBot,
    numbers,
)
from tests.support.stack import ROOT

PACE = Pace(quiet=0.001, patience=2)


def transport(bot: CheckedBot) -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/hook":
            return httpx.Response(bot.hears(dict(request.headers), request.content))
        body = json.loads(request.content)
        return httpx.Response(bot.says(body["user"], body["text"], body["message_id"]))

    return httpx.MockTransport(answer)


@pytest.fixture
def fake() -> Iterator[FakeBaton]:
    with CheckedBaton() as running:
        yield running
        assert running.mismatches == ()
        assert running.unplayed == []


@pytest.mark.parametrize("name", BOTS)
def test_every_bot_that_the_project_shows_passes_every_check(name: str, fake: FakeBaton) -> None:
    with ExitStack() as opened:
        bot = opened.enter_context(BOTS[name](fake))
        http = opened.enter_context(httpx.Client(transport=transport(bot)))
        hook = CheckedWebhook(http, "http://bot.test/hook", SECRET)

        def stage() -> Stage:
            user = str(next(numbers))
            return Stage(http, "http://bot.test/check", hook.send, fake, PACE, user)

        found = [] if name in NO_WEBHOOK else list(checks(hook))
        found += driven_checks(stage, "human")

    assert [(each.check, each.found) for each in found if not each.passed] == []
    assert len(found) >= len(CHECKS)


def test_every_example_is_checked_or_says_why_not() -> None:
    """Add a new example to BOTS, or to NOT_CHECKED with the reason."""
    folders = {f"examples/{each.name}" for each in (ROOT / "examples").iterdir() if each.is_dir()}

    assert folders == {name for name in BOTS if "/" in name} | NOT_CHECKED.keys()
    assert NO_WEBHOOK.keys() <= BOTS.keys()
