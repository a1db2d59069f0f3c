"""examples/slack with the real slack_bolt, a fake of Slack's Web API, and the real app."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from baton_client import AsyncBaton, Baton, RetryPolicy
from chalicelib.domain.routing.queues import Queue
from chalicelib.usecases.webhooks.worker import deliver
from tests.api.conversation_setup import person
from tests.clients.app_server import CUT_BEFORE, AppServer
from tests.clients.test_python_webhooks import signed
from tests.integrations.baton_events import SECRET, Event
from tests.integrations.platform_server import Answer, PlatformCall, PlatformServer, example

SIGNING_SECRET, TOKEN, CHANNEL = "slack-signing-secret", "xoxb-token", "C1"
EMAILS = {f"U_{name.upper()}": f"{name}@example.test" for name in ("ana", "bo", "fay", "zoe")}
EVENTS = ["handoff.*", "user.message", "agent.message", "conversation.returned"]


class Slack:
    """The Web API, as far as the example uses it."""

    def __init__(self) -> None:
        self.posted = 0

    def answer(self, call: PlatformCall) -> Answer:
        if call.path == "/auth.test":
            return 200, {"ok": True, "user_id": "U_DESK", "bot_id": "B_DESK", "team_id": "T1"}
        if call.path == "/users.info":
            profile = {"email": EMAILS[call.fields["user"]]}
            return 200, {"ok": True, "user": {"profile": profile}}
        self.posted += 1
        return 200, {"ok": True, "ts": f"{self.posted}.0"}


class SlackDesk:
    def __init__(
        self, server: AppServer, webhook: str, platform: PlatformServer, app: Any, user: str
    ) -> None:
        self.server, self.webhook, self.platform = server, webhook, platform
        self.client, self.user = app, user
        self.conversation_id = ""

    def asks(self, text: str = "A human, please", queue: str | None = None) -> None:
        """The user's bot asks for a person. Slack then shows what the desk makes of it."""
        with Baton(self.server.url, self.server.key) as baton:
            turn = baton.heard("web", {"id": self.user, "name": "Pia"}, text=text)
            assert turn.hand_over("a refund", queue=queue)
        self.conversation_id = turn.conversation_id
        self.receive(self.events())

    def writes(self, text: str) -> None:
        with Baton(self.server.url, self.server.key) as baton:
            baton.heard("web", {"id": self.user, "name": "Pia"}, text=text)
        self.receive(self.events())

    def press(self, name: str, by: str) -> None:
        message = {"ts": self.root, "text": "…"}
        action = {"type": "button", "action_id": name, "block_id": "b", "value": "v"}
        payload: dict[str, Any] = {
            "type": "block_actions",
            "user": {"id": by},
            "team": {"id": "T1"},
        }
        payload |= {"channel": {"id": CHANNEL}, "message": message, "actions": [action]}
        body = urlencode({"payload": json.dumps(payload)})
        assert self.post(body, "application/x-www-form-urlencoded") == 200
        self.receive(self.events())

    def says(self, text: str, by: str, id: str, **more: object) -> int:
        """A message in the thread, as Slack delivers it. Returns the status of the answer."""
        sent = {"type": "message", "channel": CHANNEL, "user": by, "text": text, "ts": f"9{id}.0"}
        event = {**sent, "thread_ts": self.root, "client_msg_id": id, **more}
        body = {"type": "event_callback", "team_id": "T1", "event_id": f"Ev{id}", "event": event}
        status = self.post(json.dumps(body), "application/json")
        self.receive(self.events())
        return status

    def post(self, body: str, kind: str, secret: str = SIGNING_SECRET) -> int:
        import time

        from slack_sdk.signature import SignatureVerifier

        at = str(int(time.time()))
        signature = SignatureVerifier(secret).generate_signature(timestamp=at, body=body)
        headers = {"x-slack-request-timestamp": at, "x-slack-signature": signature or ""}
        headers |= {"content-type": kind}
        return int(self.client.post("/slack", content=body, headers=headers).status_code)

    def events(self) -> list[Event]:
        """The new webhooks of Baton."""
        services = self.server.services
        with self.server.lock:
            services.webhook_client.requests.clear()
            services.clock.advance(1)
            deliver(services, "demo", self.conversation_id, "receipt", webhook_id=self.webhook)
            return [
                (signed(each.body, SECRET, each.headers["webhook-id"]), each.body)
                for each in services.webhook_client.requests
            ]

    def receive(self, events: list[Event]) -> None:
        for headers, body in events:
            answer = self.client.post("/baton/", content=body, headers=headers)
            assert answer.status_code == 204, answer.status_code

    @property
    def root(self) -> str:
        """The ts of the thread's first message, which `asks` has made."""
        posts = [call for call in self.platform.sent if call.path.startswith("/chat.")]
        (number,) = (n for n, call in enumerate(posts, 1) if call is self.firsts[-1])
        return f"{number}.0"

    @property
    def firsts(self) -> list[PlatformCall]:
        return [
            call
            for call in self.platform.sent
            if call.path == "/chat.postMessage" and "thread_ts" not in call.fields
        ]

    @property
    def thread(self) -> list[str]:
        """The texts that everybody reads in the thread."""
        return [
            call.fields["text"]
            for call in self.platform.sent
            if call.path == "/chat.postMessage" and call.fields.get("thread_ts") == self.root
        ]

    @property
    def told(self) -> list[tuple[str, str]]:
        """The texts that single people read."""
        return [
            (call.fields["user"], call.fields["text"])
            for call in self.platform.sent
            if call.path == "/chat.postEphemeral"
        ]

    @property
    def first_message(self) -> tuple[str, list[str]]:
        """The last line of the thread's first message as it is now, and its buttons."""
        changed = [call for call in self.platform.sent if call.path == "/chat.update"]
        shown = blocks_of(([*self.firsts, *changed])[-1].fields)
        buttons = [each["action_id"] for row in shown[1:] for each in row["elements"]]
        return shown[0]["text"]["text"].splitlines()[-1], buttons

    def log(self) -> list[str]:
        with Baton(self.server.url, self.server.key) as baton:
            return [
                f"{each['author']['name']}: {each['text']}"
                for each in baton.transcript(self.conversation_id)
                if each["kind"] == "message" and each["from"] == "agent"
            ]


def blocks_of(fields: Mapping[str, Any]) -> Any:
    blocks = fields["blocks"]
    return json.loads(blocks) if isinstance(blocks, str) else blocks


@pytest.fixture(scope="module")
def webhook(server: AppServer) -> str:
    """The desk's webhook, beside that of the bot's channel."""
    body = {"url": "https://desk.example.test/baton", "events": EVENTS}
    with server.lock:
        person(server.services, "fay", capacity=0)
        server.services.directory.put_queue("demo", Queue("billing"))
        return str(server.control({"owner": ["POST", "/bots/demo/webhooks", body]})["id"])


@pytest.fixture
def desk(
    server: AppServer, webhook: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[SlackDesk]:
    from starlette.testclient import TestClient

    with PlatformServer(Slack().answer) as platform:
        app = app_of(server, platform, tmp_path)
        with TestClient(app, raise_server_exceptions=False) as client:
            yield SlackDesk(server, webhook, platform, client, request.node.name)


def app_of(server: AppServer, platform: PlatformServer, folder: Path) -> Any:
    from slack_sdk.web.async_client import AsyncWebClient

    module = example("slack/desk.py")
    slack = AsyncWebClient(TOKEN, base_url=platform.url)
    retries = RetryPolicy(attempts=2, first_wait=0.01)
    baton = AsyncBaton(server.url, server.desk_key, SECRET, retries=retries)
    threads = module.Threads(folder / "threads.db")
    return module.app(slack, SIGNING_SECRET, CHANNEL, baton, threads)


def test_a_person_claims_in_slack_answers_as_themself_and_hands_back(desk: SlackDesk) -> None:
    desk.asks("My parcel is <!channel> broken")
    assert desk.first_message == ("Nobody has it yet.", ["claim"])
    desk.press("claim", "U_ANA")
    has_it = ("Ana has it.", ["resolved", "rejected", "release"])
    assert desk.first_message == has_it

    assert desk.says("Here I am &amp; listening: <https://a.test|a.test>", "U_ANA", "m1") == 200
    assert desk.says("Here I am &amp; listening: <https://a.test|a.test>", "U_ANA", "m1") == 200
    desk.writes("Thanks *a lot*")
    desk.press("claim", "U_BO")
    desk.says("May I?", "U_BO", "m2")

    assert desk.log() == ["Ana: Here I am & listening: https://a.test"]
    assert desk.thread == ["Pia: My parcel is &lt;!channel&gt; broken", "Pia: Thanks *a lot*"]
    assert desk.told == [("U_BO", "Ana has this conversation.")] * 2
    assert desk.first_message == has_it

    desk.press("resolved", "U_ANA")
    assert desk.first_message == ("It has ended: resolved.", [])
    desk.says("One more thing", "U_ANA", "m3")
    desk.press("claim", "U_BO")
    assert desk.told[2:] == [
        ("U_ANA", "This handoff has ended. The user did not get your message.")
    ]
    assert len(desk.log()) == 1


def test_what_baton_refuses_is_told_to_the_person_alone(desk: SlackDesk) -> None:
    desk.asks()

    desk.press("claim", "U_ZOE")
    desk.press("claim", "U_FAY")
    desk.says("Hello?", "U_ANA", "r1")

    assert desk.told == [
        ("U_ZOE", "zoe@example.test is no agent of this bot in Baton. An admin can add you."),
        ("U_FAY", "Fay has no room for one more."),
        ("U_ANA", "Claim the conversation first. The user did not get your message."),
    ]
    assert (desk.first_message, desk.thread) == (("Nobody has it yet.", ["claim"]), [])
    assert desk.log() == []


def test_an_agent_of_another_queue_is_told_so(desk: SlackDesk) -> None:
    desk.asks(queue="billing")

    desk.press("claim", "U_FAY")

    assert desk.told == [("U_FAY", "You do not serve the queue of this conversation.")]


def test_a_conversation_that_goes_back_to_the_queue_keeps_its_thread(desk: SlackDesk) -> None:
    desk.asks()
    desk.press("claim", "U_ANA")
    desk.press("release", "U_ANA")
    assert desk.first_message == ("Nobody has it at the moment.", ["claim"])
    desk.press("claim", "U_BO")

    assert desk.first_message[0] == "Bo has it."
    assert desk.thread == ["Pia: A human, please"]
    desk.press("rejected", "U_BO")
    first = desk.root
    desk.asks("Again!")
    assert desk.root != first


def test_repeated_events_and_the_desks_own_messages_do_nothing_twice(
    server: AppServer, desk: SlackDesk, tmp_path: Path
) -> None:
    from starlette.testclient import TestClient

    with Baton(server.url, server.key) as baton:
        turn = baton.heard("web", {"id": desk.user, "name": "Pia"}, text="Hi")
        assert turn.hand_over("a refund")
    desk.conversation_id = turn.conversation_id
    events = desk.events()
    desk.receive(events * 2)
    with TestClient(app_of(server, desk.platform, tmp_path)) as desk.client:  # a new process
        desk.receive(events)
        assert len(desk.firsts) == 1
        desk.press("claim", "U_ANA")
        desk.says("From the desk", "U_DESK", "o1", bot_id="B_DESK")
        desk.says("From another bot", "U_OTHER", "o2", bot_id="B_OTHER", subtype="bot_message")
        desk.says("An edit", "U_ANA", "o3", subtype="message_changed")
        desk.says("Not in a thread", "U_ANA", "o4", thread_ts="0.5")

        assert (desk.log(), desk.told) == ([], [])
        assert desk.post("{}", "application/json", secret="another") == 401


def test_slack_repeats_what_baton_could_not_take(server: AppServer, desk: SlackDesk) -> None:
    desk.asks()
    desk.press("claim", "U_ANA")
    server.control({"faults": [CUT_BEFORE] * 2})

    assert desk.says("Hello", "U_ANA", "d1") == 500
    assert desk.says("Hello", "U_ANA", "d1") == 200

    assert desk.told == [("U_ANA", "Baton does not answer. Please try again in a minute.")]
    assert desk.log() == ["Ana: Hello"]
