"""examples/botframework with the real botbuilder-core, a fake of the connector service and the real
app."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from baton_client import AsyncBaton, Baton, RetryPolicy
from tests.clients.app_server import CUT_BEFORE, AppServer
from tests.integrations.baton_events import SECRET, Handoff
from tests.integrations.platform_server import Answer, PlatformCall, PlatformServer, example
from tests.support.stack import ROOT

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


class Connector:
    """The service of a channel, which gets the bot's activities."""

    def answer(self, call: PlatformCall) -> Answer:
        if call.path == "/photo.png":
            return 200, PNG
        return 200, {"id": "reply"}


def said(call: PlatformCall) -> str | None:
    if "/activities" not in call.path:
        return None
    attached = [each["contentType"] for each in call.fields.get("attachments") or ()]
    return " ".join([call.fields["type"], call.fields.get("text") or "", *attached])


class EmulatedBot:
    def __init__(self, server: AppServer, client: Any, platform: PlatformServer, echo: Any) -> None:
        self.server, self.client, self.platform, self.echo = server, client, platform, echo
        self.states: list[str] = []

    def says(self, id: str, user: str = "pia", **content: object) -> None:
        activity = {
            "type": "message",
            "id": id,
            "channelId": "webchat",
            "serviceUrl": self.platform.url,
            "from": {"id": user, "name": "Pia"},
            "recipient": {"id": "bot"},
            "conversation": {"id": f"conversation-of-{user}"},
            **content,
        }
        answer = self.client.post("/api/messages", json=activity)
        assert answer.status_code == 201

    def hears(self, events: list[Any]) -> None:
        for headers, body in events:
            answer = self.client.post("/baton/", content=body, headers=headers)
            assert answer.status_code == 204

    def wait_for(self, *wanted: str) -> None:
        self.platform.wait_for(said, *wanted)


@pytest.fixture
def bot(server: AppServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmulatedBot]:
    pytest.importorskip("aiohttp", reason="botbuilder-core needs aiohttp and does not install it.")
    from botbuilder.core import BotFrameworkAdapterSettings
    from starlette.testclient import TestClient

    monkeypatch.syspath_prepend(ROOT / "examples/botframework")
    module = example("botframework/app.py")
    sys.modules.pop("baton_handoff")
    echo = module.EchoBot()
    baton = AsyncBaton(server.url, server.key, SECRET, retries=RetryPolicy(first_wait=0.01))
    settings = BotFrameworkAdapterSettings("", "")  # as the emulator: without authentication
    app = module.app(settings, baton, "", echo)
    with PlatformServer(Connector().answer) as platform, TestClient(app) as client:
        running = EmulatedBot(server, client, platform, echo)

        async def on_event(context: Any) -> None:
            running.states.append(context.activity.value["state"])

        echo.on_event = on_event
        yield running


def test_a_bot_of_the_bot_framework_hands_over_and_goes_on(
    server: AppServer, bot: EmulatedBot
) -> None:
    photo = f"{bot.platform.url}/photo.png?t=secret"
    bot.says("a1", text="Hi")
    bot.says("a1", text="Hi")  # The channel delivers it again.
    file = {"contentType": "image/png", "contentUrl": photo, "name": "photo.png"}
    bot.says("a2", text="Look", attachments=[file])
    bot.says("a3", text="A human, please")
    bot.says("a4", text="Hello?")
    shown = ["message You said: Hi", "message You said: Look"]
    shown.append("message One moment, I ask a colleague.")
    bot.wait_for(*shown)

    with Baton(server.url, server.key) as baton:
        lookup = "/conversations/lookup?channel=webchat&user=pia&thread=conversation-of-pia"
        found = baton.call("GET", lookup)["id"]
        entries = list(baton.transcript(found))
    assert [e["type"] for e in entries if e["from"] == "user"] == ["text", "image", "text", "text"]
    assert "t=secret" not in json.dumps(entries)
    assert all(entry["kind"] != "leak" for entry in entries)
    ana = Handoff(server, found)
    bot.hears(ana.claim())
    bot.hears(ana.say("Here I am."))
    bot.hears(ana.unpause())
    bot.says("a5", text="Thanks")

    seen = [each for each in map(said, bot.platform.sent) if each]
    assert seen[-4:] == [
        "message You are now talking to Ana.",
        "message Here I am.",
        "message Your conversation with our team has ended. You are talking to the bot again.",
        "message You said: Thanks",
    ]
    assert bot.states == ["accepted", "completed"]


def test_a_reply_that_is_too_late_is_not_sent(server: AppServer, bot: EmulatedBot) -> None:
    def takes_over(text: str) -> str:
        """The agent asks for the conversation while the bot is thinking."""
        with Baton(server.url, server.key) as baton:
            lookup = "/conversations/lookup?channel=webchat&user=tom&thread=conversation-of-tom"
            path = f"/bots/demo/conversations/{baton.call('GET', lookup)['id']}/pause"
        server.control({"ana": ["POST", path, {}]})
        return f"You said: {text}"

    bot.says("b1", user="tom", text="Hi")
    bot.wait_for("message You said: Hi")
    bot.echo.reply = takes_over

    bot.says("b2", user="tom", text="How are you?")

    bot.wait_for("message You said: Hi")


def test_the_user_gets_an_apology_while_baton_does_not_answer(
    server: AppServer, bot: EmulatedBot
) -> None:
    server.control({"faults": [CUT_BEFORE] * 4})
    bot.says("c1", user="kim", text="Hi")
    apology = "message I cannot answer at the moment. Please send your message again in a minute."
    bot.wait_for(apology)

    server.control({"faults": [None, *[CUT_BEFORE] * 4]})
    bot.says("c2", user="kim", text="Hi")

    bot.wait_for(apology, apology)
