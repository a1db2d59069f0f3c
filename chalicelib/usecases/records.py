"""The plain values that pass between use cases and the world, beside those of the domain.

Times are in milliseconds since 1970 (UTC).
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from chalicelib.domain.access import Scope
from chalicelib.domain.bot_settings import BotSettings
from chalicelib.domain.entries import Entry, From
from chalicelib.domain.head import Head, Status
from chalicelib.domain.report import Tally

DELIVERY_ID = re.compile(r"d_([0-9]{13})_([a-z2-7]{26})_([1-9][0-9]{0,11})_([0-9]{1,2})")


@dataclass(frozen=True, slots=True)
class CannedReply:
    """What agents say often, under a short name."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """What a caller wrote into `Idempotency-Key`, and a digest of the request it came with."""

    caller: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class MessageKey:
    """One id, one message, for the thread's life."""

    sender: From
    message_id: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command's caller gets to know. `head` is as the command left it.

    `seq` is the number of the entry it made, if it made one; `status`, `epoch` and `handoff_id`
    are those under which it was accepted. `created` tells a first time from a repetition.
    """

    conversation_id: str
    status: Status
    epoch: int
    handoff_id: str | None = None
    seq: int | None = None
    head: Head | None = None
    created: bool = True


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """`answer` is None where what the key has made is no command's."""

    fingerprint: str
    answer: Answer | None


class WebhookFormat(StrEnum):
    """How changes of who may speak are told: in our own words, or as the objects that Botpress'
    `hitlnext` sends. What agents say is told the same way in both."""

    BATON = "baton"
    BOTPRESS = "botpress"


@dataclass(frozen=True, slots=True)
class Retiring:
    """A webhook's secret that goes on signing until `ends_at`, beside the one that replaces it."""

    secret: str
    ends_at: int


@dataclass(frozen=True, slots=True)
class Webhook:
    """`secrets` are Standard Webhooks secrets (`whsec_…`); each signs, and so do those that are
    `retiring`, until their end. What was said before `since` is not delivered; `off` is why
    deliveries have stopped, if they have."""

    url: str
    secrets: tuple[str, ...]
    since: int = 0
    off: str | None = None
    format: WebhookFormat = WebhookFormat.BATON
    retiring: tuple[Retiring, ...] = ()

    def retiring_at(self, now: int) -> tuple[Retiring, ...]:
        return tuple(each for each in self.retiring if each.ends_at > now)

    def signing_at(self, now: int) -> tuple[str, ...]:
        """The secrets in force."""
        return (*self.secrets, *(each.secret for each in self.retiring_at(now)))


@dataclass(frozen=True, slots=True)
class Bot:
    id: str
    name: str
    webhook: Webhook | None = None
    settings: BotSettings = field(default_factory=BotSettings)


@dataclass(frozen=True, slots=True)
class Key:
    """A bot's key. Only a digest of its secret is kept; `expires_at` ends it. `name` and
    `created_at` are for those who look after it."""

    id: str
    bot: str
    secret_hash: str
    scopes: frozenset[Scope] = field(default_factory=lambda: frozenset(Scope))
    expires_at: int | None = None
    name: str | None = None
    created_at: int | None = None

    def ends_by(self, now: int) -> bool:
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class Person:
    """`token_version` rises when all sessions of the person end."""

    id: str
    email: str
    name: str
    password_hash: str
    token_version: int = 1
    is_owner: bool = False
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Ticket:
    """Opens one connection, once, before `expires_at`."""

    hash: str
    person: str
    token_version: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Connection:
    """One open WebSocket; `bots` are those whose conversations it hears of, `events` the names of
    Botpress' events that it has subscribed to."""

    id: str
    person: str
    token_version: int
    bots: tuple[str, ...]
    opened_at: int
    expires_at: int
    is_owner: bool = False
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notification:
    id: str
    bot: str
    message: str
    level: str
    at: int
    url: str | None = None
    conversation_id: str | None = None
    read_by: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Committed:
    """An entry as the stream brings it, and where it belongs."""

    bot: str
    conversation_id: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Cursor:
    """Everything up to `seq` has been delivered, or given up; `attempts` failed for the next."""

    seq: int = 0
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
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


@dataclass(frozen=True, slots=True)
class DeliveryPlace:
    """What the id of a delivery says."""

    at: int
    conversation_id: str
    seq: int
    attempt: int

    @classmethod
    def of(cls, delivery_id: str) -> "DeliveryPlace | None":
        """None where it is no such id."""
        parts = DELIVERY_ID.fullmatch(delivery_id)
        if parts is None:
            return None
        return cls(int(parts[1]), f"c_{parts[2]}", int(parts[3]), int(parts[4]))


def is_success(status: int | None) -> bool:
    """Of a webhook's answer: any 2xx."""
    return status is not None and 200 <= status < 300


@dataclass(frozen=True, slots=True)
class Ended:
    """A handoff that is over, as it is counted: on its last day (UTC, `2026-01-31`), for the queue
    and the agent who had it last."""

    bot: str
    handoff_id: str
    day: str
    queue: str | None
    agent: str | None
    tally: Tally


@dataclass(frozen=True, slots=True)
class Leaked:
    """A leak in no handoff: refused because the bot did not know yet that it has the turn again.
    Counted on its day (UTC, `2026-01-31`), for no queue and no agent."""

    bot: str
    conversation_id: str
    seq: int
    day: str


@dataclass(frozen=True, slots=True)
class DayTally:
    """What was counted on one day (UTC) for one queue (None: without a queue) or one agent."""

    day: str
    of: str | None
    tally: Tally


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many handoffs wait, and since when the oldest of them does (None: none waits)."""

    count: int
    since: int | None


class Metric(StrEnum):
    """What operators watch, beside what AWS measures by itself. The names are CloudWatch's."""

    HANDOFFS_WAITING = "HandoffsWaiting"
    OLDEST_WAIT = "OldestWait"
    TIME_TO_CLAIM = "TimeToClaim"
    SOCKETS = "Sockets"
    CONFLICTS_RETRIED = "ConflictsRetried"
    DELIVERIES_DEAD = "DeliveriesDead"
    LEAKS = "Leaks"
    SWEEPS = "Sweeps"
    DEADLINES_FAILED = "DeadlinesFailed"
