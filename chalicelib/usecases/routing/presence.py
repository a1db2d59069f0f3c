"""Presence: the status that people choose or that supervisors set for them, and when they were last
seen."""

from collections.abc import Iterable

from msgspec.structs import replace

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.errors import NotFound, invalid_field
from chalicelib.domain.routing.members import Member, Presence, PresenceStatus
from chalicelib.usecases.admin import audit
from chalicelib.usecases.admin.notifications import notify_person
from chalicelib.usecases.live import audience, push
from chalicelib.usecases.ports.integrations import PushedFrame
from chalicelib.usecases.records.audit import AuditAction
from chalicelib.usecases.records.connections import PersonState
from chalicelib.usecases.records.notifications import NotificationKind
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.routing import assign
from chalicelib.usecases.services import Services

LONG_AGO = 1
"""Milliseconds. A person who was never seen counts as online by choice, so that their first
connection gets conversations; one who was seen long ago keeps the status that was set."""
KINDS = {
    PresenceStatus.AWAY: NotificationKind.SET_AWAY,
    PresenceStatus.OFFLINE: NotificationKind.SET_OFFLINE,
}


def set_status(
    services: Services, person: Person, status: PresenceStatus, but: str | None = None
) -> Presence:
    """Sets the person's status, and pushes it to the other agents of their bots and to the person's
    other connections than `but`. The status stays until the person chooses another one or logs out.

    A person who is now online gets offers of waiting conversations.
    """
    presence = Presence(status, services.clock.now())
    services.directory.set_presence(person.id, presence)
    _announce(services, person, status, but)
    return presence


def set_status_of(
    services: Services, caller: Caller, who: str, status: PresenceStatus, but: str | None = None
) -> Presence:
    """A supervisor sets a colleague away or offline, as if the person had chosen it: they get no
    new conversations and keep theirs. It is no sign of life. The person receives a notification
    that says who did it, and can be online again at any time.

    Raises Forbidden, InvalidRequest for `online`, NotFound.
    """
    authorize(caller, Action.SET_STATUS)
    if status is PresenceStatus.ONLINE:
        what = "it is away or offline: only the person can say that they are there"
        raise invalid_field("status", what)
    is_member = any(each.person == who for each in services.directory.roster(caller.bot))
    person = services.directory.person(who) if is_member else None
    if person is None:
        raise NotFound(f"The bot {caller.bot} has no agent {who}.")
    before = services.directory.presence(who)
    if before.chosen is status:
        return before
    presence = replace(before, status=status, seen_at=max(before.seen_at, LONG_AGO))
    services.directory.set_presence(who, presence)
    audit.record(services, caller, AuditAction.STATUS_SET, agent=who, status=status)
    _announce(services, person, status, but)
    if who != caller.id:
        notify_person(services, caller, who, KINDS[status], f"{caller.name} set you {status}.")
    return presence


def _announce(services: Services, person: Person, status: PresenceStatus, but: str | None) -> None:
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
