"""How handoffs and agents look to clients of Botpress v12."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct, field

from chalicelib.botpress.views import name_in, thread_of, user_conversation
from chalicelib.domain.access import Caller, Role
from chalicelib.domain.conversation.commands import Profile
from chalicelib.domain.conversation.entries import Entry
from chalicelib.domain.conversation.handoff import Handoff, Outcome
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.domain.routing.members import Member
from chalicelib.usecases.admin import audit
from chalicelib.usecases.conversations import shown
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.services import Services
from chalicelib.usecases.views import Json, optional_timestamp, timestamp

STRATEGY = "default"
WORKSPACE = "default"


class HandoffStatus(StrEnum):
    PENDING = "pending"
    ASSIGNED = "assigned"
    RESOLVED = "resolved"
    REJECTED = "rejected"
    EXPIRED = "expired"


STATUS_OF: Mapping[str, HandoffStatus] = {
    Outcome.RESOLVED: HandoffStatus.RESOLVED,
    Outcome.USER_LEFT: HandoffStatus.RESOLVED,
    Outcome.BOT_DOWN: HandoffStatus.RESOLVED,
    Outcome.REJECTED: HandoffStatus.REJECTED,
    Outcome.CANCELLED: HandoffStatus.REJECTED,
    Outcome.EXPIRED: HandoffStatus.EXPIRED,
    Outcome.MESSAGE_LEFT: HandoffStatus.EXPIRED,
}


class BotpressHandoff(Struct, frozen=True):
    """A handoff with what Botpress shows of its conversation: the user's profile and last message,
    and the notes. `agents` are Botpress' agent ids by person."""

    handoff: Handoff
    head: Head
    profile: Profile | None = None
    heard: Entry | None = None
    notes: Sequence[Entry] = ()
    agents: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> HandoffStatus:
        if self.handoff.resumption:
            return STATUS_OF.get(self.handoff.resumption.outcome, HandoffStatus.RESOLVED)
        if self.head.handoff_id != self.handoff.id:
            return HandoffStatus.RESOLVED  # it ended between two reads
        is_waiting = self.head.status is Status.WAITING
        return HandoffStatus.PENDING if is_waiting else HandoffStatus.ASSIGNED

    @property
    def agent_id(self) -> str | None:
        owner = self.handoff.owner
        if owner is None or self.status is HandoffStatus.PENDING:
            return None
        return self.agents.get(owner.id, owner.id)


def with_details(
    services: Services, reader: Caller | None, found: Sequence[tuple[Handoff, Head]]
) -> list[BotpressHandoff]:
    """Two round trips for up to 100 handoffs, one for each conversation that has notes, one for
    each person. The reading of notes by `reader` is recorded; None is the bot's server."""
    heads = [head for _, head in found]
    heard = [(head, head.heard_seq) for head in heads if head.heard_seq]
    said = shown.entries_at(services, heard)
    profiles = services.conversations.profiles(head.address for head in heads)
    noted = {h.id: h for h in heads if h.notes}
    notes = {cid: shown.notes(services, head) for cid, head in noted.items()}
    if reader:
        for conversation_id in noted:
            audit.record_reading(services, reader, conversation_id)
    people = {h.owner.id for h, _ in found if h.owner}
    people |= {note.author.id for each in notes.values() for note in each}
    agents = agent_ids(services, people)
    return [
        BotpressHandoff(
            handoff,
            head,
            profiles.get(head.address),
            said.get((head.id, head.heard_seq)) if head.heard_seq else None,
            notes.get(head.id, ()),
            agents,
        )
        for handoff, head in found
    ]


def agent_ids(services: Services, people: Iterable[str]) -> dict[str, str]:
    """Botpress' agent ids by person, without people who do not exist."""
    found = {each: services.directory.person(each) for each in people}
    return {each: agent_id(person.email) for each, person in found.items() if person}


def agent_id(email: str) -> str:
    """As Botpress computes it. The id is no secret, so the weakness of MD5 does not matter."""
    return hashlib.md5(f"{STRATEGY}-{email}".encode(), usedforsecurity=False).hexdigest()


def handoff(of: BotpressHandoff) -> Json:
    """As routes and events show it. `user` is there only if something is known about the user."""
    shown = bare_handoff(of)
    shown["comments"] = [comment(of, note) for note in of.notes]
    shown["userConversation"] = user_conversation(of.head, of.heard)
    attributes = dict((of.profile.attributes if of.profile else None) or {})
    name = of.head.user_name or name_in(attributes)
    if name:
        attributes["fullName"] = name
    if attributes:
        shown["user"] = {"id": of.head.address.user, "attributes": attributes}
    return shown


def bare_handoff(of: BotpressHandoff) -> Json:
    """Only what the handoff itself holds."""
    is_pending = of.status is HandoffStatus.PENDING
    claimed_at = None if is_pending else of.handoff.claimed_at
    changes = (of.handoff.requested_at, of.handoff.claimed_at, of.handoff.returned_at)
    return {
        "id": of.handoff.id,
        "botId": of.handoff.bot,
        "agentId": of.agent_id,
        "userId": of.head.address.user,
        "userThreadId": thread_of(of.head),
        "userChannel": of.head.address.channel,
        "agentThreadId": of.head.id if of.agent_id else None,
        "status": of.status,
        "tags": list(of.head.tags) or None,
        "assignedAt": optional_timestamp(claimed_at),
        "resolvedAt": optional_timestamp(of.handoff.returned_at),
        "createdAt": timestamp(of.handoff.requested_at),
        "updatedAt": timestamp(max(at for at in changes if at is not None)),
    }


def comment(of: BotpressHandoff, note: Entry) -> Json:
    """Notes belong to the conversation: a handoff also shows those of earlier handoffs."""
    about = (note.record.payload or {}).get("handoff_id", of.handoff.id)
    at = timestamp(note.at)
    return {
        "id": f"{of.head.id}:{note.seq}",
        "agentId": of.agents.get(note.author.id, note.author.id),
        "handoffId": about,
        "threadId": thread_of(of.head),
        "content": note.record.text,
        "createdAt": at,
        "updatedAt": at,
    }


def agent(of: Member, now: int) -> Json:
    first, last = _names(of.name)
    return {
        "email": of.email,
        "strategy": STRATEGY,
        "role": "admin" if of.role in (Role.ADMIN, Role.OWNER) else "agent",
        "workspace": WORKSPACE,
        "attributes": {"firstname": first, "lastname": last, "picture_url": None},
        "agentId": agent_id(of.email),
        "online": of.is_online(now),
    }


def profile(of: Person, permissions: list[Json]) -> Json:
    first, last = _names(of.name)
    return {
        "firstname": first,
        "lastname": last,
        "email": of.email,
        "picture_url": None,
        "strategyType": "basic",
        "strategy": STRATEGY,
        "isSuperAdmin": of.is_owner,
        "fullName": of.name,
        "permissions": permissions,
    }


def permissions(role: Role) -> list[Json]:
    """In Botpress' notation."""
    if role in (Role.ADMIN, Role.OWNER):
        return [{"res": "*", "op": "+r+w"}]
    modules: list[Json] = [
        {"res": f"module.{name}", "op": "+r+w"} for name in ("hitl", "hitlnext", "hitlnext.reject")
    ]
    return [{"res": "*", "op": "+r"}, *modules]


def _names(name: str) -> tuple[str, str]:
    first, _, last = name.partition(" ")
    return first, last
