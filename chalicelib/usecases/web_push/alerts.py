"""The reaction that tells people by web push what asks them, while they see no console.

A person who sees a page of theirs is told by that page. A hidden page is no reason to be silent: a
phone stops the page of an app that is in the background, without a word to its connection.
"""

from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.domain.conversation.authors import From
from chalicelib.domain.conversation.entries import (
    Entry,
    Message,
    Offered,
    OwnerContent,
    Released,
    Requested,
    TransferredToQueue,
)
from chalicelib.domain.conversation.head import Head, Waiting
from chalicelib.domain.routing.members import Member, PresenceStatus
from chalicelib.usecases.live.audience import with_valid_session
from chalicelib.usecases.records.mail import PushAlert, PushKind
from chalicelib.usecases.records.notifications import Notification, NotificationKind
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.services import Services

MINUTE_MS = 60 * 1000
LIVES = {
    PushKind.MENTIONED: 4 * 60 * MINUTE_MS,
    PushKind.ASSIGNED: 4 * 60 * MINUTE_MS,
    PushKind.MESSAGE: 4 * 60 * MINUTE_MS,
    PushKind.WAITING: 10 * MINUTE_MS,
}
"""Milliseconds for which an alert is of use. An offer is of use until it ends."""


class Concern(NamedTuple):
    """One person whom an entry asks for something, and until when."""

    person: str
    kind: PushKind
    until: int


def alert_by_push(services: Services, committed: CommittedEntry) -> None:
    """Enqueues an alert for each browser of the people whom this entry asks for something, unless
    they see a console. Raises TemporarilyUnavailable."""
    if not _may_concern(committed.entry) or not services.push_subscriptions.are_used():
        return
    now = services.clock.now()
    for concern in _concerns(services, committed):
        if concern.until > now:
            _enqueue(services, committed.bot, committed.conversation_id, concern)


def alert_mentioned(services: Services, notification: Notification) -> None:
    """As `alert_by_push`, for the person whom a note mentions."""
    person, conversation_id = notification.for_person, notification.conversation_id
    is_mention = notification.kind is NotificationKind.MENTION
    if person and conversation_id and is_mention and services.push_subscriptions.are_used():
        until = notification.at + LIVES[PushKind.MENTIONED]
        concern = Concern(person, PushKind.MENTIONED, until)
        if until > services.clock.now():
            _enqueue(services, notification.bot, conversation_id, concern)


def _enqueue(services: Services, bot: str, conversation_id: str, concern: Concern) -> None:
    found = services.push_subscriptions.of_person(concern.person)
    if concern.kind is PushKind.WAITING:
        found = [each for each in found if each.waiting]
    if not found or _sees_console(services, concern.person):
        return
    for each in found:
        services.push_queue.enqueue(
            PushAlert(
                kind=concern.kind,
                person=concern.person,
                session=each.session,
                bot=bot,
                conversation_id=conversation_id,
                until=concern.until,
            )
        )


def _sees_console(services: Services, person: str) -> bool:
    seen = [c for c in services.connections.of_person(person) if not c.is_hidden]
    return bool(with_valid_session(services, seen))


def _may_concern(entry: Entry) -> bool:
    """False for most entries, without a read: what the bot, an agent and their colleagues write."""
    content = entry.content
    if isinstance(content, Message):
        return entry.sender is From.USER
    moves = (Offered, OwnerContent, Requested, Released, TransferredToQueue)
    return isinstance(content, moves)


def _concerns(services: Services, committed: CommittedEntry) -> Iterator[Concern]:
    entry = committed.entry
    content = entry.content
    if isinstance(content, Requested | Offered) and content.offered_to:
        yield Concern(content.offered_to.id, PushKind.OFFERED, content.offered_to.until)
    elif isinstance(content, OwnerContent):
        if content.owner.id != entry.author.id:
            yield _concern(entry, content.owner.id, PushKind.ASSIGNED)
    elif isinstance(content, Message):
        head = services.conversations.head(committed.bot, committed.conversation_id)
        if head and head.owner_id and head.epoch == entry.epoch:
            yield _concern(entry, head.owner_id, PushKind.MESSAGE)
    elif isinstance(content, Requested | Released | TransferredToQueue):
        for person in _told_of_waiting(services, committed.bot, content.queue):
            if person != entry.author.id:
                yield _concern(entry, person, PushKind.WAITING)


def _concern(entry: Entry, person: str, kind: PushKind) -> Concern:
    return Concern(person, kind, entry.at + LIVES[kind])


def _told_of_waiting(services: Services, bot: str, queue: str | None) -> list[str]:
    """The members who serve this queue and have chosen to be told. Those who are away or offline by
    their own choice are left in peace."""
    chosen = services.push_subscriptions.told_of_waiting()
    if not chosen:
        return []

    def is_told(member: Member) -> bool:
        works = member.presence.chosen is PresenceStatus.ONLINE
        return member.person in chosen and member.serves(queue) and works

    return sorted(member.person for member in services.directory.members(bot) if is_told(member))


def still_asks(head: Head | None, alert: PushAlert) -> bool:
    """False if the conversation has moved on since, so that the alert would mislead."""
    if head is None:
        return False
    if alert.kind is PushKind.OFFERED:
        return head.offer is not None and head.offer.agent.id == alert.person
    if alert.kind is PushKind.WAITING:
        return isinstance(head, Waiting)
    return alert.kind is PushKind.MENTIONED or head.owner_id == alert.person
