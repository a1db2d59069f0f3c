"""The handling of a webhook before and after the bot's own handlers."""

import logging
import threading
import warnings
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from baton_client.errors import WebhookRefused
from baton_client.signatures import WebhookEvent, WebhookVerifier

WebhookHandler = TypeVar("WebhookHandler", bound=Callable[[WebhookEvent], Any])
HANDLED, REFUSED, RUNNING, FAILED = 204, 401, 503, 500
"""HTTP statuses. Baton repeats an event after each of them but the first."""
MAX_REMEMBERED = 10_000
EVENT_TYPES = frozenset(
    (
        *("agent.message", "bot.message", "user.message", "typing", "webhook.test", "note.added"),
        *("handoff.requested", "handoff.claimed", "handoff.released", "handoff.transferred"),
        *("conversation.returned", "conversation.erased", "conversation.rated"),
        "tags.changed",
    )
)
log = logging.getLogger("baton_client")


class WebhookInbox:
    """Verifies events, and passes over those that this process has handled before."""

    def __init__(self, verifier: WebhookVerifier | None) -> None:
        self._verifier = verifier
        self._handlers: dict[str, list[Callable[[WebhookEvent], Any]]] = defaultdict(list)
        self._handled: OrderedDict[str, None] = OrderedDict()
        self._running: set[str] = set()
        self._lock = threading.Lock()

    def add(self, types: Sequence[str], handler: WebhookHandler) -> WebhookHandler:
        for name in types:
            if name not in EVENT_TYPES:
                warnings.warn(f"Baton has no event {name!r}.", stacklevel=3)
            self._handlers[name].append(handler)
        return handler

    def verify(self, headers: Mapping[str, str], body: bytes) -> WebhookEvent:
        """Raises WebhookRefused, and ValueError if the client has no webhook secret."""
        if self._verifier is None:
            raise ValueError("Give the client its webhook_secret to receive webhooks.")
        return self._verifier.verify(headers, body)

    def handlers(self, event: WebhookEvent) -> Sequence[Callable[[WebhookEvent], Any]]:
        return tuple(self._handlers.get(event.type, ()))

    def open(self, headers: Mapping[str, str], body: bytes) -> WebhookEvent | int:
        """The event to handle, or the status to answer with at once."""
        try:
            event = self.verify(headers, body)
        except WebhookRefused as refused:
            log.warning("A webhook was refused: %s", refused)
            return REFUSED
        return self.begin(event) or event

    def begin(self, event: WebhookEvent) -> int | None:
        """None if the handlers have to run now; then call `close`. Else the status to answer."""
        with self._lock:
            if event.id in self._handled:
                return HANDLED
            if event.id in self._running:
                return RUNNING
            self._running.add(event.id)
        return None

    def was_handled(self, event_id: str) -> bool:
        return event_id in self._handled

    @property
    def types(self) -> Sequence[str]:
        """The types of events that have handlers."""
        return [name for name, handlers in self._handlers.items() if handlers]

    def close(self, event: WebhookEvent, error: BaseException | None = None) -> int:
        """The status to answer with after the handlers."""
        with self._lock:
            self._running.discard(event.id)
            if error is None:
                self._handled[event.id] = None
                if len(self._handled) > MAX_REMEMBERED:
                    self._handled.popitem(last=False)
        if error is None:
            return HANDLED
        log.error("The handler of %s %s failed.", event.type, event.id, exc_info=error)
        return FAILED
