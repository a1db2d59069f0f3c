"""The ports for webhooks: the queue that wakes the worker, the HTTP client, and the delivery state.

A method that calls AWS may raise TemporarilyUnavailable. Times are in milliseconds since
1970 (UTC).
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from chalicelib.domain.conversation.entries import Author
from chalicelib.usecases.records.webhooks import DeliveryAttempt, DeliveryCursor


class WebhookQueue(Protocol):
    """The queue that wakes the webhook worker: in order within a conversation."""

    def enqueue(self, bot: str, conversation_id: str, seq: int) -> None: ...

    def enqueue_backlog(self, bot: str, conversation_id: str, at: int) -> None:
        """A nudge about nothing new, in the same order: what has piled up may be delivered."""

    def enqueue_typing(self, bot: str, conversation_id: str, author: Author, at: int) -> None:
        """That somebody is typing; apart from the rest, and at most once in two seconds."""

    def delay(self, receipt: str, seconds: int) -> None:
        """The message in hand shows up again after so many seconds (at most 43,200)."""

    def dead_letter(self, message: Mapping[str, object]) -> None:
        """Into the dead-letter queue."""


class WebhookClient(Protocol):
    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The HTTP status of the bot's server. Raises Unreachable where there is none."""

    def check_url(self, url: str) -> None:
        """Calls nobody. Raises Unreachable, saying why, for what `post` would not call either."""


class Unreachable(Exception):
    """No answer from the bot's server, or an address that Baton does not call."""


class Deliveries(Protocol):
    """How far each conversation's log has been delivered to the bot's webhook."""

    def cursor(self, bot: str, conversation_id: str) -> DeliveryCursor: ...

    def advance_cursor(
        self, bot: str, conversation_id: str, old: DeliveryCursor, new: DeliveryCursor
    ) -> bool:
        """False where somebody else has moved it meanwhile."""

    def acquire_slot(self, bot: str, now: int, lease: int) -> int | None:
        """One of the few deliveries that may be in flight for this bot, for `lease` milliseconds;
        None while all are taken."""

    def release_slot(self, bot: str, slot: int) -> None: ...

    def record_attempt(self, delivery: DeliveryAttempt) -> None: ...

    def latest_attempts(
        self, bot: str, position: str | None, limit: int
    ) -> tuple[list[DeliveryAttempt], str | None]:
        """The latest attempts of 30 days, newest first, and where the next page begins; `position`
        is the id after which this one does."""

    def attempt(self, bot: str, delivery_id: str) -> DeliveryAttempt | None: ...

    def cursors(self, bot: str, conversation_ids: Iterable[str]) -> Mapping[str, DeliveryCursor]:
        """Of all of them; one round trip per 100."""

    def disable_webhook(self, bot: str, reason: str) -> None:
        """Stops deliveries to this bot's webhook until somebody configures it anew."""
