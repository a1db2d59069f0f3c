"""examples/dialogflow with requests as Dialogflow CX documents them, and the real app."""

from collections.abc import Iterator
from typing import Any

import pytest

from baton_client import AsyncBaton, Baton, RetryPolicy
from tests.clients.app_server import CUT_BEFORE, AppServer
from tests.integrations.baton_events import SECRET, Handoff
from tests.integrations.platform_server import PlatformServer, example

TOKEN = "only-dialogflow-knows"
SESSION = "projects/p/locations/eu/agents/a/sessions/"


class Dialogflow:
    """Calls the webhook as Dialogflow CX does."""

    def __init__(self, server: AppServer, client: Any, channel: PlatformServer) -> None:
        self.server, self.client, self.channel = server, client, channel

    def call(
        self, tag: str, id: str, text: str, *replies: str, user: str = "pia", token: str = TOKEN
    ) -> Any:
        body = {
            "detectIntentResponseId": id,
            "languageCode": "en",
            "fulfillmentInfo": {"tag": tag},
            "sessionInfo": {"session": SESSION + user, "parameters": {"order": "7"}},
            "messages": [{"text": {"text": [reply]}} for reply in replies],
            "text": text,
        }
        headers = {"authorization": f"Bearer {token}"}
        return self.client.post("/dialogflow", json=body, headers=headers)

    def shown(self, *call: str, **more: str) -> list[Any]:
        """The texts that the user sees after this call."""
        response = self.call(*call, **more).json()["fulfillmentResponse"]
        assert response["mergeBehavior"] == "REPLACE"
        return [each["text"]["text"][0] for each in response["messages"] if "text" in each]


@pytest.fixture
def dialogflow(server: AppServer) -> Iterator[Dialogflow]:
    from starlette.testclient import TestClient

    baton = AsyncBaton(server.url, server.key, SECRET, retries=RetryPolicy(first_wait=0.01))
    with PlatformServer(lambda call: (200, {})) as channel:
        app = example("dialogflow/webhook.py").app(baton, channel.url, TOKEN)
        with TestClient(app) as client:
            yield Dialogflow(server, client, channel)


def test_an_agent_of_dialogflow_hands_over_and_goes_on(
    server: AppServer, dialogflow: Dialogflow
) -> None:
    shown = dialogflow.shown
    assert shown("turn", "r-1", "Hi", "Hello", "How can I help?") == ["Hello", "How can I help?"]
    handed = dialogflow.call("hand_over", "r-2", "A human, please").json()
    first, live = handed["fulfillmentResponse"]["messages"]
    assert first == {"text": {"text": ["One moment, I ask a colleague."]}}
    found = live["liveAgentHandoff"]["metadata"]["conversation_id"]
    assert handed["sessionInfo"]["parameters"] == {"baton": "waiting"}
    assert shown("turn", "r-3", "Hello?", "I did not understand.") == []

    ana = Handoff(server, found)
    events = [*ana.claim(), *ana.say("Here I am."), *ana.unpause()]
    for headers, body in events:
        answer = dialogflow.client.post("/baton/", content=body, headers=headers)
        assert answer.status_code == 204
    assert [call.fields["text"] for call in dialogflow.channel.sent][-3:] == [
        "You are now talking to Ana.",
        "Here I am.",
        "Your conversation with our team has ended. You are talking to the bot again.",
    ]
    assert shown("turn", "r-4", "Thanks", "You are welcome.") == ["You are welcome."]
    with Baton(server.url, server.key) as baton:
        log = [f"{entry['from']}: {entry['text']}" for entry in baton.transcript(found)]
    assert "bot: I did not understand." not in log
    assert [log.count(f"user: {text}") for text in ("Hi", "Hello?", "Thanks")] == [1, 1, 1]


def test_nobody_but_dialogflow_calls_the_webhook(dialogflow: Dialogflow) -> None:
    assert dialogflow.call("turn", "x-1", "Hi", token="wrong").status_code == 401
    assert "hand_over" in dialogflow.call("trun", "x-2", "Hi").json()["error"]


def test_nothing_is_said_while_baton_does_not_answer(
    server: AppServer, dialogflow: Dialogflow
) -> None:
    server.control({"faults": [CUT_BEFORE] * 4})

    (apology,) = dialogflow.shown("turn", "u-1", "Hi", "Hello", user="tom")

    assert apology.startswith("I cannot answer")
