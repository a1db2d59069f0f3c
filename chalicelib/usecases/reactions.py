"""What follows from an entry once it is committed. The log is the outbox: the table's stream
brings every entry here, at least once, and every reaction is harmless twice."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.conversation.authors import From
from chalicelib.domain.conversation.entries import Entry, Escalated, Kind, Requested, may_read
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.usecases import views
from chalicelib.usecases.conversations.visibility import visible
from chalicelib.usecases.live import audience, push
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.notifications import Notification
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.reports import metrics, reports
from chalicelib.usecases.routing import timers
from chalicelib.usecases.routing.assign import move_to_overflow, offer_next_waiting, offer_to_agent
from chalicelib.usecases.services import Services

Event = Mapping[str, object]


def react(services: Services, committed: CommittedEntry) -> None:
    """Raises TemporarilyUnavailable where something did not get through: then do it all again."""
    for reaction in REACTIONS[committed.entry.kind]:
        reaction(services, committed)


def announce_notification(services: Services, notification: Notification) -> None:
    """A notification goes to every connection of its bot, and to SNS."""
    shown = views.notification(notification, reader="")
    event: Event = {"event": "notification", "bot": notification.bot, "notification": shown}
    connections = audience.connections_of_bot(services, notification.bot)
    push.send(services, [(connection.id, event) for connection in connections])
    message = {
        "type": "notification",
        "bot": notification.bot,
        "conversation_id": notification.conversation_id,
        "handoff_id": None,
        "queue": None,
        "level": notification.level,
        "message": notification.message,
        "url": notification.url,
        "at": views.timestamp(notification.at),
    }
    _publish(services, message)


# To the agents


def push_entry(services: Services, committed: CommittedEntry) -> None:
    """The entry to the owner and whoever has the thread open; the head to the bot's other agents
    where it concerns them."""
    connections = services.connections.of_bot(committed.bot)
    if not connections:
        return
    head = services.conversations.head(committed.bot, committed.conversation_id)
    watchers = set(services.connections.watchers(committed.bot, committed.conversation_id))
    if head is None or not _is_relevant(committed.entry, head, connections, watchers):
        return
    hearing = _interested(committed.entry, head, connections, watchers)
    connections = audience.with_valid_session(services, hearing)
    if not connections:
        return
    people = _callers(services, committed.bot)
    frames = [*_frames(committed, head, connections, watchers, people)]
    for integration in services.integrations:
        frames += integration.entry_frames(
            committed,
            head,
            connections,
            lambda connection: (
                people.get(connection.person) or _installation_owner(connection, head.bot)
            ),
        )
    push.send(services, frames)


def _interested(
    entry: Entry, head: Head, connections: list[SocketConnection], watchers: set[str]
) -> list[SocketConnection]:
    """Nobody else is looked up: a bot may have thousands of agents, and a conversation has one."""
    if _is_broadcast(entry, head):
        return connections
    return [c for c in connections if c.events or _follows(c, head, watchers)]


def _follows(connection: SocketConnection, head: Head, watchers: set[str]) -> bool:
    return connection.id in watchers or connection.person == head.owner_id


def _frames(
    committed: CommittedEntry,
    head: Head,
    connections: list[SocketConnection],
    watchers: set[str],
    people: Mapping[str, Caller],
) -> Iterator[tuple[str, Event]]:
    full = {
        "event": "entry",
        "conversation_id": head.id,
        "entry": views.entry(committed.entry),
        "head": views.head(head),
    }
    for connection in connections:
        caller = people.get(connection.person) or _installation_owner(connection, head.bot)
        follows = _follows(connection, head, watchers)
        if caller is None:
            continue  # sent away meanwhile
        if not visible(caller, head):
            if committed.entry.kind in OWNERSHIP_CHANGES:
                yield connection.id, {"event": "head", "head": views.hidden(head)}
        elif follows and may_read(caller, committed.entry.kind, head.owner_id):
            yield connection.id, full
        elif _is_broadcast(committed.entry, head):
            yield connection.id, {"event": "head", "head": views.head(head)}


def _installation_owner(connection: SocketConnection, bot: str) -> Caller | None:
    """The installation's owner sees everything and is no member anywhere."""
    return Caller(connection.person, "", Role.OWNER, bot) if connection.is_owner else None


def _is_relevant(
    entry: Entry, head: Head, connections: list[SocketConnection], watchers: set[str]
) -> bool:
    """What the bot handles alone, unwatched, is asked about no further."""
    followed = bool(watchers) or head.owner is not None or any(c.events for c in connections)
    return followed or _is_broadcast(entry, head)


def _is_broadcast(entry: Entry, head: Head) -> bool:
    said = entry.kind is Kind.MESSAGE and entry.sender is From.USER
    waits = said and head.status is Status.WAITING
    return entry.kind in BROADCAST_KINDS or waits


def _callers(services: Services, bot: str) -> Mapping[str, Caller]:
    members = services.directory.roster(bot)
    return {m.person: Caller(m.person, m.name, m.role, bot, m.queues) for m in members}


# To SNS and to the bot


class TopicMessage(NamedTuple):
    type: str
    level: str
    message: str


TOPIC_MESSAGES = (
    TopicMessage("handoff.requested", "info", "A conversation waits for a person."),
    TopicMessage("handoff.escalated", "warning", "A conversation still waits for a person."),
    TopicMessage(
        "handoff.escalated", "error", "A conversation has waited far too long for a person."
    ),
)


def publish_to_topic(services: Services, committed: CommittedEntry) -> None:
    """Never what users wrote: who wants to read it has the conversation's id."""
    content = committed.entry.content
    if not isinstance(content, Requested | Escalated):
        return
    step = content.step if isinstance(content, Escalated) else 0
    told = TOPIC_MESSAGES[min(step, len(TOPIC_MESSAGES) - 1)]
    message = {
        "type": told.type,
        "bot": committed.bot,
        "conversation_id": committed.conversation_id,
        "handoff_id": content.handoff_id,
        "queue": content.queue,
        "level": told.level,
        "message": told.message,
        "url": None,
        "at": views.timestamp(committed.entry.at),
    }
    _publish(services, message)


def _publish(services: Services, message: Mapping[str, object]) -> None:
    attributes = {name: str(message[name] or "") for name in ("bot", "queue", "type", "level")}
    services.topic.publish(message, attributes)


def enqueue_webhook(services: Services, committed: CommittedEntry) -> None:
    """Wakes the webhook worker, if the bot has a webhook."""
    bot = services.directory.bot(committed.bot)
    if bot and bot.webhook and not bot.webhook.disabled_reason:
        services.webhook_queue.enqueue(
            committed.bot, committed.conversation_id, committed.entry.seq
        )


def enqueue_agent_message(services: Services, committed: CommittedEntry) -> None:
    """The bot knows what its user and itself have said."""
    if committed.entry.sender is From.AGENT:
        enqueue_webhook(services, committed)


Reaction = Callable[[Services, CommittedEntry], None]

REACTIONS: Mapping[Kind, tuple[Reaction, ...]] = {
    Kind.MESSAGE: (push_entry, enqueue_agent_message),
    Kind.EVENT: (push_entry,),
    Kind.REQUESTED: (
        push_entry,
        publish_to_topic,
        enqueue_webhook,
        move_to_overflow,
        offer_to_agent,
    ),
    Kind.OFFERED: (push_entry,),
    Kind.DECLINED: (push_entry, offer_to_agent),
    Kind.ESCALATED: (push_entry, publish_to_topic),
    Kind.CLAIMED: (
        push_entry,
        enqueue_webhook,
        metrics.record_time_to_claim,
        timers.check_new_owner,
    ),
    Kind.RELEASED: (push_entry, enqueue_webhook, offer_to_agent, offer_next_waiting),
    Kind.TRANSFERRED: (
        push_entry,
        enqueue_webhook,
        offer_to_agent,
        offer_next_waiting,
        timers.check_new_owner,
    ),
    Kind.RETURNED: (push_entry, enqueue_webhook, reports.count_handoff, offer_next_waiting),
    Kind.NOTE: (push_entry,),
    Kind.TAGGED: (push_entry,),
    Kind.SUGGESTION: (push_entry,),
    Kind.LEAK: (push_entry, metrics.record_leak, reports.count_leak),
    Kind.UNKNOWN: (),
}

BROADCAST_KINDS = frozenset({*views.PUBLIC_TYPES, Kind.OFFERED, Kind.DECLINED, Kind.ESCALATED})
"""Entries that change who may speak, or whose turn it is to take it."""
OWNERSHIP_CHANGES = frozenset({Kind.REQUESTED, Kind.RELEASED, Kind.TRANSFERRED})
"""Entries that may take a conversation out of somebody's sight."""
