"""WebSocket connections: tickets, connect, disconnect, watch and unwatch."""

from collections.abc import Callable, Sequence
from functools import partial

from msgspec.structs import replace

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.errors import Forbidden, RateLimited, Unauthenticated, invalid_field
from chalicelib.domain.limit_names import MOST_SOCKETS
from chalicelib.usecases.accounts.authenticate import (
    caller_of_key,
    hash_secret,
    person_of_session,
    require_valid,
)
from chalicelib.usecases.live import push
from chalicelib.usecases.records.connections import SocketConnection, SocketTicket
from chalicelib.usecases.records.people import SessionReference
from chalicelib.usecases.routing import presence
from chalicelib.usecases.services import Services

PROBE = {"event": "probe"}
RETRY_AFTER_S = 60
BOT_TICKET = "bot_"
"""The beginning of a bot's ticket: a person's ticket without an origin is refused unused."""
TICKET_LIFE_MS = 30 * 1000
CONNECTION_LIFE_MS = (2 * 60 + 10) * 60 * 1000
"""API Gateway closes a connection after two hours, and may not call `$disconnect`."""


def issue_ticket(services: Services, session: SessionReference) -> tuple[str, int]:
    """Returns a single-use ticket and when it expires."""
    ticket = services.random.token()
    expires_at = services.clock.now() + TICKET_LIFE_MS
    services.connections.add_ticket(
        SocketTicket(
            hash_secret(ticket), session.person, session.token_version, expires_at, session.id
        )
    )
    return ticket, expires_at


def issue_ticket_to_key(services: Services, caller: Caller) -> tuple[str, int]:
    """As `issue_ticket`, for a bot that listens to its events."""
    authorize(caller, Action.LISTEN)
    ticket = BOT_TICKET + services.random.token()
    expires_at = services.clock.now() + TICKET_LIFE_MS
    services.connections.add_ticket(
        SocketTicket(hash_secret(ticket), "", 0, expires_at, key=caller.id, bot=caller.bot)
    )
    return ticket, expires_at


def connect(
    services: Services, connection_id: str, ticket: str, *, has_origin: bool = True
) -> SocketConnection:
    """Stores the connection of the ticket's person, who is then online, or of the ticket's key.

    Raises Unauthenticated if the ticket is unknown, used or expired, or if its session or key has
    ended, Forbidden for a person without an origin, and RateLimited if the person or the key has
    `MOST_SOCKETS` connections.
    Must not send a frame: API Gateway opens the connection only after `$connect` has returned.
    """
    used = services.connections.use_ticket(hash_secret(ticket), services.clock.now())
    if used is None:
        raise Unauthenticated("This ticket is unknown, used or expired.")
    if used.key:
        return _connect_key(services, connection_id, used)
    if not has_origin:
        raise Forbidden("A person connects from a browser, which sends an origin.")
    return _connect_person(services, connection_id, used)


def _connect_key(services: Services, connection_id: str, used: SocketTicket) -> SocketConnection:
    caller_of_key(services, used.bot, used.key)
    now = services.clock.now()
    connection = SocketConnection(
        id=connection_id,
        person="",
        token_version=0,
        bots=(used.bot,),
        opened_at=now,
        expires_at=now + CONNECTION_LIFE_MS,
        key=used.key,
    )

    def of_key() -> list[SocketConnection]:
        return [c for c in services.connections.of_bot(used.bot) if c.key == used.key]

    _require_place(services, "key", of_key(), of_key)
    services.connections.put(connection)
    return connection


def _connect_person(services: Services, connection_id: str, used: SocketTicket) -> SocketConnection:
    now = services.clock.now()
    # The bots must be as they are stored, and so everything is read at once.
    state = services.directory.person_state(used.person)
    person = require_valid(state.person, used.session_reference)
    of_person = partial(services.connections.of_person, person.id)
    _require_place(services, "person", state.connections, of_person)
    bots = services.directory.bot_ids() if person.is_owner else state.bots
    connection = SocketConnection(
        id=connection_id,
        person=person.id,
        token_version=person.token_version,
        bots=tuple(bots),
        opened_at=now,
        expires_at=now + CONNECTION_LIFE_MS,
        is_owner=person.is_owner,
        session=used.session,
    )
    services.connections.put(connection)
    # A session that ends after this read finds the connection and closes it; one that has ended
    # before is refused here. Its rows then expire, or the first push finds the connection gone.
    person_of_session(services, used.session_reference, fresh=True)
    presence.record_arrival(services, state)
    return connection


def _require_place(
    services: Services,
    whose: str,
    connections: Sequence[SocketConnection],
    read_again: Callable[[], list[SocketConnection]],
) -> None:
    """API Gateway does not report each connection that has ended. So if there are too many, a frame
    to each of them shows which ones are gone."""
    if len(connections) < MOST_SOCKETS:
        return
    push.send(services, [(each.id, PROBE) for each in connections])
    if len(read_again()) >= MOST_SOCKETS:
        raise RateLimited(
            f"This {whose} has {MOST_SOCKETS} open connections, which is the limit. Close one.",
            retry_after=RETRY_AFTER_S,
        )


def subscribe(services: Services, connection: SocketConnection, events: tuple[str, ...]) -> None:
    """Replaces the events of integrations that this connection receives. Raises InvalidRequest for
    an event that does not exist, or not for this connection."""
    offered = {name for each in services.integrations for name in each.event_names(connection)}
    unknown = [name for name in events if name not in offered]
    if unknown:
        raise invalid_field("events", f"There is no event {unknown[0]}.", events=sorted(offered))
    services.connections.put(replace(connection, events=events))


def set_hidden(services: Services, connection: SocketConnection, *, hidden: bool) -> None:
    """Stores whether the person sees the page. While they see one, they need no web push."""
    if connection.is_hidden != hidden:
        services.connections.put(replace(connection, is_hidden=hidden))


def disconnect(services: Services, connection_id: str) -> None:
    connection = services.connections.get(connection_id)
    if connection:
        push.close_connection(services, connection)


def watch(services: Services, bot: str, conversation_id: str, connection: SocketConnection) -> None:
    """The connection receives all entries from now on. The other watchers see the new viewer, but
    only the first time."""
    if services.connections.watch(bot, conversation_id, connection):
        push.push_viewers(services, bot, conversation_id, newest=connection.id)


def unwatch(
    services: Services, bot: str, conversation_id: str, connection: SocketConnection
) -> None:
    services.connections.unwatch(bot, conversation_id, connection.id)
    push.push_viewers(services, bot, conversation_id)


def all_open(services: Services) -> list[SocketConnection]:
    """The open connections of all bots. A connection that closed without `$disconnect` is among
    them until it expires."""
    bots = services.directory.bot_ids()
    return list({c.id: c for bot in bots for c in services.connections.of_bot(bot)}.values())
