"""Events of Botpress on WebSockets that have subscribed to them."""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pytest

from chalicelib.domain.access import Role
from chalicelib.domain.address import person_id
from chalicelib.domain.routing.members import Member
from chalicelib.domain.routing.queues import Queue
from chalicelib.entrypoints.websocket import handlers
from chalicelib.usecases.accounts import authenticate
from chalicelib.usecases.live import sockets
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records.stream import CommittedEntry
from tests.botpress.rows import objects
from tests.botpress.stage import Cast, Stage, fits
from tests.support.network.websocket import WebSocketClient
from tests.support.services import MemoryServices
from tests.support.stack import Stack

HITL = ["hitl.new_session", "hitl.message", "hitl.session.changed"]
SECONDS = 10


class Client:
    """A person's WebSocket in memory."""

    def __init__(self, stage: Stage, services: MemoryServices, name: str, id_: str) -> None:
        self.services, self.id, self.stage = services, id_, stage
        token = stage.cast.tokens[name]
        session = authenticate.session_of_token(services, token, "access")
        ticket, _ = sockets.issue_ticket(services, session)
        services.sockets.connect(id_)
        sockets.connect(services, id_, ticket)

    def ask(self, action: str, **fields: object) -> dict[str, Any]:
        frame = json.dumps({"id": 1, "action": action, **fields})
        event = {"requestContext": {"connectionId": self.id}, "body": frame}
        handlers.message(self.services, event)
        reply: dict[str, Any] = json.loads(self.services.sockets.frames[self.id].pop())
        return reply

    @property
    def events(self) -> list[Mapping[str, Any]]:
        frames = [json.loads(raw) for raw in self.services.sockets.frames.get(self.id, [])]
        return [frame for frame in frames if frame["event"].startswith("hitl")]


def told(services: MemoryServices, stage: Stage, name: str = "session", after: int = 0) -> None:
    """Runs the reactions to every entry of this conversation, as the table's stream does."""
    cid = stage.names[name]
    for entry in services.conversations.entries_after(stage.bot, cid, after, 100):
        react(services, CommittedEntry(stage.bot, cid, entry))


@pytest.fixture
def ana(stage: Stage, services: MemoryServices) -> Client:
    return Client(stage, services, "ana", "c-ana")


def names(client: Client) -> list[str]:
    return [event["event"] for event in client.events]


def test_a_connection_without_a_subscription_receives_no_events(
    stage: Stage, services: MemoryServices, ana: Client
) -> None:
    stage.prepare(["talked", "requested"])

    told(services, stage)

    assert ana.events == []


def test_a_new_session_sends_its_events_in_the_order_of_botpress(
    stage: Stage, services: MemoryServices, ana: Client
) -> None:
    assert ana.ask("subscribe", events=HITL) == {
        "reply_to": 1,
        "ok": True,
        "result": {"events": HITL},
    }
    stage.prepare(["talked", "paused"])
    stage.ok("bot", "POST hitl/sessions/{session}/unpause")

    told(services, stage)

    message = {k: v for k, v in objects.TRANSCRIPT[0].items() if k != "id"}
    assert fits(
        ana.events,
        stage.filled(
            [
                {"event": "hitl.message", "data": message},
                {"event": "hitl.new_session", "data": NEW_SESSION},
                {"event": "hitl.session.changed", "data": {"id": "{session}", "isPaused": True}},
                {"event": "hitl.session.changed", "data": {"id": "{session}", "isPaused": False}},
            ]
        ),
    )


NEW_SESSION = {
    "is_new_session": True,
    "id": "{session}",
    "botId": "{bot}",
    "channel": "web",
    "userId": "C",
    "full_name": "Zed",
    "user_image_url": None,
    "last_event_on": "$time",
    "last_heard_on": "$time",
    "paused": False,
    "paused_trigger": None,
    "thread_id": "T1",
}


def test_each_change_of_a_handoff_sends_the_whole_handoff(
    stage: Stage, services: MemoryServices, ana: Client
) -> None:
    ana.ask("subscribe", events=[f"hitlnext:{stage.bot}"])
    stage.prepare(["talked", "requested"])
    told(services, stage)
    stage.prepare(["ana online", "assigned"])
    told(services, stage, after=2)
    stage.ok("ana", "POST hitlnext/handoffs/{handoff}/resolve")
    told(services, stage, after=3)

    data = [event["data"] for event in ana.events]

    expected = [
        ("create", objects.HANDOFF),
        ("update", objects.ASSIGNED),
        ("update", objects.RESOLVED),
    ]
    assert set(names(ana)) == {f"hitlnext:{stage.bot}"}
    assert fits(
        data,
        stage.filled(
            [
                {"resource": "handoff", "type": type_, "id": "{handoff}", "payload": payload}
                for type_, payload in expected
            ]
        ),
    )


def test_a_message_of_a_waiting_user_is_sent_with_the_handoff(
    stage: Stage, services: MemoryServices, ana: Client
) -> None:
    stage.prepare(["talked", "requested"])
    ana.ask("subscribe", events=[f"hitlnext:{stage.bot}"])
    stage.say("C", "hello?", thread="T1")
    told(services, stage, after=2)

    update, create = [event["data"] for event in ana.events]

    assert (update["resource"], update["type"]) == ("handoff", "update")
    assert update["payload"]["userConversation"]["event"]["preview"] == "hello?"
    assert "comments" not in update["payload"]
    expected = {
        "event": {"preview": "hello?"},
        "id": None,
        "direction": "incoming",
        "botId": stage.bot,
        "channel": "web",
        "createdOn": "$time",
        "threadId": "T1",
    }
    assert fits(create, {"resource": "event", "type": "create", "id": None, "payload": expected})


def test_a_change_of_presence_is_sent(stage: Stage, services: MemoryServices, ana: Client) -> None:
    ana.ask("subscribe", events=[f"hitlnext:{stage.bot}"])

    for online in (True, False):
        stage.ok("bo", "POST hitlnext/agents/me/online", {"online": online})

    assert [event["data"] for event in ana.events] == [
        {
            "resource": "agent",
            "type": "update",
            "id": stage.names["bo's id"],
            "payload": {"online": online},
        }
        for online in (True, False)
    ]


def test_a_subscription_to_another_bot_is_refused(stage: Stage, ana: Client) -> None:
    for name in (f"hitlnext:{stage.other}", "hitl", "HITL.MESSAGE", "hitlnext:"):
        answer = ana.ask("subscribe", events=[name])
        assert answer["error"]["code"] == "invalid_request"


def test_an_agent_receives_no_events_of_conversations_that_they_may_not_see(
    stage: Stage, services: MemoryServices
) -> None:
    email = stage.cast.emails["bo"]
    salesman = Member(person_id(email), "Bo", email, Role.AGENT, frozenset({"sales"}))
    services.directory.put_member(stage.bot, salesman)
    services.directory.put_queue(stage.bot, Queue("support"))
    bo, eve = Client(stage, services, "bo", "c-bo"), Client(stage, services, "eve", "c-eve")
    for client in (bo, eve):
        client.ask("subscribe", events=HITL)
    stage.prepare(["talked"])
    stage.ok("bot", "POST /api/v1/bots/{bot}/conversations/{session}/pause", {"queue": "support"})

    told(services, stage)

    assert bo.events == []
    assert eve.events == []


def test_an_empty_list_ends_a_subscription(
    stage: Stage, services: MemoryServices, ana: Client
) -> None:
    ana.ask("subscribe", events=HITL)
    ana.ask("subscribe", events=[])
    stage.prepare(["talked"])

    told(services, stage)

    assert ana.events == []


@pytest.fixture
def live(served: Cast, stack: Stack) -> Iterator[tuple[Stage, WebSocketClient]]:
    """Created before the socket, because a connection keeps the bots that its person has then."""
    stage = served.stage()
    ticket = stage.ok("ana", "POST /api/v1/socket/ticket").json["ticket"]
    with WebSocketClient(stack.environment["BATON_SOCKET_URL"], ticket, stack.url) as socket:
        yield stage, socket


def test_the_running_stack_sends_the_events_over_a_websocket(
    live: tuple[Stage, WebSocketClient],
) -> None:
    stage, socket = live
    socket.do("subscribe", events=[*HITL, f"hitlnext:{stage.bot}"])

    stage.prepare(["talked", "requested"])

    for name in [*HITL, f"hitlnext:{stage.bot}"]:
        socket.wait_for(partial(_is, name), SECONDS)


def _is(name: str, frame: Mapping[str, Any]) -> bool:
    return frame.get("event") == name
