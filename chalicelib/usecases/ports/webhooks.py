"""The ports for webhooks: the queue that wakes the worker, the HTTP client, and the delivery state.

A method that calls AWS may raise TemporarilyUnavailable. Times are in milliseconds since
1970 (UTC).
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from chalicelib.domain.conversation.authors import Author
from chalicelib.usecases.records.webhooks import (
    CHANNEL,
    DeliveryAttempt,
    DeliveryCursor,
    Progress,
    SweepPosition,
)


class WebhookQueue(Protocol):
    """The queue of the webhook worker. The messages of one conversation and one webhook stay in
    order, and delay no other ones. `webhook` is the id of one of the bot's webhooks."""

    def enqueue(self, bot: str, conversation_id: str, seq: int, webhook: str = CHANNEL) -> None:
        """Asks the worker to deliver a new entry, and all entries before it that are pending."""

    def enqueue_backlog(
        self, bot: str, conversation_id: str, at: int, webhook: str = CHANNEL
    ) -> None:
        """Asks the worker to deliver pending entries; there is no new entry."""

    def enqueue_typing(self, bot: str, conversation_id: str, author: Author, at: int) -> None:
        """Enqueues a typing event, at most one in two seconds, outside of the entries' order."""

    def delay(self, receipt: str, seconds: int) -> None:
        """Hides the message in hand for this many seconds (at most 43,200)."""

    def dead_letter(self, message: Mapping[str, object]) -> None:
        """Sends the message to the dead-letter queue."""


class WebhookClient(Protocol):
    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Returns the HTTP status of the bot's server. Raises Unreachable if there is none."""

    def check_url(self, url: str) -> None:
        """Raises Unreachable if `post` would refuse to call this URL. Calls nothing itself."""


class Owner(Protocol):
    """The bot or person that a sealed secret is bound to. No two owners have the same context."""

    @property
    def context(self) -> dict[str, str]: ...


class SecretSealer(Protocol):
    """Encrypts the secrets of webhooks and second factors with the installation's key; without a
    key, it leaves them as they are. Both methods raise TemporarilyUnavailable."""

    def seal(self, owner: Owner, secret: str) -> str:
        """The secret as it is stored. `open` gives it back for the same owner only."""

    def open(self, owner: Owner, stored: str) -> str:
        """Also opens what an earlier key has sealed, and returns an unsealed secret unchanged."""


class Unreachable(Exception):
    """The bot's server did not answer, or Baton does not call its address. Says why."""


class Deliveries(Protocol):
    """The place up to which each conversation's entries have been delivered to a webhook.

    `webhook` is the id of one of the bot's webhooks.
    """

    def cursor(self, bot: str, conversation_id: str, webhook: str = CHANNEL) -> DeliveryCursor: ...

    def advance_cursor(
        self,
        bot: str,
        conversation_id: str,
        old: DeliveryCursor,
        new: DeliveryCursor,
        webhook: str = CHANNEL,
    ) -> bool:
        """False if the cursor is no longer `old`."""

    def mark_handled(
        self, bot: str, conversation_id: str, previous: int, seq: int, queued: int | None
    ) -> bool:
        """Marks that the reactions to all owed entries after `previous` and up to `seq` have run.

        `queued` is the last of them that the bot's channel has to receive; None if there is none.
        False if this was marked before, or if reactions to an entry up to `previous` have not run.
        """

    def mark_queued(self, bot: str, conversation_id: str, seq: int, webhook: str) -> None:
        """Marks that this webhook, which is not the channel, has to receive the entry `seq`. Does
        nothing if a later one is marked."""

    def mark_gone(
        self, bot: str, conversation_id: str, seq: int, at: int, webhook: str = CHANNEL
    ) -> None:
        """Stores that the webhook has answered with 410 to this entry."""

    def progress(
        self, bot: str, conversation_ids: Iterable[str], webhook: str = CHANNEL
    ) -> Mapping[str, Progress]:
        """One for each id; one round trip per 100."""

    def sweep_position(self) -> SweepPosition: ...

    def move_sweep(self, old: SweepPosition, new: SweepPosition) -> bool:
        """False if the position is no longer `old`."""

    def acquire_slot(
        self, bot: str, now: int, lease: int, webhook: str = CHANNEL, *, spare: int = 0
    ) -> int | None:
        """Reserves one of the webhook's few concurrent deliveries, for `lease` milliseconds. The
        last `spare` slots are left to others.

        None if all slots are taken.
        """

    def release_slot(self, bot: str, slot: int, webhook: str = CHANNEL) -> None: ...

    def record_attempt(self, attempt: DeliveryAttempt) -> None: ...

    def latest_attempts(
        self, bot: str, position: str | None, limit: int
    ) -> tuple[list[DeliveryAttempt], str | None]:
        """Returns the attempts of the last 30 days, newest first, and the next page's position.

        `position` is the id of the last attempt of the page before.
        """

    def attempt(self, bot: str, delivery_id: str) -> DeliveryAttempt | None: ...

    def disable_webhook(self, bot: str, reason: str, now: int, webhook: str = CHANNEL) -> None:
        """Stops deliveries to this webhook until an admin sets it again. Does nothing if it
        is disabled already."""
