"""A bot without a public address receives its events over a WebSocket, and reads what it missed."""

from typing import Any

import pytest

from chalicelib.domain.access import Scope
from chalicelib.entrypoints.websocket import handlers
from chalicelib.entrypoints.websocket.actions import ACTIONS
from chalicelib.usecases import reactions, views
from chalicelib.usecases.accounts.authenticate import hash_secret
from chalicelib.usecases.live import listeners
from chalicelib.usecases.live.push import catch_up
from chalicelib.usecases.live.sockets import all_open
from chalicelib.usecases.records.bots import BotKey
from chalicelib.usecases.records.stream import CommittedEntry
from tests.api.conversation_setup import BOT, id_of, message, ok, owned
from tests.api.live.socket_client import SocketClient, fits
from tests.support.api import Api
from tests.support.fakes import UnreachableSockets
from tests.support.services import ORIGIN, MemoryServices

DELIVERIES = f"{BOT}/deliveries"
CONVERSATION = ["handoff.requested", "handoff.claimed", "agent.message"]


@pytest.fixture
def listener(services: MemoryServices, bot: Api) -> SocketClient:
    return SocketClient(services, bot, "bot", bot="demo")


def said(bot: Api, ana: Api, text: str = "Hello.") -> str:
    """The path of a conversation that Ana owns, in which she has written."""
    path = owned(bot, ana)
    ok(ana.post(f"{path}/messages", {"text": text}))
    return path


def react(services: MemoryServices, path: str) -> None:
    for entry in services.conversations.entries_after("demo", id_of(path), 0, 100):
        reactions.react(services, CommittedEntry("demo", id_of(path), entry))


def types(events: list[Any]) -> list[str]:
    return [event["body"]["type"] for event in events]


def live(client: SocketClient) -> list[Any]:
    return [event for event in client.events if event["event"] == "bot_event"]


def key(services: MemoryServices, name: str, *scopes: Scope) -> Api:
    """A key of the demo bot with only these scopes."""
    services.directory.put_key(BotKey(name, "demo", hash_secret("s"), frozenset(scopes)))
    return Api(services, f"bk_{name}_s")


def test_a_listening_bot_receives_what_its_webhook_would(
    services: MemoryServices, bot: Api, ana: Api, listener: SocketClient
) -> None:
    assert listener.do("listen")["result"]["events"] == list(listeners.EVENT_TYPES)
    path = said(bot, ana)
    react(services, path)

    events = live(listener)

    assert types(events) == CONVERSATION
    assert [event["id"] for event in events] == [f"{id_of(path)}:{seq}" for seq in (2, 3, 4)]
    for event in events:
        fits(event, ["botEvent"])


def test_a_bot_chooses_the_types_and_receives_nothing_before_it_listens(
    services: MemoryServices, bot: Api, ana: Api, listener: SocketClient
) -> None:
    path = said(bot, ana)
    react(services, path)
    listener.do("listen", events=["agent.message"])
    react(services, path)

    refused = listener.send('{"id": 9, "action": "listen", "events": ["note.added"]}')["error"]

    assert types(live(listener)) == ["agent.message"]
    assert refused["code"] == "invalid_request"
    assert all(name in refused["detail"] for name in listeners.EVENT_TYPES)


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_a_keys_connection_may_only_listen_and_ping(
    services: MemoryServices, bot: Api, ana: Api, listener: SocketClient, action: str
) -> None:
    path = owned(bot, ana)
    reply = listener.send(f'{{"id": 1, "action": "{action}", "conversation_id": "{id_of(path)}"}}')

    if action in ("listen", "ping"):
        assert reply["ok"]
    else:
        assert reply["error"]["code"] == "forbidden"


def test_people_may_not_listen(services: MemoryServices, ana: Api) -> None:
    reply = SocketClient(services, ana, "a").do("listen")

    assert reply["error"]["code"] == "forbidden"


def test_a_key_needs_the_scope_read(services: MemoryServices) -> None:
    speaking = key(services, "speaking", Scope.MESSAGES, Scope.HANDOFFS)

    for answer in (speaking.post(f"{BOT}/socket/ticket"), speaking.get(DELIVERIES)):
        assert (answer.status, answer.json["code"]) == (403, "forbidden")


def test_a_person_must_send_an_origin_and_a_foreign_origin_is_refused(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    def status(ticket: str, **headers: str) -> object:
        protocol = {"Sec-WebSocket-Protocol": f"baton.v1, {ticket}"}
        event = {"requestContext": {"connectionId": "x"}, "headers": protocol | headers}
        return handlers.connect(services, event)["statusCode"]

    def bots() -> str:
        return str(ok(bot.post(f"{BOT}/socket/ticket"))["ticket"])

    def persons() -> str:
        return str(ok(ana.post("/socket/ticket"))["ticket"])

    unused = persons()
    assert (status(unused), status(unused, Origin=ORIGIN)) == (403, 200)
    assert (status(bots()), status(bots(), Origin="https://evil.test")) == (200, 403)


def test_a_revoked_key_is_told_and_receives_nothing_more(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    client = SocketClient(services, key(services, "short", Scope.READ), "short", bot="demo")
    client.do("listen")

    assert ana.login("owner").send("DELETE", f"{BOT}/keys/short").status == 204
    react(services, said(bot, ana))

    assert client.events == [{"event": "session_ended"}]
    assert "short" not in {each.id for each in all_open(services)}


def test_an_expired_key_receives_nothing(services: MemoryServices, bot: Api, ana: Api) -> None:
    ends = services.clock.now() + 60_000
    services.directory.put_key(BotKey("b", "demo", hash_secret("s"), expires_at=ends))
    client = SocketClient(services, Api(services, "bk_b_s"), "brief", bot="demo")
    client.do("listen")
    path = said(bot, ana)
    services.clock.advance(60_001)

    react(services, path)

    assert client.events == []
    assert client.do("ping")["error"]["code"] == "unauthenticated"


def test_a_listener_is_no_viewer_and_no_agent(
    services: MemoryServices, bot: Api, ana: Api, listener: SocketClient
) -> None:
    listener.do("listen")
    agent = SocketClient(services, ana, "a")
    path = said(bot, ana)
    agent.do("watch", conversation_id=id_of(path), after=0)
    react(services, path)

    assert {event["event"] for event in listener.events} == {"bot_event"}
    handlers.disconnect(services, {"requestContext": {"connectionId": "bot"}})
    assert {each.id for each in all_open(services)} == {"a"}


# What was missed


def test_a_bot_reads_what_it_missed_in_the_order_of_each_conversation(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    began = views.timestamp(services.clock.now() - 1)
    path = said(bot, ana)
    ok(ana.post(f"{path}/unpause", {"outcome": "resolved"}))

    page = ok(bot.get(f"{DELIVERIES}?after={began}"))

    assert types(page["items"]) == [*CONVERSATION, "conversation.returned"]
    assert page["next"] is None
    chosen = ok(bot.get(f"{DELIVERIES}?after={began}&events=agent.message"))
    assert [each["id"] for each in chosen["items"]] == [f"{id_of(path)}:4"]


def test_only_events_after_the_time_were_missed(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    path = said(bot, ana)
    services.clock.advance(1000)
    between = views.timestamp(services.clock.now())
    services.clock.advance(1000)
    ok(ana.post(f"{path}/messages", {"text": "Still there?"}))

    (missed,) = ok(bot.get(f"{DELIVERIES}?after={between}"))["items"]

    assert missed["body"]["data"]["entry"]["text"] == "Still there?"


def test_missed_events_are_paged_without_a_gap(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    began = views.timestamp(services.clock.now() - 1)
    for user in range(listeners.CONVERSATIONS + 2):
        thread = {"thread": f"t-{user}"}
        ok(bot.post(f"{BOT}/messages", message(**thread)))
        ok(bot.post(f"{BOT}/pause", {"channel": "web", "user": "u-1", **thread, "reason": "x"}))
    path = said(bot, ana)
    query, found = f"{DELIVERIES}?after={began}&limit=2", list[str]()
    cursor = ""
    while cursor is not None:
        page = ok(bot.get(query + (f"&cursor={cursor}" if cursor else "")))
        found += [each["id"] for each in page["items"]]
        cursor = page["next"]

    assert len(found) == len(set(found)) == listeners.CONVERSATIONS + 2 + 3
    assert [each for each in found if each.startswith(id_of(path))] == [
        f"{id_of(path)}:{seq}" for seq in (2, 3, 4)
    ]


def test_a_wrong_query_is_refused_and_names_the_parameter(bot: Api, ana: Api) -> None:
    sam = ana.login("sam")
    for caller, query, field in (
        (bot, "after=yesterday", "after"),
        (bot, "after=2026-01-01T00:00:00", "after"),
        (bot, "events=fly", "events"),
        (bot, "status=dead", "status"),
        (sam, "after=2026-01-01T00:00:00Z", "after"),
    ):
        answer = caller.get(f"{DELIVERIES}?{query}")
        assert (answer.status, answer.json["errors"][0]["field"]) == (400, field)


def test_a_bot_that_missed_a_frame_is_told_to_read(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    services.sockets = gateway = UnreachableSockets("")
    listener = SocketClient(services, bot, "bot", bot="demo")
    listener.do("listen")
    gateway.broken = "bot"
    react(services, said(bot, ana))
    gateway.broken = None

    catch_up(services, all_open(services))

    assert {"event": "resync"} in listener.events
