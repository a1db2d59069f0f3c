"""The port to stored conversations, and the values that it takes and returns.

Every read that a decision rests on is strongly consistent. A method that calls the table may raise
TemporarilyUnavailable. Times are in milliseconds since 1970 (UTC).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import Profile
from chalicelib.domain.conversation.decision import Decision
from chalicelib.domain.conversation.entries import Entry
from chalicelib.domain.conversation.handoff import Handoff
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.domain.routing.members import Member
from chalicelib.domain.routing.queues import Queue
from chalicelib.usecases.records.answers import Answer, IdempotencyKey, MessageKey, StoredAnswer
from chalicelib.usecases.records.reports import Backlog


class Query(Struct, frozen=True):
    """What a command has to know, read in one go. `agent` is a member whom the command names,
    `queue` the one it asks for, `suggestion` the number of an entry."""

    bot: str
    conversation_id: str
    key: IdempotencyKey | None = None
    message: MessageKey | None = None
    agent: str | None = None
    queue: str | None = None
    suggestion: int | None = None


class Loaded(Struct, frozen=True):
    """`by_key` and `by_message` are first answers: a command that has one is a replay."""

    head: Head | None = None
    by_key: StoredAnswer | None = None
    by_message: Answer | None = None
    agent: Member | None = None
    queue: Queue | None = None
    suggestion: Entry | None = None


class Commit(Struct, frozen=True):
    """One transaction: the decision, its command's id, and what makes a repetition a replay."""

    before: Head
    decision: Decision
    command_id: str
    answer: Answer
    key: IdempotencyKey | None = None
    message: MessageKey | None = None


class CommitConflict(Exception):
    """Another command got the sequence number; nothing was stored. Load and decide again."""


class Listing(Struct, frozen=True):
    """One page of conversation ids, and where the next page begins (None: there is none)."""

    conversation_ids: Sequence[str]
    position: str | None


class BoardFilter(Struct, frozen=True):
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

    def ids_of_user(self, bot: str, channel: str, user: str) -> list[str]:
        """Ids of this user's conversations on this channel, all threads."""

    def ids_of_user_on_any_channel(self, bot: str, user: str) -> list[str]:
        """Ids of this user's conversations, all channels and threads."""

    def ids_of_thread(self, bot: str, thread: str) -> list[str]:
        """Ids of the conversations with this thread id, all channels and users."""

    def board(self, bot: str, wanted: BoardFilter, position: str | None, limit: int) -> Listing:
        """Paused conversations, by priority and longest wait. May lag behind the heads."""

    def backlog(self, bot: str) -> Backlog:
        """By the board's own keys: one round trip per shard and 1 MB of them, which is some 5,000
        handoffs. May lag behind the heads."""

    def recent(self, bot: str, position: str | None, limit: int) -> Listing:
        """All conversations, latest activity first, to the minute. May lag behind the heads."""

    def by_user_name(self, bot: str, prefix: str, position: str | None, limit: int) -> Listing:
        """Conversations whose user's name begins so, in lower case. May lag behind the heads."""

    def handoff(self, bot: str, handoff_id: str) -> Handoff | None: ...

    def handoffs(
        self, bot: str, position: str | None, limit: int
    ) -> tuple[list[Handoff], str | None]:
        """Open and closed ones, the latest request first, and where the next page begins. Which
        there are may lag; what is said of them does not."""

    def handoffs_of_conversation(self, bot: str, conversation_id: str) -> list[Handoff]:
        """All of one conversation, the latest request first."""

    def entries_at(
        self, bot: str, places: Iterable[tuple[str, int]]
    ) -> Mapping[tuple[str, int], Entry]:
        """By conversation id and seq; one round trip per 100."""

    def notes(self, bot: str, conversation_id: str) -> list[Entry]:
        """All of them, ascending."""

    def profiles(self, addresses: Iterable[Address]) -> Mapping[Address, Profile]:
        """Of those users of whom something is known; one round trip per 100."""

    def set_due_at(self, head: Head, due_at: int | None) -> None:
        """Moves the time at which it is looked after again, and nothing else; does nothing where
        the conversation has changed meanwhile."""

    def due_conversations(self, until: int, limit: int) -> list[tuple[str, str]]:
        """Bot and id of the conversations that have a deadline at or before `until`, the earliest
        first; of all bots, at most `limit` per shard. May lag behind the heads."""
