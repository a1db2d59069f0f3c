"""Webhooks and their deliveries. Times are in milliseconds since 1970 (UTC)."""

import re
from collections.abc import Mapping

from msgspec import Struct

CHANNEL = "channel"
"""The id of the webhook that is the bot's channel: users read what it receives. The others are
told what happens, and nobody waits for them."""
MAX_OTHERS = 5
"""The most webhooks that a bot may have beside its channel. All are stored in the bot's row, and
each may have deliveries in flight."""
DELIVERY_ID = re.compile(
    r"d_([0-9]{13})_([a-z2-7]{26})_([1-9][0-9]{0,11})_([0-9]{1,2})(?:_(w_[a-z2-7]{13}))?"
)
NATIVE_FORMAT = "baton"
"""The format of the bodies that docs/asyncapi.yaml describes; integrations may have others."""


class RetiringSecret(Struct, frozen=True):
    """A replaced secret that still signs until `ends_at`, beside the new one."""

    secret: str
    ends_at: int


class Webhook(Struct, frozen=True):
    """An address to which a bot's events are delivered. A bot may have several; `id` is `CHANNEL`
    for the one that is its channel.

    `secrets` and `retiring_secrets` are Standard Webhooks secrets (`whsec_…`) as they are stored:
    sealed if the installation has a key for them. Entries from before `active_since` are not
    delivered; it is never changed, so it tells the webhooks of one bot apart. While
    `disabled_reason` is set, nothing is delivered; it has been set at `disabled_at`. `events` are
    the types that it receives, each with the time from which on; None means the default types from
    `active_since` on.
    """

    url: str
    secrets: tuple[str, ...]
    active_since: int = 0
    disabled_reason: str | None = None
    format: str = NATIVE_FORMAT
    retiring_secrets: tuple[RetiringSecret, ...] = ()
    disabled_at: int | None = None
    events: Mapping[str, int] | None = None
    id: str = CHANNEL

    @property
    def is_channel(self) -> bool:
        return self.id == CHANNEL

    @property
    def is_enabled(self) -> bool:
        return not self.disabled_reason

    def retiring_at(self, now: int) -> tuple[RetiringSecret, ...]:
        return tuple(each for each in self.retiring_secrets if each.ends_at > now)

    def signing_secrets_at(self, now: int) -> tuple[str, ...]:
        """The current secrets, then the replaced ones that still sign."""
        return (*self.secrets, *(each.secret for each in self.retiring_at(now)))


class SecretOwner(Struct, frozen=True):
    """The webhook to which a sealed secret is bound: its bot and its id, or `active_since` for the
    bot's channel."""

    bot: str
    webhook: int | str

    @property
    def context(self) -> dict[str, str]:
        return {"baton-bot": self.bot, "baton-webhook": str(self.webhook)}


class DeliveryCursor(Struct, frozen=True):
    """Entries up to `seq` are delivered or given up; `attempts` have failed for the next one."""

    seq: int = 0
    attempts: int = 0


class Progress(Struct, frozen=True):
    """The place up to which the entries of a conversation have been handled for one webhook.

    The reactions to all owed entries up to `handled` have run; it is 0 for webhooks beside the
    channel. `queued` is the last of them that the webhook has to receive; entries up to
    `cursor.seq` are delivered or given up. `gone` is the last one that was answered with 410, at
    the time `gone_at`.
    """

    cursor: DeliveryCursor = DeliveryCursor()
    handled: int = 0
    queued: int = 0
    gone: int = 0
    gone_at: int = 0

    @property
    def is_undelivered(self) -> bool:
        return self.queued > self.cursor.seq


class SweepPosition(Struct, frozen=True, omit_defaults=True):
    """The sweep has looked for lost reactions until that time. `behind` holds earlier times of
    single bots."""

    until: int | None = None
    behind: dict[str, int] = {}


class DeliveryAttempt(Struct, frozen=True):
    """One attempt to deliver one entry.

    `attempt` counts from 1; 0 is a replay that an admin asked for. `status` is the HTTP status of
    the bot's server, None if it did not answer; then `error` says why. `dead` marks the last
    attempt for an entry that was given up. `held` marks an entry that was not sent, because the
    webhook is disabled.
    """

    bot: str
    conversation_id: str
    seq: int
    attempt: int
    type: str
    at: int
    status: int | None = None
    error: str | None = None
    dead: bool = False
    held: bool = False
    webhook: str = CHANNEL

    @property
    def id(self) -> str:
        """Ids sort by time. An id holds the row's whole key, so that no index is needed."""
        conversation = self.conversation_id.removeprefix("c_")
        webhook = "" if self.webhook == CHANNEL else f"_{self.webhook}"
        return f"d_{self.at:013d}_{conversation}_{self.seq}_{self.attempt}{webhook}"

    @property
    def succeeded(self) -> bool:
        return is_success(self.status)


class DeliveryId(Struct, frozen=True):
    """The parts of a delivery's id."""

    at: int
    conversation_id: str
    seq: int
    attempt: int
    webhook: str

    @classmethod
    def parse(cls, delivery_id: str) -> "DeliveryId | None":
        """None if this is not the id of a delivery."""
        parts = DELIVERY_ID.fullmatch(delivery_id)
        if parts is None:
            return None
        at, conversation, seq, attempt, webhook = parts.groups()
        return cls(int(at), f"c_{conversation}", int(seq), int(attempt), webhook or CHANNEL)


def is_success(status: int | None) -> bool:
    """True for any 2xx status of a bot's server."""
    return status is not None and 200 <= status < 300
