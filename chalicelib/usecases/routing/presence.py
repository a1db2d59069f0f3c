"""Presence: the status that people choose, and when they were last seen."""

from collections.abc import Iterable

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.routing.members import Member, Presence, PresenceStatus
from chalicelib.usecases.live import audience, push
from chalicelib.usecases.ports.integrations import PushedFrame
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.routing import assign
from chalicelib.usecases.services import Services


def set_status(services: Services, person: Person, status: PresenceStatus) -> Presence:
    """Sets the person's status and pushes it to the other agents of their bots.

    A person who is now online gets offers of waiting conversations.
    """
    presence = _set(services, person.id, status)
    event = {"event": "presence", "agent": {"id": person.id, "name": person.name}, "status": status}
    there = {
        bot: audience.connections_of_bot(services, bot)
        for bot in services.directory.bots_of_person(person.id)
    }
    others = {c.id: c.person for connections in there.values() for c in connections}
    frames: list[PushedFrame] = [(c, event) for c, owner in others.items() if owner != person.id]
    online = status is PresenceStatus.ONLINE
    for integration in services.integrations:
        frames += integration.presence_frames(person, there, online=online)
    push.send(services, frames)
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
    """Records that the person is connected. The chosen status stays; without one they are online.

    A person who is online again gets offers of waiting conversations.
    """
    before = services.directory.presence(person)
    status = before.status if before.seen_at else PresenceStatus.ONLINE
    is_back = status is PresenceStatus.ONLINE and before.at(services.clock.now()) is not status
    _set(services, person, status)
    if is_back:
        _offer_waiting(services, services.directory.bots_of_person(person))


def refresh(services: Services, person: str) -> None:
    """Records that a person who is online is still there. Does nothing for others."""
    now = services.clock.now()
    if services.directory.presence(person).at(now) is PresenceStatus.ONLINE:
        _set(services, person, PresenceStatus.ONLINE)


def list_agents(services: Services, caller: Caller) -> list[Member]:
    authorize(caller, Action.SEE_AGENTS)
    return services.directory.members(caller.bot)
