"""Presence: the status that people choose, and when they were last seen."""

from collections.abc import Iterable

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.routing.members import Member, Presence, PresenceStatus
from chalicelib.usecases.live import audience, push
from chalicelib.usecases.ports.integrations import PushedFrame
from chalicelib.usecases.records.connections import PersonState
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.routing import assign
from chalicelib.usecases.services import Services


def set_status(
    services: Services, person: Person, status: PresenceStatus, but: str | None = None
) -> Presence:
    """Sets the person's status, and pushes it to the other agents of their bots and to the person's
    other connections than `but`. The status stays until the person chooses another one or logs out.

    A person who is now online gets offers of waiting conversations.
    """
    presence = Presence(status, services.clock.now())
    services.directory.set_presence(person.id, presence)
    event = {"event": "presence", "agent": {"id": person.id, "name": person.name}, "status": status}
    there = {
        bot: audience.connections_of_bot(services, bot)
        for bot in services.directory.bots_of_person(person.id)
    }
    others = {c.id for connections in there.values() for c in connections} - {but}
    frames: list[PushedFrame] = [(connection, event) for connection in sorted(others)]
    online = status is PresenceStatus.ONLINE
    for integration in services.integrations:
        frames += integration.presence_frames(person, there, online=online)
    push.send_or_mark(services, frames)
    if online:
        _offer_waiting(services, there)
    return presence


def _offer_waiting(services: Services, bots: Iterable[str]) -> None:
    for bot in bots:
        assign.offer_waiting(services, bot)


def heartbeat(services: Services, person: str) -> PresenceStatus:
    """Records that the person is connected. Returns the status that they have chosen, which stays.

    A person who is online again gets offers of waiting conversations.
    """
    before = services.directory.presence(person)
    if _is_online_again(services, person, before):
        _offer_waiting(services, services.directory.bots_of_person(person))
    return before.chosen


def record_arrival(services: Services, state: PersonState) -> None:
    """As `heartbeat`, for a person whose state has just been read."""
    if state.person and _is_online_again(services, state.person.id, state.presence):
        _offer_waiting(services, state.bots)


def _is_online_again(services: Services, person: str, before: Presence) -> bool:
    """Records the sign of life."""
    now = services.clock.now()
    services.directory.record_sign_of_life(person, now)
    wants_work = before.chosen is PresenceStatus.ONLINE
    return wants_work and before.at(now) is not PresenceStatus.ONLINE


def refresh(services: Services, person: str) -> None:
    """Records that a person who is online is still there. Does nothing for others."""
    now = services.clock.now()
    if services.directory.presence(person).at(now) is PresenceStatus.ONLINE:
        services.directory.record_sign_of_life(person, now)


def list_agents(services: Services, caller: Caller) -> list[Member]:
    authorize(caller, Action.SEE_AGENTS)
    return services.directory.members(caller.bot)
