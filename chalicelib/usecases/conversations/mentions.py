"""Mentions: the people whom a note names, and the notifications that they receive."""

from collections.abc import Sequence
from contextlib import suppress

from chalicelib.domain.access import Caller
from chalicelib.domain.conversation.entries import Noted
from chalicelib.domain.conversation.erasure import is_hidden
from chalicelib.domain.conversation.head import Head
from chalicelib.domain.errors import invalid_field
from chalicelib.domain.routing.members import Member
from chalicelib.usecases.conversations.visibility import visible
from chalicelib.usecases.ports.conversations import CommitConflict
from chalicelib.usecases.records.answers import IdempotencyKey
from chalicelib.usecases.records.notifications import Notification, NotificationKind, earliest_id
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.services import Services


def require_readers(services: Services, head: Head, people: Sequence[str]) -> None:
    """Raises InvalidRequest, which names the first of these people who is no member of the bot or
    may not read the conversation."""
    members = {member.person: member for member in services.directory.roster(head.bot)}
    for at, person in enumerate(people):
        member = members.get(person)
        if member is None:
            what = f"the bot {head.bot} has no agent {person}"
            raise invalid_field(f"mentions[{at}]", what, agent=person)
        if not visible(services, _caller(head.bot, member), head):
            what = f"{member.name} may not read this conversation"
            raise invalid_field(f"mentions[{at}]", what, agent=person)


def notify_mentioned(services: Services, committed: CommittedEntry) -> None:
    """Stores a notification for each person whom a note mentions, but for its author. A second run
    stores none."""
    entry = committed.entry
    mentions = entry.content.mentions if isinstance(entry.content, Noted) else ()
    others = [person for person in mentions if person != entry.author.id]
    if not others:
        return
    head = services.conversations.head(committed.bot, committed.conversation_id)
    if head is None or is_hidden(head, entry.seq):
        return
    for person in others:
        now, once = services.clock.now(), f"mention {head.id} {entry.seq} {person}"
        notification = Notification(
            id=earliest_id(now) + services.random.token()[:12],
            bot=head.bot,
            message=f"{entry.author.name} mentioned you in a note.",
            level="info",
            at=now,
            conversation_id=head.id,
            kind=NotificationKind.MENTION,
            author=entry.author,
            for_person=person,
        )
        with suppress(CommitConflict):
            services.notifications.add(notification, IdempotencyKey("baton", once, once))


def _caller(bot: str, member: Member) -> Caller:
    return Caller(member.person, member.name, member.role, bot, member.queues)
