"""The reaction that pushes a committed entry to the open connections of agents and listening bots.

The owner and the watchers of a conversation receive the entry with the new head. The bot's other
agents receive the head alone, if the entry changes who may speak or whose turn it is.
"""

from collections.abc import Iterator, Mapping

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.conversation.authors import From
from chalicelib.domain.conversation.entries import Entry, Kind, may_read
from chalicelib.domain.conversation.erasure import is_hidden
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.usecases import views
from chalicelib.usecases.conversations import shown
from chalicelib.usecases.conversations.visibility import visible
from chalicelib.usecases.live import audience, push
from chalicelib.usecases.ports.integrations import CallerOf, PushedFrame
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.services import Services

BROADCAST_KINDS = frozenset(
    {*views.PUBLIC_TYPES, Kind.OFFERED, Kind.DECLINED, Kind.ESCALATED, Kind.UPDATED, Kind.ERASED}
)
"""Kinds after which all agents of the bot receive the head."""
VISIBILITY_CHANGES = frozenset({Kind.REQUESTED, Kind.RELEASED, Kind.TRANSFERRED})
"""Kinds after which an agent may no longer see the conversation. Such agents receive a head that
only says so."""


def push_entry(services: Services, committed: CommittedEntry) -> None:
    """Raises TemporarilyUnavailable."""
    open_now = services.connections.of_bot(committed.bot)
    people = [connection for connection in open_now if not connection.key]
    listening = _listening([connection for connection in open_now if connection.key], committed)
    if not people and not listening:
        return
    head = services.conversations.head(committed.bot, committed.conversation_id)
    if head is None or is_hidden(head, committed.entry.seq):
        return
    frames = _frames_for_people(services, committed, head, people) if people else []
    if listening:
        frames += _frames_for_bots(services, committed, head, listening)
    push.send_or_mark(services, frames)


def _listening(
    of_keys: list[SocketConnection], committed: CommittedEntry
) -> list[SocketConnection]:
    """Few installations have bots that listen. The others do not load what these need."""
    if not of_keys:
        return []
    from chalicelib.usecases.live import listeners

    return listeners.of_event(of_keys, committed.entry)


def _frames_for_bots(
    services: Services, committed: CommittedEntry, head: Head, listening: list[SocketConnection]
) -> list[PushedFrame]:
    from chalicelib.usecases.live import listeners

    return listeners.frames(services, head, committed.entry, listening)


def _frames_for_people(
    services: Services, committed: CommittedEntry, head: Head, connections: list[SocketConnection]
) -> list[PushedFrame]:
    watchers = set(services.connections.watchers(committed.bot, committed.conversation_id))
    if not _is_relevant(committed.entry, head, connections, watchers):
        return []
    recipients = _recipients(committed.entry, head, connections, watchers)
    recipients = audience.with_valid_session(services, recipients)
    if not recipients:
        return []
    members = _callers_of_members(services, committed.bot)

    def caller_of(connection: SocketConnection) -> Caller | None:
        return members.get(connection.person) or _caller_of_owner(connection, committed.bot)

    frames = [*_frames(services, committed, head, recipients, watchers, caller_of)]
    for integration in services.integrations:
        frames += integration.entry_frames(committed, head, recipients, caller_of)
    return frames


def _recipients(
    entry: Entry, head: Head, connections: list[SocketConnection], watchers: set[str]
) -> list[SocketConnection]:
    """The connections that may get a frame. Most entries concern one agent out of thousands, so
    only the sessions of these connections are checked."""
    if _is_broadcast(entry, head):
        return connections
    return [c for c in connections if c.events or _follows(c, head, watchers)]


def _follows(connection: SocketConnection, head: Head, watchers: set[str]) -> bool:
    return connection.id in watchers or connection.person == head.owner_id


def _frames(
    services: Services,
    committed: CommittedEntry,
    head: Head,
    connections: list[SocketConnection],
    watchers: set[str],
    caller_of: CallerOf,
) -> Iterator[PushedFrame]:
    full = {
        "event": "entry",
        "conversation_id": head.id,
        "entry": views.entry(shown.linked(services, head, committed.entry)),
        "head": views.head(head),
    }
    for connection in connections:
        caller = caller_of(connection)
        follows = _follows(connection, head, watchers)
        if caller is None:
            continue  # no longer a member of the bot
        if not visible(services, caller, head):
            if committed.entry.kind in VISIBILITY_CHANGES:
                yield connection.id, {"event": "head", "head": views.hidden(head)}
        elif follows and may_read(caller, committed.entry.kind, head.owner_id):
            yield connection.id, full
        elif _is_broadcast(committed.entry, head):
            yield connection.id, {"event": "head", "head": views.head(head)}


def _caller_of_owner(connection: SocketConnection, bot: str) -> Caller | None:
    """Owners of the installation see all conversations without being members of a bot."""
    return Caller(connection.person, "", Role.OWNER, bot) if connection.is_owner else None


def _is_relevant(
    entry: Entry, head: Head, connections: list[SocketConnection], watchers: set[str]
) -> bool:
    """False if nobody can receive a frame: a bot's own conversation that nobody watches."""
    has_followers = bool(watchers) or head.owner is not None or any(c.events for c in connections)
    return has_followers or _is_broadcast(entry, head)


def _is_broadcast(entry: Entry, head: Head) -> bool:
    """All agents also receive the head after a message of a user who waits."""
    is_user_message = entry.kind is Kind.MESSAGE and entry.sender is From.USER
    return entry.kind in BROADCAST_KINDS or (is_user_message and head.status is Status.WAITING)


def _callers_of_members(services: Services, bot: str) -> Mapping[str, Caller]:
    members = services.directory.roster(bot)
    return {m.person: Caller(m.person, m.name, m.role, bot, m.queues) for m in members}
