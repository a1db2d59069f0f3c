"""Webhooks and their deliveries. Times are in milliseconds since 1970 (UTC)."""

import re
from enum import StrEnum

from msgspec import Struct

DELIVERY_ID = re.compile(r"d_([0-9]{13})_([a-z2-7]{26})_([1-9][0-9]{0,11})_([0-9]{1,2})")


class WebhookFormat(StrEnum):
    """How changes of who may speak are told: in our own words, or as the objects that Botpress'
    `hitlnext` sends. What agents say is told the same way in both."""

    BATON = "baton"
    BOTPRESS = "botpress"


class RetiringSecret(Struct, frozen=True):
    """A webhook's secret that goes on signing until `ends_at`, beside the one that replaces it."""

    secret: str
    ends_at: int


class Webhook(Struct, frozen=True):
    """`secrets` are Standard Webhooks secrets (`whsec_…`); each signs, and so do those that are
    `retiring`, until their end. What was said before `since` is not delivered; `off` is why
    deliveries have stopped, if they have."""

    url: str
    secrets: tuple[str, ...]
    active_since: int = 0
    disabled_reason: str | None = None
    format: WebhookFormat = WebhookFormat.BATON
    retiring_secrets: tuple[RetiringSecret, ...] = ()

    def retiring_at(self, now: int) -> tuple[RetiringSecret, ...]:
        return tuple(each for each in self.retiring_secrets if each.ends_at > now)

    def signing_secrets_at(self, now: int) -> tuple[str, ...]:
        """The secrets in force."""
        return (*self.secrets, *(each.secret for each in self.retiring_at(now)))


class DeliveryCursor(Struct, frozen=True):
    """Everything up to `seq` has been delivered, or given up; `attempts` failed for the next."""

    seq: int = 0
    attempts: int = 0


class DeliveryAttempt(Struct, frozen=True):
    """One attempt to reach a bot's webhook; `status` is what its server answered, if it did.
    `attempt` counts from 1; 0 is a replay that an admin asked for."""

    bot: str
    conversation_id: str
    seq: int
    attempt: int
    type: str
    at: int
    status: int | None = None
    error: str | None = None
    dead: bool = False

    @property
    def id(self) -> str:
        """Sorts by time. Names the attempt, so that it is found without an index."""
        conversation = self.conversation_id.removeprefix("c_")
        return f"d_{self.at:013d}_{conversation}_{self.seq}_{self.attempt}"

    @property
    def succeeded(self) -> bool:
        return is_success(self.status)


class DeliveryId(Struct, frozen=True):
    """What the id of a delivery says."""

    at: int
    conversation_id: str
    seq: int
    attempt: int

    @classmethod
    def of(cls, delivery_id: str) -> "DeliveryId | None":
        """None where it is no such id."""
        parts = DELIVERY_ID.fullmatch(delivery_id)
        if parts is None:
            return None
        return cls(int(parts[1]), f"c_{parts[2]}", int(parts[3]), int(parts[4]))


def is_success(status: int | None) -> bool:
    """Of a webhook's answer: any 2xx."""
    return status is not None and 200 <= status < 300
