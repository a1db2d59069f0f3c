"""What Botpress v12 would tell its admin sockets, for connections that ask for it by name.

Botpress tells everybody everything; here each connection hears of the conversations that its
person may see.
"""

from collections.abc import Callable, Iterator, Mapping

from msgspec.structs import replace

from chalicelib.botpress import handoff_views as handoffs
from chalicelib.botpress import views as view
from chalicelib.botpress.sessions import SAID, sessions
from chalicelib.domain.access import Caller
from chalicelib.domain.conversation.authors import From
from chalicelib.domain.conversation.entries import Entry, HandoffContent, Kind, Noted
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.domain.errors import InvalidRequest
from chalicelib.usecases.conversations.execute import visible
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.services import Services
from chalicelib.usecases.views import Json, timestamp

NEW_SESSION = "hitl.new_session"
MESSAGE = "hitl.message"
SESSION_CHANGED = "hitl.session.changed"
NAMES = frozenset({NEW_SESSION, MESSAGE, SESSION_CHANGED})
PER_BOT = "hitlnext:"

News = tuple[str, Json]
"""An event's name, and its data."""
CallerOf = Callable[[SocketConnection], Caller | None]

CREATES = frozenset({Kind.REQUESTED})
CHANGES = frozenset(
    {Kind.CLAIMED, Kind.RELEASED, Kind.TRANSFERRED, Kind.RETURNED, Kind.TAGGED, Kind.NOTE}
)


def frames(
    services: Services,
    committed: CommittedEntry,
    head: Head,
    connections: list[SocketConnection],
    caller_of: CallerOf,
) -> Iterator[tuple[str, Json]]:
    """One frame for each connection and each event that it has subscribed to."""
    wanted = {name for connection in connections for name in connection.events}
    for name, data in _news(services, committed, head, wanted):
        for connection in connections:
            caller = caller_of(connection) if name in connection.events else None
            if caller and visible(caller, head):
                yield connection.id, {"event": name, "data": data}


def subscribe(services: Services, connection: SocketConnection, events: tuple[str, ...]) -> None:
    """What the connection hears of from now on, and nothing else. Raises InvalidRequest for an
    event that there is not, or not for this person."""
    offered = NAMES | {topic(bot) for bot in connection.bots}
    unknown = [name for name in events if name not in offered]
    if unknown:
        raise InvalidRequest(f"There is no event {unknown[0]}.", events=sorted(offered))
    services.connections.put(replace(connection, events=events))


def presence(
    email: str, there: Mapping[str, list[SocketConnection]], *, online: bool
) -> Iterator[tuple[str, Json]]:
    """An agent has come or gone: to whoever follows one of their bots. `there` holds the open
    connections by bot."""
    agent_id = handoffs.agent_id(email)
    data = _object("agent", "update", agent_id, {"online": online})
    for bot, connections in there.items():
        for connection in connections:
            if topic(bot) in connection.events:
                yield connection.id, {"event": topic(bot), "data": data}


def topic(bot: str) -> str:
    return PER_BOT + bot


def webhook_body(services: Services, bot: str, conversation_id: str, entry: Entry) -> Json | None:
    """What Botpress' own webhook would be sent; None for what it is not told of."""
    head = services.conversations.head(bot, conversation_id)
    if head is None or entry.kind not in CREATES | CHANGES:
        return None
    for data in _of_handoff(services, head, entry):
        return {"botId": bot, **data}
    return None


def _news(
    services: Services, committed: CommittedEntry, head: Head, wanted: set[str]
) -> Iterator[News]:
    """Looked up only if somebody wants it; in the order in which Botpress tells it."""
    entry = committed.entry
    if MESSAGE in wanted and entry.kind in SAID:
        yield MESSAGE, view.message_news(head.id, entry)
    if NEW_SESSION in wanted and entry.seq == 1:
        yield NEW_SESSION, view.session_row(sessions(services, head.bot, [head])[0])
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
    """Said by a user who waits, and not before: the head may be later than the entry."""
    return head.status is Status.WAITING and entry.epoch == head.epoch


def _of_handoff(services: Services, head: Head, entry: Entry) -> Iterator[Json]:
    content = entry.content
    handoff_id = content.handoff_id if isinstance(content, HandoffContent | Noted) else None
    handoff_id = handoff_id or head.handoff_id
    found = services.conversations.handoff(head.bot, str(handoff_id)) if handoff_id else None
    if found is None:
        return
    episode = handoffs.episodes(services, head.bot, [(found, head)])[0]
    what = "create" if entry.kind in CREATES else "update"
    yield _object("handoff", what, found.id, handoffs.handoff(episode))


def _of_waiting_user(services: Services, head: Head, entry: Entry) -> Iterator[Json]:
    """Who waits has written: the handoff with its user's latest words, and the words alone."""
    found = services.conversations.handoff(head.bot, head.handoff_id or "")
    if found:
        said = view.user_conversation(head, entry)
        shown = handoffs.bare_handoff(handoffs.HandoffDetail(found, head)) | {
            "userConversation": said
        }
        yield _object("handoff", "update", found.id, shown)
    event: Json = {
        "event": {"preview": view.text(entry)},
        "id": None,
        "direction": "incoming",
        "botId": head.bot,
        "channel": head.address.channel,
        "createdOn": timestamp(entry.at),
        "threadId": view.thread_of(head),
    }
    yield _object("event", "create", None, event)


def _object(resource: str, what: str, id_: str | None, payload: Json) -> Json:
    return {"resource": resource, "type": what, "id": id_, "payload": payload}
