"""What the use cases need from the world. `wiring` decides what stands behind each name.

All reads that a decision rests on are strongly consistent. Any method that talks to the outside
may raise TemporarilyUnavailable. Times are in milliseconds since 1970 (UTC).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from chalicelib.domain.address import Address
from chalicelib.domain.bot_settings import BotSettings
from chalicelib.domain.commands import Profile
from chalicelib.domain.decision import Decision
from chalicelib.domain.entries import Author, Entry
from chalicelib.domain.handoff import Handoff
from chalicelib.domain.head import Head, Status
from chalicelib.domain.queues import Queue
from chalicelib.domain.routing import Member, Presence
from chalicelib.usecases.records import (
    Answer,
    Bot,
    Connection,
    DayTally,
    Ended,
    IdempotencyKey,
    Key,
    KnownAnswer,
    Leaked,
    MessageKey,
    Metric,
    Notification,
    Person,
    Ticket,
    Waiting,
)


@dataclass(frozen=True, slots=True)
class Query:
    """What a command has to know, read in one go. `agent` is a member whom the command names,
    `queue` the one it asks for, `suggestion` the number of an entry."""

    bot: str
    conversation_id: str
    key: IdempotencyKey | None = None
    message: MessageKey | None = None
    agent: str | None = None
    queue: str | None = None
    suggestion: int | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """`by_key` and `by_message` are first answers: a command that has one is a replay."""

    head: Head | None = None
    by_key: KnownAnswer | None = None
    by_message: Answer | None = None
    agent: Member | None = None
    queue: Queue | None = None
    suggestion: Entry | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """One transaction: the decision, its command's id, and what makes a repetition a replay."""

    before: Head
    decision: Decision
    command_id: str
    answer: Answer
    key: IdempotencyKey | None = None
    message: MessageKey | None = None


class Lost(Exception):
    """Another command got the sequence number; nothing was stored. Load and decide again."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of conversation ids, and where the next page begins (None: there is none)."""

    conversation_ids: Sequence[str]
    position: str | None


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """`statuses` are paused ones. None, for `queue` and `owner`, is: any."""

    statuses: frozenset[Status]
    queue: str | None = None
    owner: str | None = None


class Conversations(Protocol):
    def load(self, query: Query) -> Loaded:
        """One round trip."""

    def commit(self, commit: Commit) -> None:
        """One round trip. Raises Lost, AtCapacity; returns also where the same command has been
        committed before (its answer was lost on the way)."""

    def head(self, bot: str, conversation_id: str) -> Head | None:
        """One round trip."""

    def heads(self, bot: str, conversation_ids: Iterable[str]) -> list[Head]:
        """Those that exist, in the order asked for; one round trip per 100."""

    def entries_after(self, bot: str, conversation_id: str, seq: int, limit: int) -> list[Entry]:
        """Ascending, from the first entry after `seq`; at most `limit`, and at most 1 MB."""

    def entries_before(
        self, bot: str, conversation_id: str, seq: int | None, limit: int
    ) -> list[Entry]:
        """Ascending, the last ones before `seq` (None: the latest)."""

    def of_user(self, bot: str, channel: str, user: str) -> list[str]:
        """Ids of this user's conversations on this channel, all threads."""

    def of_user_anywhere(self, bot: str, user: str) -> list[str]:
        """Ids of this user's conversations, all channels and threads."""

    def of_thread(self, bot: str, thread: str) -> list[str]:
        """Ids of the conversations with this thread id, all channels and users."""

    def board(self, bot: str, wanted: BoardFilter, position: str | None, limit: int) -> Listing:
        """Paused conversations, by priority and longest wait. May lag behind the heads."""

    def waiting(self, bot: str) -> Waiting:
        """By the board's own keys: one round trip per shard and 1 MB of them, which is some 5,000
        handoffs. May lag behind the heads."""

    def recent(self, bot: str, position: str | None, limit: int) -> Listing:
        """All conversations, latest activity first, to the minute. May lag behind the heads."""

    def named(self, bot: str, prefix: str, position: str | None, limit: int) -> Listing:
        """Conversations whose user's name begins so, in lower case. May lag behind the heads."""

    def handoff(self, bot: str, handoff_id: str) -> Handoff | None: ...

    def handoffs(
        self, bot: str, position: str | None, limit: int
    ) -> tuple[list[Handoff], str | None]:
        """Open and closed ones, the latest request first, and where the next page begins. Which
        there are may lag; what is said of them does not."""

    def handoffs_in(self, bot: str, conversation_id: str) -> list[Handoff]:
        """All of one conversation, the latest request first."""

    def entries_at(
        self, bot: str, places: Iterable[tuple[str, int]]
    ) -> Mapping[tuple[str, int], Entry]:
        """By conversation id and seq; one round trip per 100."""

    def notes(self, bot: str, conversation_id: str) -> list[Entry]:
        """All of them, ascending."""

    def profiles(self, addresses: Iterable[Address]) -> Mapping[Address, Profile]:
        """Of those users of whom something is known; one round trip per 100."""

    def postpone(self, head: Head, due_at: int | None) -> None:
        """Moves the time at which it is looked after again, and nothing else; does nothing where
        the conversation has changed meanwhile."""

    def due(self, until: int, limit: int) -> list[tuple[str, str]]:
        """Bot and id of the conversations that have a deadline at or before `until`, the earliest
        first; of all bots, at most `limit` per shard. May lag behind the heads."""


class Directory(Protocol):
    """Bots, keys, people, and who belongs where."""

    def bot_and_key(self, bot: str, key_id: str) -> tuple[Bot | None, Key | None]:
        """One round trip."""

    def bot_and_member(
        self, bot: str, person: str
    ) -> tuple[Bot | None, Person | None, Member | None]:
        """One round trip; the member without presence and load."""

    def bot(self, bot: str) -> Bot | None: ...

    def person(self, person: str) -> Person | None: ...

    def look_again(self) -> None:
        """Whatever is remembered is read anew."""

    def people(self, persons: Iterable[str]) -> list[Person]:
        """Those that exist, in no order; one round trip per 100."""

    def members(self, bot: str) -> list[Member]:
        """Everybody of this bot, with presence and load."""

    def roster(self, bot: str) -> list[Member]:
        """Everybody of this bot, without presence and load, which cost a read for each."""

    def bots_of(self, person: str) -> list[str]:
        """The bots this person belongs to."""

    def all_bots(self) -> list[str]: ...

    def presence(self, person: str) -> Presence: ...

    def set_presence(self, person: str, presence: Presence) -> None: ...

    def add_bot(self, bot: Bot) -> None: ...

    def put_settings(self, bot: str, settings: BotSettings) -> bool:
        """False where there is no such bot."""

    def queues(self, bot: str) -> list[Queue]:
        """Those that somebody has configured, by name."""

    def queue(self, bot: str, name: str) -> Queue | None: ...

    def put_queue(self, bot: str, queue: Queue) -> None: ...

    def remove_queue(self, bot: str, name: str) -> None: ...

    def add_key(self, key: Key) -> None: ...

    def add_person(self, person: Person) -> None: ...

    def add_member(self, bot: str, member: Member) -> None: ...

    def end_sessions(self, person: str) -> None:
        """Raises the person's token version: every token issued so far is worth nothing."""


class Attempts(Protocol):
    def count(self, name: str, now: int, window: int) -> int:
        """Counts one more attempt under this name and answers how many there were within the
        `window` (milliseconds) that the first one opened."""

    def forget(self, name: str) -> None: ...


class Connections(Protocol):
    """Open WebSockets, and the tickets that open them."""

    def add_ticket(self, ticket: Ticket) -> None: ...

    def use_ticket(self, ticket_hash: str, now: int) -> Ticket | None:
        """The ticket, once: of any number of callers one gets it. None if used or expired."""

    def open(self, connection: Connection) -> None: ...

    def get(self, connection_id: str) -> Connection | None: ...

    def close(self, connection: Connection) -> list[tuple[str, str]]:
        """Forgets it, with everything it watches: bots and ids of those conversations. Closing
        twice does no harm."""

    def of_bot(self, bot: str) -> list[Connection]: ...

    def watch(
        self, bot: str, conversation_id: str, connection: Connection, expires_at: int
    ) -> None: ...

    def unwatch(self, bot: str, conversation_id: str, connection_id: str) -> None: ...

    def watchers(self, bot: str, conversation_id: str) -> list[str]:
        """Ids of the connections that have this conversation open."""


class Notifications(Protocol):
    def add(self, notification: Notification, key: IdempotencyKey | None) -> None: ...

    def known(self, bot: str, key: IdempotencyKey) -> tuple[str, Notification | None] | None:
        """The fingerprint of the request that used this key, and what it made; None in its place
        where that is no notification."""

    def latest(self, bot: str, position: str | None, limit: int) -> list[Notification]:
        """Newest first; `position` is the id after which the page begins."""

    def mark_read(self, bot: str, notification_id: str, person: str) -> bool:
        """False where there is no such notification."""


class Reports(Protocol):
    """What is counted by day: of handoffs that have ended, and of leaks in none."""

    def count(self, ended: Ended) -> None:
        """Once for each handoff, however often it is told."""

    def count_leak(self, leaked: Leaked) -> None:
        """Once for each entry, however often it is told."""

    def by_queue(self, bot: str, first: str, last: str) -> list[DayTally]:
        """From the first to the last day, both included."""

    def by_agent(self, bot: str, first: str, last: str) -> list[DayTally]: ...


class Sockets(Protocol):
    def send(self, connection_id: str, frame: bytes) -> bool:
        """False where the connection is gone for good. Raises FrameTooLarge over 128 KB."""


class FrameTooLarge(Exception):
    """API Gateway takes at most 128 KB in one message."""


class Topic(Protocol):
    def publish(self, message: Mapping[str, object], attributes: Mapping[str, str]) -> None:
        """Attributes without a value are left out: SNS refuses empty ones."""


class Nudges(Protocol):
    """The queue that wakes the webhook worker: in order within a conversation."""

    def send(self, bot: str, conversation_id: str, seq: int) -> None: ...

    def wake(self, bot: str, conversation_id: str, at: int) -> None:
        """A nudge about nothing new, in the same order: what has piled up may be delivered."""

    def sign(self, bot: str, conversation_id: str, author: Author, at: int) -> None:
        """That somebody is typing; apart from the rest, and at most once in two seconds."""

    def put_off(self, receipt: str, seconds: int) -> None:
        """The message in hand shows up again after so many seconds (at most 43,200)."""

    def bury(self, message: Mapping[str, object]) -> None:
        """Into the dead-letter queue."""


class Receiver(Protocol):
    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The HTTP status of the bot's server. Raises Unreachable where there is none."""

    def check(self, url: str) -> None:
        """Calls nobody. Raises Unreachable, saying why, for what `post` would not call either."""


class Unreachable(Exception):
    """No answer from the bot's server, or an address that Baton does not call."""


class Passwords(Protocol):
    def hash(self, password: str) -> str: ...

    def matches(self, password: str, hashed: str | None) -> bool:
        """Takes as long where there is nobody to compare with (None) as where there is."""


class Tokens(Protocol):
    def issue(self, claims: Mapping[str, object]) -> str: ...

    def read(self, token: str, typ: str) -> Mapping[str, object]:
        """The claims of a token of this type. Raises Unauthenticated."""


class Clock(Protocol):
    def now(self) -> int: ...

    def sleep(self, milliseconds: float) -> None: ...


class Metrics(Protocol):
    def record(self, values: Mapping[Metric, float], bot: str | None = None) -> None:
        """Counts, and times in seconds. `bot`, where they concern one, can be searched for; it
        is no dimension: each new value of one is a metric of its own, and paid for as such."""


class Chance(Protocol):
    """Where unpredictable things come from."""

    def token(self) -> str:
        """256 bits, URL-safe."""

    def fraction(self) -> float:
        """From 0 up to, not including, 1."""
