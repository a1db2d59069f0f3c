"""The events that wait for their handlers."""

from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from baton_client.exchange import RetryPolicy
from baton_client.inbox import WebhookInbox, log
from baton_client.signatures import WebhookEvent

WAITS = (2.0, 10.0, 60.0, 300.0)
"""The longest wait, in seconds, before the second, third … attempt of a handler that has failed."""


@dataclass(slots=True)
class WaitingEvents:
    """The events of one conversation, in order. `due` is on the policy's clock."""

    events: deque[WebhookEvent] = field(default_factory=deque)
    due: float = 0.0
    failures: int = 0


class EventFeed:
    """Gives each event to the handlers once, and in the order of its conversation.

    If a handler fails, its event and the later ones of its conversation wait. After the last
    attempt, the event is given up, as Baton does with a webhook.
    """

    def __init__(self, inbox: WebhookInbox, policy: RetryPolicy) -> None:
        self._inbox = inbox
        self._policy = policy
        self._waiting: OrderedDict[str, WaitingEvents] = OrderedDict()

    def add(self, event_id: str, body: Mapping[str, Any]) -> None:
        """Passes over an event that waits already or was handled."""
        event = WebhookEvent(event_id, body["type"], body["timestamp"], body["data"])
        if self._inbox.was_handled(event.id):
            return
        waiting = self._waiting.setdefault(event.conversation_id, WaitingEvents())
        if event.id not in {each.id for each in waiting.events}:
            waiting.events.append(event)

    def next_event(self) -> WebhookEvent | None:
        """An event whose handlers have to run now. Then call `settle`."""
        now = self._policy.clock()
        due = (each for each in self._waiting.values() if each.due <= now)
        found = next(due, None)
        return found.events[0] if found else None

    def settle(self, event: WebhookEvent, error: BaseException | None) -> None:
        waiting = self._waiting[event.conversation_id]
        if error is not None and waiting.failures < len(WAITS):
            waiting.due = self._policy.clock() + self._policy.random() * WAITS[waiting.failures]
            waiting.failures += 1
            return
        if error is not None:
            log.error("The event %s %s is given up.", event.type, event.id)
        waiting.events.popleft()
        waiting.failures, waiting.due = 0, 0.0
        if not waiting.events:
            del self._waiting[event.conversation_id]

    def seconds_until_due(self, longest: float) -> float:
        """The seconds in which nothing has to be handled, at most `longest`."""
        dues = [each.due - self._policy.clock() for each in self._waiting.values()]
        return max(0.0, min([longest, *dues]))
