"""Connections of people: opened by a ticket, told what they may see, closed without regret."""

from chalicelib.domain.errors import Unauthenticated
from chalicelib.usecases import presence, pushing, timers
from chalicelib.usecases.authentication import digest_of
from chalicelib.usecases.records import Connection, Person, Ticket
from chalicelib.usecases.world import World

TICKET_LIFE = 30 * 1000
CONNECTION_LIFE = (2 * 60 + 10) * 60 * 1000
"""API Gateway ends a connection after two hours and may never say so."""


def issue_ticket(world: World, person: Person) -> tuple[str, int]:
    """A single-use ticket and the moment at which it expires."""
    ticket = world.chance.token()
    expires_at = world.clock.now() + TICKET_LIFE
    stored = Ticket(digest_of(ticket), person.id, person.token_version, expires_at)
    world.connections.add_ticket(stored)
    return ticket, expires_at


def connect(world: World, connection_id: str, ticket: str) -> Connection:
    """Raises Unauthenticated where the ticket is used, expired, unknown or its session over.

    Nothing may be sent here: the connection stands only after API Gateway has our answer.
    """
    now = world.clock.now()
    used = world.connections.use_ticket(digest_of(ticket), now)
    person = world.directory.person(used.person) if used else None
    if used is None or person is None or person.disabled:
        raise Unauthenticated("This ticket is not valid, or no longer.")
    if person.token_version != used.token_version:
        raise Unauthenticated("This ticket is not valid, or no longer.")
    bots = world.directory.all_bots() if person.is_owner else world.directory.bots_of(person.id)
    connection = Connection(
        id=connection_id,
        person=person.id,
        token_version=person.token_version,
        bots=tuple(bots),
        opened_at=now,
        expires_at=now + CONNECTION_LIFE,
        is_owner=person.is_owner,
    )
    world.connections.open(connection)
    presence.heartbeat(world, person.id)
    return connection


def disconnect(world: World, connection_id: str) -> None:
    connection = world.connections.get(connection_id)
    if connection is None:
        return
    pushing.forget(world, connection)
    others = [c for bot in connection.bots[:1] for c in world.connections.of_bot(bot)]
    if not any(other.person == connection.person for other in others):
        presence.gone(world, connection.person)
        timers.expect_loss(world, connection.person)


def watch(world: World, bot: str, conversation_id: str, connection: Connection) -> None:
    """From now on it is told of each entry, and the others who look are told of its person, once
    however often it asks."""
    known = world.connections.watchers(bot, conversation_id)
    world.connections.watch(bot, conversation_id, connection, connection.expires_at)
    if connection.id not in known:
        pushing.show_viewers(world, bot, conversation_id)


def unwatch(world: World, bot: str, conversation_id: str, connection: Connection) -> None:
    world.connections.unwatch(bot, conversation_id, connection.id)
    pushing.show_viewers(world, bot, conversation_id)


def how_many(world: World) -> int:
    """Connections that are open, each once, whatever number of bots it serves. One whose end nobody
    has announced is one of them until its time is over."""
    bots = world.directory.all_bots()
    return len({each.id for bot in bots for each in world.connections.of_bot(bot)})
