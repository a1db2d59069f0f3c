"""Messages to the SNS topic, which people subscribe to by e-mail, SMS, HTTPS or Lambda.

A message never holds what users wrote. It names the conversation, which members can open.
"""

from collections.abc import Mapping
from typing import NamedTuple

from chalicelib.domain.conversation.entries import Escalated, Requested
from chalicelib.domain.conversation.head import Head
from chalicelib.usecases import views
from chalicelib.usecases.records.notifications import Notification
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.services import Services


class Alert(NamedTuple):
    type: str
    level: str
    message: str


ALERTS = (
    Alert("handoff.requested", "info", "A conversation waits for a person."),
    Alert("handoff.escalated", "warning", "A conversation still waits for a person."),
    Alert("handoff.escalated", "error", "A conversation has waited far too long for a person."),
)
"""By escalation step; later steps repeat the last one."""


def publish_handoff(services: Services, committed: CommittedEntry) -> None:
    """Publishes a handoff request, and each step of its escalation."""
    content = committed.entry.content
    if not isinstance(content, Requested | Escalated):
        return
    step = content.step if isinstance(content, Escalated) else 0
    alert = ALERTS[min(step, len(ALERTS) - 1)]
    message = {
        "type": alert.type,
        "bot": committed.bot,
        "conversation_id": committed.conversation_id,
        "handoff_id": content.handoff_id,
        "queue": content.queue,
        "level": alert.level,
        "message": alert.message,
        "url": None,
        "at": views.timestamp(committed.entry.at),
    }
    _publish(services, message)


def publish_unserved(services: Services, head: Head) -> None:
    """Publishes that a conversation waits in a queue in which nobody could serve it."""
    message = {
        "type": "handoff.unserved",
        "bot": head.bot,
        "conversation_id": head.id,
        "handoff_id": head.handoff_id,
        "queue": head.queue,
        "level": "error",
        "message": "A conversation waits in a queue in which nobody could serve it.",
        "url": None,
        "at": views.timestamp(services.clock.now()),
    }
    _publish(services, message)


def publish_notification(services: Services, notification: Notification) -> None:
    """Does nothing if the notification is for one person: subscribers are no persons."""
    if notification.for_person:
        return
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


def _publish(services: Services, message: Mapping[str, object]) -> None:
    attributes = {name: str(message[name] or "") for name in ("bot", "queue", "type", "level")}
    services.topic.publish(message, attributes)
