"""Agents who are disconnected: marks them, and schedules the agent-lost timer of what they own."""

from chalicelib.domain.access import system_caller
from chalicelib.domain.conversation.commands import Release
from chalicelib.domain.conversation.entries import OwnerContent
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.domain.conversation.timers import due_at
from chalicelib.domain.routing.members import Presence, PresenceStatus
from chalicelib.usecases.accounts.authenticate import bots_served
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.ports.conversations import BoardFilter, Query
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.services import Services

MOST_OWNED = 100


def connection_closed(services: Services, closed: SocketConnection) -> None:
    """If the person has no other connection, marks them as disconnected. Call it after the
    connection's removal: of two that close at the same moment, the later one sees no other."""
    if not _has_another(services, closed):
        person_disconnected(services, closed.person)


def person_disconnected(services: Services, person: str) -> None:
    """The person is offline until their next sign of life, and the agent-lost timer of each
    conversation that they own starts."""
    before = services.directory.presence(person)
    if before.seen_at and before.gone_at is None:
        services.directory.record_disconnect(person, before.seen_at, services.clock.now())
    _schedule_agent_lost(services, person)


def person_logged_out(services: Services, person: str) -> None:
    """As `person_disconnected`. The status that the person has chosen ends with the session."""
    now = services.clock.now()
    if services.directory.presence(person).seen_at:
        ended = Presence(PresenceStatus.ONLINE, seen_at=now, gone_at=now)
        services.directory.set_presence(person, ended)
    _schedule_agent_lost(services, person)


def check_new_owner(services: Services, committed: CommittedEntry) -> None:
    """After a claim or transfer: if the new owner is disconnected, start the agent-lost timer; if
    they are no longer a member, release the conversation (the claim may have used a stale cache).
    """
    content = committed.entry.content
    if not isinstance(content, OwnerContent):
        return
    person = content.owner.id
    query = Query(committed.bot, committed.conversation_id, agent=person)
    found = services.conversations.load(query)
    if found.head is None or found.head.owner_id != person:
        return
    if found.agent:
        _bring_forward(services, found.head, found.agent.presence)
    elif _owns_installation(services, person):
        _bring_forward(services, found.head, services.directory.presence(person))
    else:
        back = Release(epoch=committed.entry.epoch)
        execute(services, system_caller(committed.bot), committed.conversation_id, back)


def _has_another(services: Services, closed: SocketConnection) -> bool:
    """Connections of an older session have ended with it."""
    return any(
        other.id != closed.id and other.token_version >= closed.token_version
        for other in services.connections.of_person(closed.person)
    )


def _schedule_agent_lost(services: Services, person: str) -> None:
    owned = BoardFilter(frozenset({Status.AGENT}), owner=person)
    presence = services.directory.presence(person)
    for bot in _bots_served(services, person):
        found = services.conversations.board(bot, owned, None, MOST_OWNED).conversation_ids
        for head in services.conversations.heads(bot, found):
            if head.owner_id == person:
                _bring_forward(services, head, presence)


def _bots_served(services: Services, person: str) -> list[str]:
    known = services.directory.person(person)
    return bots_served(services, known) if known else []


def _owns_installation(services: Services, person: str) -> bool:
    """The installation's owner may own conversations without being a member."""
    known = services.directory.person(person)
    return known is not None and known.is_owner


def _bring_forward(services: Services, head: Head, owner: Presence) -> None:
    sooner, known = due_at(head, services.clock.now(), owner), head.timing.due_at
    if sooner is not None and (known is None or sooner < known):
        services.conversations.set_due_at(head, sooner)
