"""Who is there: what people say of themselves, and how lately they were heard of."""

from collections.abc import Iterable

from msgspec.structs import replace

from chalicelib.botpress import events
from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.routing.members import Member, Presence, PresenceStatus
from chalicelib.usecases.live import audience, push
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.routing import assign
from chalicelib.usecases.services import Services


def set_status(services: Services, person: Person, status: PresenceStatus) -> Presence:
    """What a person says of themself; the other agents of their bots are told, and whoever is
    online is offered what waits."""
    presence = _set(services, person.id, status)
    event = {"event": "presence", "agent": {"id": person.id, "name": person.name}, "status": status}
    there = {
        bot: audience.connections_of_bot(services, bot)
        for bot in services.directory.bots_of_person(person.id)
    }
    others = {c.id: c.person for connections in there.values() for c in connections}
    frames = [(c, event) for c, owner in others.items() if owner != person.id]
    online = status is PresenceStatus.ONLINE
    asked_for = events.presence(person.email, there, online=online)
    push.send(services, [*frames, *asked_for])
    if online:
        _offer_waiting(services, there)
    return presence


def _offer_waiting(services: Services, bots: Iterable[str]) -> None:
    for bot in bots:
        assign.offer_waiting(services, bot)


def _set(services: Services, person: str, status: PresenceStatus) -> Presence:
    presence = Presence(status, services.clock.now())
    services.directory.set_presence(person, presence)
    return presence


def heartbeat(services: Services, person: str) -> None:
    """A sign of life. Who has never chosen a status is online; a choice stays."""
    known = services.directory.presence(person)
    status = known.status if known.seen_at else PresenceStatus.ONLINE
    is_back = status is PresenceStatus.ONLINE and known.at(services.clock.now()) is not status
    _set(services, person, status)
    if is_back:
        _offer_waiting(services, services.directory.bots_of_person(person))


def refresh(services: Services, person: str) -> None:
    """A sign of life of somebody who is online; who is not stays so."""
    now = services.clock.now()
    if services.directory.presence(person).at(now) is PresenceStatus.ONLINE:
        _set(services, person, PresenceStatus.ONLINE)


def mark_disconnected(services: Services, person: str) -> None:
    """The last connection has closed: not online until the next sign of life."""
    known = services.directory.presence(person)
    if known.seen_at and known.gone_at is None:
        services.directory.set_presence(person, replace(known, gone_at=services.clock.now()))


def list_agents(services: Services, caller: Caller) -> list[Member]:
    authorize(caller, Action.SEE_AGENTS)
    return services.directory.members(caller.bot)
