"""Connections of people: opened by a ticket, told what they may see, closed without regret."""

from chalicelib.domain.errors import Unauthenticated
from chalicelib.usecases.accounts.authenticate import hash_secret
from chalicelib.usecases.live import push
from chalicelib.usecases.records.connections import SocketConnection, SocketTicket
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.routing import presence, timers
from chalicelib.usecases.services import Services

TICKET_LIFE = 30 * 1000
CONNECTION_LIFE = (2 * 60 + 10) * 60 * 1000
"""API Gateway ends a connection after two hours and may never say so."""


def issue_ticket(services: Services, person: Person) -> tuple[str, int]:
    """A single-use ticket and the moment at which it expires."""
    ticket = services.random.token()
    expires_at = services.clock.now() + TICKET_LIFE
    stored = SocketTicket(hash_secret(ticket), person.id, person.token_version, expires_at)
    services.connections.add_ticket(stored)
    return ticket, expires_at


def connect(services: Services, connection_id: str, ticket: str) -> SocketConnection:
    """Raises Unauthenticated where the ticket is used, expired, unknown or its session over.

    Nothing may be sent here: the connection stands only after API Gateway has our answer.
    """
    now = services.clock.now()
    used = services.connections.use_ticket(hash_secret(ticket), now)
    person = services.directory.person(used.person) if used else None
    if used is None or person is None or person.disabled:
        raise Unauthenticated("This ticket is not valid, or no longer.")
    if person.token_version != used.token_version:
        raise Unauthenticated("This ticket is not valid, or no longer.")
    bots = (
        services.directory.bot_ids()
        if person.is_owner
        else services.directory.bots_of_person(person.id)
    )
    connection = SocketConnection(
        id=connection_id,
        person=person.id,
        token_version=person.token_version,
        bots=tuple(bots),
        opened_at=now,
        expires_at=now + CONNECTION_LIFE,
        is_owner=person.is_owner,
    )
    services.connections.put(connection)
    presence.heartbeat(services, person.id)
    return connection


def disconnect(services: Services, connection_id: str) -> None:
    connection = services.connections.get(connection_id)
    if connection is None:
        return
    push.close_connection(services, connection)
    others = [c for bot in connection.bots[:1] for c in services.connections.of_bot(bot)]
    if not any(other.person == connection.person for other in others):
        presence.mark_disconnected(services, connection.person)
        timers.expect_loss(services, connection.person)


def watch(services: Services, bot: str, conversation_id: str, connection: SocketConnection) -> None:
    """From now on it is told of each entry, and the others who look are told of its person, once
    however often it asks."""
    known = services.connections.watchers(bot, conversation_id)
    services.connections.watch(bot, conversation_id, connection, connection.expires_at)
    if connection.id not in known:
        push.push_viewers(services, bot, conversation_id)


def unwatch(
    services: Services, bot: str, conversation_id: str, connection: SocketConnection
) -> None:
    services.connections.unwatch(bot, conversation_id, connection.id)
    push.push_viewers(services, bot, conversation_id)


def count_open(services: Services) -> int:
    """Connections that are open, each once, whatever number of bots it serves. One whose end nobody
    has announced is one of them until its time is over."""
    bots = services.directory.bot_ids()
    return len({each.id for bot in bots for each in services.connections.of_bot(bot)})
