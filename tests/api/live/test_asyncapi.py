"""docs/asyncapi.yaml and the code agree, in both directions."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import chalicelib
from chalicelib.entrypoints.websocket.actions import ACTIONS
from chalicelib.entrypoints.websocket.frames import ENVELOPE
from chalicelib.usecases import reactions, views
from chalicelib.usecases.live.push import RESYNC
from chalicelib.usecases.live.sockets import PROBE
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.webhooks.body import webhook_body
from chalicelib.usecases.webhooks.event_types import EVENTS as EVENT_TYPES
from chalicelib.usecases.webhooks.event_types import event_type
from chalicelib.usecases.webhooks.worker import deliver
from tests.api.conversation_setup import BOT, begun, id_of, ok, online
from tests.api.live.socket_client import (
    DOCUMENT,
    MESSAGES,
    SocketClient,
    fits,
    names,
    references,
    registry,
)
from tests.support.api import Api
from tests.support.services import MemoryServices

OPERATIONS = DOCUMENT["operations"]
RECEIVED = {name: each for name, each in OPERATIONS.items() if each["action"] == "receive"}
EVENTS = names(OPERATIONS["sendSocketEvents"]["messages"])
WEBHOOKS = names(OPERATIONS["sendWebhookEvents"]["messages"])


def test_every_reference_can_be_resolved() -> None:
    resolver = registry().resolver("https://baton.test/docs/asyncapi.yaml")

    for each in references(DOCUMENT):
        assert resolver.lookup(each).contents is not None, each


def test_every_message_is_defined_and_used() -> None:
    used = {
        name
        for operation in OPERATIONS.values()
        for name in names(operation["messages"] + operation.get("reply", {}).get("messages", []))
    }
    channels = [set(channel["messages"]) for channel in DOCUMENT["channels"].values()]

    assert used == set(MESSAGES) == set().union(*channels)


@pytest.mark.parametrize("name", MESSAGES)
def test_an_example_fits_its_message(name: str) -> None:
    for example in MESSAGES[name].get("examples", []):
        fits(example["payload"], [name])


# Actions


def test_the_document_and_the_code_have_the_same_actions() -> None:
    assert set(RECEIVED) == set(ACTIONS)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_frame_has_the_fields_of_its_struct(action: str) -> None:
    payload = MESSAGES[action]["payload"]
    fields = msgspec.structs.fields(ACTIONS[action].body)

    assert payload["properties"]["action"] == {"const": action}
    own = set(payload["properties"]) - ENVELOPE
    assert own == {field.encode_name for field in fields}
    needed = set(payload["required"]) - ENVELOPE
    assert needed == {field.encode_name for field in fields if field.required}


# Events and webhooks


def test_the_document_and_the_code_have_the_same_events() -> None:
    named = {MESSAGES[name]["payload"]["properties"]["event"].get("const") for name in EVENTS}
    in_code = {event for path in _sources() for event in _events_in(ast.parse(path.read_text()))}

    assert named - {None} == in_code
    assert "botpressEvent" in EVENTS


def test_the_document_and_the_code_have_the_same_webhook_types() -> None:
    assert {_type_of(name) for name in WEBHOOKS} == set(EVENT_TYPES)


def _type_of(name: str) -> str:
    payload = MESSAGES[name]["payload"]
    described = payload["allOf"][1] if "allOf" in payload else payload
    return str(described["properties"]["type"]["const"])


def _sources() -> Iterator[Path]:
    return Path(next(iter(chalicelib.__path__))).rglob("*.py")


def _events_in(tree: ast.AST) -> Iterator[str]:
    """Yield the name in every `{"event": "…"}`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for name, value in zip(node.keys, node.values, strict=True):
                if isinstance(name, ast.Constant) and name.value == "event":
                    yield from _word(value)


def _word(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


# Frames and events of a running service


class Story:
    """Sends every action once, so that every reply and event occurs."""

    def __init__(self, services: MemoryServices, bot: Api) -> None:
        self._services, self.bot = services, bot
        self.as_ana = ana = bot.login("ana")
        bo = bot.login("bo")
        for agent in (ana, bo):
            online(agent)
        self.ana, self.bo = SocketClient(services, ana, "c-ana"), SocketClient(services, bo, "c-bo")
        self.listener = SocketClient(services, bot, "c-bot", bot="demo")
        self.path = begun(bot, user={"id": "u-1", "name": "Zed"})
        self.id = id_of(self.path)

    def replies(self) -> Iterator[tuple[str, Any]]:
        one = {"conversation_id": self.id}
        yield "listen", self.listener.do("listen")
        yield "ping", self.listener.do("ping")
        yield "ping", self.ana.do("ping")
        yield "presence", self.ana.do("presence", status="online")
        yield "subscribe", self.ana.do("subscribe", events=[])
        yield "watch", self.bo.do("watch", **one, after=0)
        yield "pause", self.ana.do("pause", **one, reason="Lost.", context={"page": 1})
        yield "sync", self.ana.do("sync")
        yield "claim", self.ana.do("claim", **one)
        yield "claim", self.bo.do("claim", **one)
        ok(self.bot.post(f"{self.path}/suggestions", {"text": "Offer a refund."}))
        yield "typing", self.ana.do("typing", **one)
        yield "message", self.ana.do("message", **one, text="Hi.", message_id="m-1")
        until = views.timestamp(self._services.clock.now() + 60_000)
        yield "snooze", self.ana.do("snooze", **one, until=until)
        yield "note", self.ana.do("note", **one, text="Called before.")
        yield "release", self.ana.do("release", **one)
        yield "claim", self.bo.do("claim", **one)
        yield "transfer", self.bo.do("transfer", **one, agent="ana@example.test", note="Yours.")
        yield "unpause", self.ana.do("unpause", **one, variables={"paid": True})
        ana = SocketClient(self._services, self.as_ana, "c-ana-2")
        yield "read", ana.do("read", **one, seq=2)
        yield "unwatch", self.bo.do("unwatch", **one)
        yield "pause", self.ana.do("pause", **one, queue="billing")

    def reactions(self) -> None:
        ok(self.bot.post(f"{BOT}/notifications", {"message": "Look."}))
        for notification in self._services.notifications.latest("demo", None, 1):
            reactions.react(self._services, notification)
        for entry in self._services.conversations.entries_after("demo", self.id, 0, 100):
            reactions.react(self._services, CommittedEntry("demo", self.id, entry))
        deliver(self._services, "demo", self.id, "receipt")


@pytest.fixture
def services() -> MemoryServices:
    return MemoryServices("https://bot.test/")


@pytest.fixture
def story(services: MemoryServices, bot: Api) -> Story:
    return Story(services, bot)


def test_every_reply_fits_the_document(story: Story) -> None:
    seen = set()

    for action, reply in story.replies():
        fits(reply, names(OPERATIONS[action]["reply"]["messages"]))
        if reply["ok"]:
            seen.add(action)

    assert seen == set(ACTIONS)


def test_every_event_fits_the_document(story: Story) -> None:
    for _ in story.replies():
        story.reactions()
    ok(story.as_ana.post("/auth/logout", {}))

    sent = [*story.ana.events, *story.bo.events, *story.listener.events, RESYNC, PROBE]
    for event in sent:
        fits(event, EVENTS)
    named = {event["event"] for event in sent}
    literal = {MESSAGES[name]["payload"]["properties"]["event"].get("const") for name in EVENTS}
    assert named >= literal - {None}


def webhook_bodies(services: MemoryServices, conversation_id: str) -> list[views.Json]:
    head = services.conversations.head("demo", conversation_id)
    assert head
    entries = services.conversations.entries_after("demo", conversation_id, 0, 100)
    return [webhook_body(services, head, each) for each in entries if event_type(each)]


def test_every_webhook_fits_the_document(story: Story, services: MemoryServices) -> None:
    for _ in story.replies():
        pass
    ok(story.bot.post(f"{begun(story.bot)}/pause", {"if_unavailable": "leave_message"}))
    ok(story.bot.put(f"{story.path}/tags", {"tags": ["vip"]}))
    ended = ok(story.bot.get(f"{BOT}/handoffs", conversation_id=story.id, status="closed"))["items"]
    ok(story.bot.post(f"{BOT}/handoffs/{ended[0]['id']}/rating", {"score": 5}))
    other = begun(story.bot, user={"id": "u-2"})
    ok(story.bot.post(f"{other}/messages", {"from": "bot", "text": "Hi."}))
    bodies = [*webhook_bodies(services, story.id), *webhook_bodies(services, id_of(other))]
    assert story.as_ana.login("owner").send("DELETE", f"{BOT}/users/web/u-2").status == 202
    bodies += webhook_bodies(services, id_of(other))[-1:]

    for body in bodies:
        fits(body, [name for name in WEBHOOKS if _type_of(name) == body["type"]])
    assert {body["type"] for body in bodies} == {_type_of(name) for name in WEBHOOKS}


@pytest.mark.parametrize(
    "raw", ["", "{", "[]", "1", '{"id": 1}', '{"id": 1, "action": "fly"}', '{"action": "ping"}']
)
def test_the_error_reply_to_a_bad_frame_fits_the_document(raw: str, story: Story) -> None:
    reply = story.ana.send(raw)

    fits(reply, ["errorReply"])
    assert reply["error"]["code"] == "invalid_request"
