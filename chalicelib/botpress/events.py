"""The events of Botpress v12's realtime module, and the bodies of its webhook.

Botpress sends each event to every socket. Baton sends it to the connections that have subscribed to
it by its name and whose person may see the conversation.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from chalicelib.botpress import handoff_views, views
from chalicelib.botpress.sessions import SAID, sessions
from chalicelib.domain.conversation.authors import From
from chalicelib.domain.conversation.entries import Entry, HandoffContent, Kind, Noted
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.usecases.conversations import shown
from chalicelib.usecases.conversations.visibility import visible
from chalicelib.usecases.ports.integrations import CallerOf, PushedFrame
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.services import Services
from chalicelib.usecases.views import Json, timestamp

NEW_SESSION = "hitl.new_session"
MESSAGE = "hitl.message"
SESSION_CHANGED = "hitl.session.changed"
NAMES = frozenset({NEW_SESSION, MESSAGE, SESSION_CHANGED})
PER_BOT = "hitlnext:"

EventData = tuple[str, Json]
"""An event's name, and its data."""

CREATES = frozenset({Kind.REQUESTED})
CHANGES = frozenset(
    {Kind.CLAIMED, Kind.RELEASED, Kind.TRANSFERRED, Kind.RETURNED, Kind.TAGGED, Kind.NOTE}
)


def frames(
    services: Services,
    committed: CommittedEntry,
    head: Head,
    connections: Sequence[SocketConnection],
    caller_of: CallerOf,
) -> Iterator[PushedFrame]:
    """One frame for each connection and each event that it has subscribed to."""
    wanted = {name for connection in connections for name in connection.events}
    if wanted:
        committed = replace(committed, entry=shown.linked(services, head, committed.entry))
    for name, data in _events(services, committed, head, wanted):
        for connection in connections:
            caller = caller_of(connection) if name in connection.events else None
            if caller and visible(services, caller, head):
                yield connection.id, {"event": name, "data": data}


def names(connection: SocketConnection) -> frozenset[str]:
    """The events that this connection may subscribe to."""
    return NAMES | {topic(bot) for bot in connection.bots}


def presence(
    email: str, connections: Mapping[str, Sequence[SocketConnection]], *, online: bool
) -> Iterator[PushedFrame]:
    """An agent has come or gone: one frame for each connection that has subscribed to one of their
    bots. `connections` are the open ones, by bot."""
    agent_id = handoff_views.agent_id(email)
    data = _object("agent", "update", agent_id, {"online": online})
    for bot, of_bot in connections.items():
        for connection in of_bot:
            if topic(bot) in connection.events:
                yield connection.id, {"event": topic(bot), "data": data}


def topic(bot: str) -> str:
    return PER_BOT + bot


def webhook_body(services: Services, head: Head, entry: Entry) -> Json | None:
    """The body of Botpress' webhook; None for an entry that Botpress does not send."""
    if entry.kind not in CREATES | CHANGES:
        return None
    for data in _of_handoff(services, head, entry):
        return {"botId": head.bot, **data}
    return None


def _events(
    services: Services, committed: CommittedEntry, head: Head, wanted: set[str]
) -> Iterator[EventData]:
    """In the order in which Botpress sends them. Reads from the store only what `wanted` needs."""
    entry = committed.entry
    if MESSAGE in wanted and entry.kind in SAID:
        yield MESSAGE, views.message_event(head.id, entry)
    if NEW_SESSION in wanted and entry.seq == 1:
        yield NEW_SESSION, views.session_row(sessions(services, head.bot, [head])[0])
    if SESSION_CHANGED in wanted and entry.kind in (Kind.REQUESTED, Kind.RETURNED):
        paused = entry.kind is Kind.REQUESTED
        yield SESSION_CHANGED, {"id": head.id, "isPaused": paused}
    if topic(head.bot) in wanted:
        yield from ((topic(head.bot), data) for data in _of_bot(services, head, entry))


def _of_bot(services: Services, head: Head, entry: Entry) -> Iterator[Json]:
    if entry.kind in CREATES | CHANGES:
        yield from _of_handoff(services, head, entry)
    if entry.kind is Kind.MESSAGE and entry.sender is From.USER and _waits(head, entry):
        yield from _of_waiting_user(services, head, entry)


def _waits(head: Head, entry: Entry) -> bool:
    """True if the user was waiting when they wrote. The head may be newer than the entry."""
    return head.status is Status.WAITING and entry.epoch == head.epoch


def _of_handoff(services: Services, head: Head, entry: Entry) -> Iterator[Json]:
    content = entry.content
    handoff_id = content.handoff_id if isinstance(content, HandoffContent | Noted) else None
    handoff_id = handoff_id or head.handoff_id
    found = shown.handoff(services, head, str(handoff_id)) if handoff_id else None
    if found is None:
        return
    detailed = handoff_views.with_details(services, None, [(found, head)])[0]
    what = "create" if entry.kind in CREATES else "update"
    yield _object("handoff", what, found.id, handoff_views.handoff(detailed))


def _of_waiting_user(services: Services, head: Head, entry: Entry) -> Iterator[Json]:
    """A waiting user has written: the handoff with their last message, and the message alone."""
    found = shown.handoff(services, head, head.handoff_id or "")
    if found:
        said = views.user_conversation(head, entry)
        update = handoff_views.bare_handoff(handoff_views.BotpressHandoff(found, head)) | {
            "userConversation": said
        }
        yield _object("handoff", "update", found.id, update)
    event: Json = {
        "event": {"preview": views.text(entry)},
        "id": None,
        "direction": "incoming",
        "botId": head.bot,
        "channel": head.address.channel,
        "createdOn": timestamp(entry.at),
        "threadId": views.thread_of(head),
    }
    yield _object("event", "create", None, event)


def _object(resource: str, what: str, id_: str | None, payload: Json) -> Json:
    return {"resource": resource, "type": what, "id": id_, "payload": payload}
