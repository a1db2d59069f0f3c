"""Reactions: what happens after an entry is committed, by its kind.

The table is the outbox: its stream brings each entry here at least once, so a reaction may run
twice for the same entry.
"""

from collections.abc import Callable, Mapping

from chalicelib.domain.conversation.entries import Kind
from chalicelib.usecases import views
from chalicelib.usecases.live import audience, push
from chalicelib.usecases.live.entry_push import push_entry
from chalicelib.usecases.live.topic import publish_handoff, publish_notification
from chalicelib.usecases.records.notifications import Notification
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.reports import metrics, reports
from chalicelib.usecases.routing import timers
from chalicelib.usecases.routing.assign import move_to_overflow, offer_next_waiting, offer_to_agent
from chalicelib.usecases.services import Services
from chalicelib.usecases.webhooks.enqueue import enqueue_agent_message, enqueue_webhook

Reaction = Callable[[Services, CommittedEntry], None]

REACTIONS: Mapping[Kind, tuple[Reaction, ...]] = {
    Kind.MESSAGE: (push_entry, enqueue_agent_message),
    Kind.EVENT: (push_entry,),
    Kind.REQUESTED: (
        push_entry,
        publish_handoff,
        enqueue_webhook,
        move_to_overflow,
        offer_to_agent,
    ),
    Kind.OFFERED: (push_entry,),
    Kind.DECLINED: (push_entry, offer_to_agent),
    Kind.ESCALATED: (push_entry, publish_handoff),
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
    Kind.SNOOZED: (push_entry,),
    Kind.NOTE: (push_entry,),
    Kind.TAGGED: (push_entry,),
    Kind.SUGGESTION: (push_entry,),
    Kind.LEAK: (push_entry, metrics.record_leak, reports.count_leak),
    Kind.UNKNOWN: (),
}


def react(services: Services, committed: CommittedEntry) -> None:
    """Runs the reactions to this entry in their order.

    Raises TemporarilyUnavailable if one of them fails: call it again with the same entry.
    """
    for reaction in REACTIONS[committed.entry.kind]:
        reaction(services, committed)


def announce_notification(services: Services, notification: Notification) -> None:
    """Pushes a notification to all connections of its bot, and publishes it to SNS."""
    frame = {
        "event": "notification",
        "bot": notification.bot,
        "notification": views.notification(notification, reader=""),
    }
    connections = audience.connections_of_bot(services, notification.bot)
    push.send(services, [(connection.id, frame) for connection in connections])
    publish_notification(services, notification)
