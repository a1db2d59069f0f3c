"""Bots that listen: connections that a bot's key has opened, and the events that they receive.

A bot without a public address has no webhook. It receives the same bodies over its WebSocket, and
reads with `missed` what happened while it had no connection.
"""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from chalicelib.domain.access import Action, Caller, authorize, is_allowed
from chalicelib.domain.conversation.entries import Entry
from chalicelib.domain.conversation.head import Head
from chalicelib.domain.errors import NotFound, Unauthenticated
from chalicelib.usecases import views
from chalicelib.usecases.accounts.authenticate import caller_of_key
from chalicelib.usecases.conversations import shown
from chalicelib.usecases.ports.integrations import PushedFrame
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.services import Services
from chalicelib.usecases.webhooks.body import webhook_body
from chalicelib.usecases.webhooks.event_types import (
    DEFAULT_EVENTS,
    ERASED,
    event_type,
    require_types,
)

EVENT_TYPES = (*DEFAULT_EVENTS, ERASED)
"""A bot may not read notes, and it knows what it has said and heard itself."""
CONVERSATIONS, ENTRIES = 25, 100
"""How many conversations, and entries of one of them, are read at once."""
PAGES_PER_CALL = 10


class BotEvent(Struct, frozen=True):
    """`id` is the one that the webhook would have, `body` its body."""

    id: str
    body: views.Json


def listen(services: Services, connection: SocketConnection, events: Iterable[str]) -> list[str]:
    """Replaces the types of events that this connection receives, and returns them. An empty list
    means all that a bot may receive. Raises InvalidRequest."""
    wanted = require_types(events, EVENT_TYPES, EVENT_TYPES)
    services.connections.put(replace(connection, events=tuple(wanted)))
    return wanted


def of_event(connections: Iterable[SocketConnection], entry: Entry) -> list[SocketConnection]:
    """Those connections of keys that listen to events of this entry's type."""
    type_ = event_type(entry)
    return [each for each in connections if type_ in each.events]


def frames(
    services: Services, head: Head, entry: Entry, listening: Iterable[SocketConnection]
) -> list[PushedFrame]:
    """The frames for those of these connections whose key is still valid."""
    valid = [each for each in listening if _may_listen(services, each)]
    if not valid:
        return []
    event = bot_event(services, head, entry)
    frame = {"event": "bot_event", "id": event.id, "body": event.body}
    return [(connection.id, frame) for connection in valid]


def bot_event(services: Services, head: Head, entry: Entry) -> BotEvent:
    return BotEvent(f"{head.id}:{entry.seq}", webhook_body(services, head, entry))


def missed(
    services: Services,
    caller: Caller,
    after: int,
    types: Sequence[str],
    position: str | None,
    limit: int,
) -> tuple[list[BotEvent], str | None]:
    """The events after this time (in milliseconds since 1970, UTC), and the next page's position.

    Events of one conversation are in order, and conversations with the earliest last activity
    come first. A conversation that goes on while its pages are read may be returned twice. A page
    may be short or empty before the last one.
    """
    authorize(caller, Action.LISTEN)
    found: list[BotEvent] = []
    place: Place | None = _place(position)
    for _ in range(PAGES_PER_CALL):
        if place is None or len(found) >= limit:
            break
        room = limit - len(found)
        events, place = _missed_page(services, caller.bot, after, types, place, room)
        found += events
    return found, _text(place)


class Place(Struct, frozen=True, array_like=True):
    """The position in the list of conversations; within its page, the last conversation whose
    events were returned up to `seq`."""

    listing: str | None = None
    conversation_id: str = ""
    seq: int = 0


def _missed_page(
    services: Services, bot: str, after: int, types: Sequence[str], place: Place, limit: int
) -> tuple[list[BotEvent], Place | None]:
    """The events of one page of conversations."""
    listing = services.conversations.owing(bot, after, place.listing, CONVERSATIONS)
    ids = list(listing.conversation_ids)
    # If that conversation has moved on, it comes again later; then the page is read from its start.
    begin = ids.index(place.conversation_id) if place.conversation_id in ids else 0
    found: list[BotEvent] = []
    for head in services.conversations.heads(bot, ids[begin:]):
        known = place.seq if head.id == place.conversation_id else 0
        for entry in _entries_since(services, head, after, known):
            if event_type(entry) not in types:
                continue
            found.append(bot_event(services, head, entry))
            if len(found) == limit:
                return found, Place(place.listing, head.id, entry.seq)
    return found, None if listing.position is None else Place(listing.position)


def _entries_since(services: Services, head: Head, after: int, known: int) -> list[Entry]:
    """The entries after this time and this `seq`, ascending."""
    found, before = list[Entry](), head.last_seq + 1
    while before > known + 1:
        page = shown.entries_before(services, head, before, ENTRIES)
        if not page:
            break
        found += reversed(page)
        before = page[0].seq
        if page[0].at <= after:
            break
    return [entry for entry in reversed(found) if entry.at > after and entry.seq > known]


def _may_listen(services: Services, connection: SocketConnection) -> bool:
    try:
        caller = caller_of_key(services, connection.bots[0], connection.key)
    except (Unauthenticated, NotFound):
        return False
    return is_allowed(caller, Action.LISTEN)


def _place(position: str | None) -> Place:
    return msgspec.json.decode(position, type=Place) if position else Place()


def _text(place: Place | None) -> str | None:
    return msgspec.json.encode(place).decode() if place else None
