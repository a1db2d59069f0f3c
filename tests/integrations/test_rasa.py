"""examples/rasa with a fake of Rasa's REST channel and the real app; the action with the real
rasa_sdk, where it is installed."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from baton_client import AsyncBaton, Baton, RetryPolicy
from tests.clients.app_server import CUT_BEFORE, AppServer
from tests.integrations.baton_events import SECRET, Handoff
from tests.integrations.platform_server import Answer, PlatformCall, PlatformServer, example

TOKEN = "only-your-channel-knows"
FAREWELL = "One moment, I ask a colleague."


def rasa(call: PlatformCall) -> Answer:
    """Rasa and the channel's callback."""
    if call.path == "/callback":
        return 200, {}
    text, user = call.fields["message"], call.fields["sender"]
    if "human" in text:
        custom = {"handover": {"reason": text, "say": FAREWELL, "context": {"order": "7"}}}
        return 200, [{"recipient_id": user, "custom": custom}]
    buttons = [{"title": "Small", "payload": "/small"}] if "size" in text else []
    return 200, [{"recipient_id": user, "text": f"You said: {text}", "buttons": buttons}]


class Bridge:
    def __init__(self, server: AppServer, client: Any, platform: PlatformServer) -> None:
        self.server, self.client, self.platform = server, client, platform

    def says(self, user: str, text: str, **metadata: str) -> list[str]:
        body = {"sender": user, "message": text, "metadata": metadata}
        headers = {"authorization": f"Bearer {TOKEN}"}
        answer = self.client.post("/webhook", json=body, headers=headers)
        assert answer.status_code == 200
        return [each["text"] for each in answer.json()]

    def hears(self, events: list[Any]) -> None:
        for headers, body in events:
            answer = self.client.post("/baton/", content=body, headers=headers)
            assert answer.status_code == 204


@pytest.fixture
def bridge(server: AppServer) -> Iterator[Bridge]:
    from starlette.testclient import TestClient

    baton = AsyncBaton(server.url, server.key, SECRET, retries=RetryPolicy(first_wait=0.01))
    with PlatformServer(rasa) as platform:
        callback = f"{platform.url}/callback"
        app = example("rasa/bridge.py").app(platform.url, callback, baton, TOKEN)
        with TestClient(app) as client:
            yield Bridge(server, client, platform)


def called_back(call: PlatformCall) -> str | None:
    return call.fields["text"] if call.path == "/callback" else None


def test_a_rasa_bot_hands_over_and_goes_on(server: AppServer, bridge: Bridge) -> None:
    assert bridge.says("pia", "Hi", message_id="m-1") == ["You said: Hi"]
    assert bridge.says("pia", "Hi", message_id="m-1") == []  # The channel delivers it again.
    assert bridge.says("pia", "Which size?") == ["You said: Which size?"]
    assert bridge.says("pia", "/small") == ["You said: /small"]
    assert bridge.says("pia", "A human, please") == [FAREWELL]
    assert bridge.says("pia", "Hello?") == []
    asked = [call.fields["message"] for call in bridge.platform.sent]
    assert asked == ["Hi", "Hi", "Which size?", "/small", "A human, please"]

    with Baton(server.url, server.key) as baton:
        head = baton.call("GET", "/conversations/lookup?channel=rasa&user=pia")
        entries = list(baton.transcript(head["id"]))
        handoff = baton.call("GET", f"/handoffs/{head['handoff']['id']}")
    types = [entry["type"] for entry in entries if entry["kind"] == "message"]
    assert types == ["text", "text", "text", "choice", "postback", "text", "text", "text", "text"]
    assert handoff["context"] == {"order": "7"}
    ana = Handoff(server, head["id"])
    bridge.hears(ana.claim())
    bridge.hears(ana.say("Here I am."))
    bridge.hears(ana.unpause())
    said = [each for each in map(called_back, bridge.platform.sent) if each]
    assert said[-3:] == [
        "You are now talking to Ana.",
        "Here I am.",
        "Your conversation with our team has ended. You are talking to the bot again.",
    ]
    assert bridge.says("pia", "Thanks") == ["You said: Thanks"]


def test_nobody_but_the_channel_speaks_for_a_user(bridge: Bridge) -> None:
    answer = bridge.client.post("/webhook", json={"sender": "pia", "message": "Hi"})

    assert answer.status_code == 401
    assert bridge.platform.sent == []


def test_rasa_is_not_asked_while_baton_does_not_answer(server: AppServer, bridge: Bridge) -> None:
    server.control({"faults": [CUT_BEFORE] * 4})

    (apology,) = bridge.says("tom", "Hi")

    assert apology.startswith("I cannot answer")
    assert bridge.platform.sent == []


def test_the_action_asks_the_bridge_for_a_person() -> None:
    reason = "rasa-sdk cannot be installed with Baton's packages."
    rasa_sdk = pytest.importorskip("rasa_sdk", reason=reason)
    executor = pytest.importorskip("rasa_sdk.executor")

    action = example("rasa/actions.py").ActionHandOver()
    dispatcher = executor.CollectingDispatcher()
    message: Mapping[str, Any] = {"text": "A human, please"}
    slots = {"order": "7", "size": None}
    tracker = rasa_sdk.Tracker("pia", slots, message, [], False, None, {}, "")

    assert action.run(dispatcher, tracker, {}) == []

    wanted = {"reason": "A human, please", "say": FAREWELL, "context": {"order": "7"}}
    assert dispatcher.messages[0]["custom"] == {"handover": wanted}
