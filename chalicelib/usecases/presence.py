"""Who is there: what people say of themselves, and how lately they were heard of."""

from collections.abc import Iterable
from dataclasses import replace

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.routing import Member, Presence, PresenceStatus
from chalicelib.usecases import assigning, audience, botpress_events, pushing
from chalicelib.usecases.records import Person
from chalicelib.usecases.world import World


def choose(world: World, person: Person, status: PresenceStatus) -> Presence:
    """What a person says of themself; the other agents of their bots are told, and whoever is
    online is offered what waits."""
    presence = _set(world, person.id, status)
    event = {"event": "presence", "agent": {"id": person.id, "name": person.name}, "status": status}
    there = {bot: audience.of_bot(world, bot) for bot in world.directory.bots_of(person.id)}
    others = {c.id: c.person for connections in there.values() for c in connections}
    frames = [(c, event) for c, owner in others.items() if owner != person.id]
    online = status is PresenceStatus.ONLINE
    asked_for = botpress_events.presence(person.email, there, online=online)
    pushing.send(world, [*frames, *asked_for])
    if online:
        _is_there(world, there)
    return presence


def _is_there(world: World, bots: Iterable[str]) -> None:
    for bot in bots:
        assigning.offer_waiting(world, bot)


def _set(world: World, person: str, status: PresenceStatus) -> Presence:
    presence = Presence(status, world.clock.now())
    world.directory.set_presence(person, presence)
    return presence


def heartbeat(world: World, person: str) -> None:
    """A sign of life. Who has never chosen a status is online; a choice stays."""
    known = world.directory.presence(person)
    status = known.status if known.seen_at else PresenceStatus.ONLINE
    is_back = status is PresenceStatus.ONLINE and known.at(world.clock.now()) is not status
    _set(world, person, status)
    if is_back:
        _is_there(world, world.directory.bots_of(person))


def extend(world: World, person: str) -> None:
    """A sign of life of somebody who is online; who is not stays so."""
    now = world.clock.now()
    if world.directory.presence(person).at(now) is PresenceStatus.ONLINE:
        _set(world, person, PresenceStatus.ONLINE)


def gone(world: World, person: str) -> None:
    """The last connection has closed: not online until the next sign of life."""
    known = world.directory.presence(person)
    if known.seen_at and known.gone_at is None:
        world.directory.set_presence(person, replace(known, gone_at=world.clock.now()))


def agents(world: World, caller: Caller) -> list[Member]:
    authorize(caller, Action.SEE_AGENTS)
    return world.directory.members(caller.bot)
