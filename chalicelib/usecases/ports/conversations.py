"""The port to stored conversations, and the values that it takes and returns.

Every read that a decision rests on is strongly consistent. A method that calls the table may raise
TemporarilyUnavailable. Times are in milliseconds since 1970 (UTC).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import Profile
from chalicelib.domain.conversation.decision import Decision
from chalicelib.domain.conversation.entries import Entry
from chalicelib.domain.conversation.handoff import Handoff
from chalicelib.domain.conversation.head import Head, Status, WithBot
from chalicelib.domain.routing.members import Member
from chalicelib.domain.routing.queues import Queue
from chalicelib.domain.search.matching import WordPage, WordPlace
from chalicelib.usecases.records.answers import (
    Answer,
    IdempotencyKey,
    MessageKey,
    StoredAnswer,
    StoredMessage,
)
from chalicelib.usecases.records.reports import Backlog

if TYPE_CHECKING:  # few calls are about files
    from chalicelib.domain.files import ArrivedFile, NewFile, StoredFile, Upload, UploadForm


class Query(Struct, frozen=True):
    """The rows that `load` reads for one command.

    `agent` is the id of the member whom the command names, `queue` the name of the queue that it
    asks for, `suggestion` the `seq` of an entry.
    """

    bot: str
    conversation_id: str
    key: IdempotencyKey | None = None
    message: MessageKey | None = None
    agent: str | None = None
    queue: str | None = None
    suggestion: int | None = None


class Loaded(Struct, frozen=True):
    """If `by_key` or `by_message` is set, the command is a repetition."""

    head: Head | None = None
    by_key: StoredAnswer | None = None
    by_message: StoredMessage | None = None
    agent: Member | None = None
    queue: Queue | None = None
    suggestion: Entry | None = None


class Commit(Struct, frozen=True):
    """One transaction: the decision, and the keys under which its answer is stored."""

    before: Head
    decision: Decision
    command_id: str
    answer: Answer
    key: IdempotencyKey | None = None
    message: MessageKey | None = None


class ImportedConversation(Struct, frozen=True):
    """A conversation that happened elsewhere, whole. `entries` ascend to the head's `last_seq`.
    `profile` is the user's; None leaves a stored one as it is. `was_open`: its handoff was open
    there, and has ended with the import."""

    head: WithBot
    entries: Sequence[Entry]
    handoffs: Sequence[Handoff] = ()
    profile: Profile | None = None
    was_open: bool = False


class CommitConflict(Exception):
    """Another command took the sequence number or the key, and nothing was stored: load and decide
    again."""


class Listing(Struct, frozen=True):
    """One page of conversation ids. `position` of the next page is None after the last one."""

    conversation_ids: Sequence[str]
    position: str | None


class BoardFilter(Struct, frozen=True):
    """Statuses other than the paused ones match nothing. None for `queue` and `owner` means any."""

    statuses: frozenset[Status]
    queue: str | None = None
    owner: str | None = None


class Conversations(Protocol):
    def load(self, query: Query) -> Loaded:
        """One round trip."""

    def commit(self, commit: Commit) -> None:
        """One round trip. Raises CommitConflict, AtCapacity.

        Succeeds if this command is already committed: the reply to an earlier try was lost.
        """

    def put_imported(self, imported: ImportedConversation) -> None:
        """Stores it, the head last: a conversation without its head is stored again. Only for a bot
        that does not exist yet, so that nobody else writes."""

    def head(self, bot: str, conversation_id: str) -> Head | None:
        """One round trip."""

    def heads(self, bot: str, conversation_ids: Iterable[str]) -> list[Head]:
        """The existing ones, in the order of the ids; one round trip per 100."""

    def entries_after(self, bot: str, conversation_id: str, seq: int, limit: int) -> list[Entry]:
        """The first entries after `seq`, ascending; at most `limit`, and at most 1 MB."""

    def entries_before(
        self, bot: str, conversation_id: str, seq: int | None, limit: int
    ) -> list[Entry]:
        """The last entries before `seq` (None: of all), ascending."""

    def ids_of_user(self, bot: str, channel: str, user: str) -> list[str]:
        """The user's conversations on this channel, in all threads."""

    def ids_of_user_on_any_channel(self, bot: str, user: str) -> list[str]:
        """The user's conversations on all channels, in all threads."""

    def ids_of_thread(self, bot: str, thread: str) -> list[str]:
        """The conversations with this thread id, of all channels and users."""

    def board(self, bot: str, wanted: BoardFilter, position: str | None, limit: int) -> Listing:
        """Paused conversations, the highest priority and then the longest wait first.

        May lag behind the heads.
        """

    def backlog(self, bot: str) -> Backlog:
        """One round trip per shard and per 1 MB of keys (about 5,000 handoffs).

        May lag behind the heads.
        """

    def recent(self, bot: str, position: str | None, limit: int) -> Listing:
        """All conversations, the latest activity (to the minute) first.

        May lag behind the heads.
        """

    def oldest(self, bot: str, position: str | None, limit: int) -> Listing:
        """All conversations, the earliest activity (to the minute) first.

        May lag behind the heads.
        """

    def owing(self, bot: str, since: int, position: str | None, limit: int) -> Listing:
        """Conversations with an `owed_seq` whose last activity was not before the minute of
        `since`, the earliest activity first.

        A page may be short or empty before the last one. May lag behind the heads.
        """

    def by_user_name(self, bot: str, prefix: str, position: str | None, limit: int) -> Listing:
        """Conversations whose user's name begins with `prefix`, both in their comparable form.

        May lag behind the heads.
        """

    def handoff(self, bot: str, handoff_id: str) -> Handoff | None: ...

    def handoffs(
        self, bot: str, position: str | None, limit: int
    ) -> tuple[list[Handoff], str | None]:
        """Returns open and closed handoffs, the latest request first, and the next page's position.

        A new handoff may be missing for a moment; the data of those listed is current.
        """

    def handoffs_of_conversation(self, bot: str, conversation_id: str) -> list[Handoff]:
        """All handoffs of the conversation, the latest request first."""

    def entries_at(
        self, bot: str, places: Iterable[tuple[str, int]]
    ) -> Mapping[tuple[str, int], Entry]:
        """Entries by conversation id and `seq`; one round trip per 100."""

    def mark_undelivered(
        self, bot: str, conversation_id: str, seq: int, *, undelivered: bool
    ) -> None:
        """Marks whether Baton has given up delivering this entry, if it exists."""

    def notes(self, bot: str, conversation_id: str) -> list[Entry]:
        """All notes of the conversation, ascending."""

    def profiles(self, addresses: Iterable[Address]) -> Mapping[Address, Profile]:
        """The stored profiles; users without one are missing. One round trip per 100."""

    def set_due_at(self, head: Head, due_at: int | None) -> None:
        """Sets when the timers look at the conversation again; None means never.

        Does nothing if the conversation has changed since `head` was read.
        """

    def due_conversations(self, until: int, limit: int) -> list[tuple[str, str]]:
        """Returns bot and id of the conversations that are due at or before `until`, of all bots.

        The earliest come first, at most `limit` per shard. May lag behind the heads.
        """


class WordIndex(Protocol):
    """The entries of a bot by the words that stand in them, for `LIFE`. `Erasures` deletes an
    entry's words with the entry."""

    def add(self, bot: str, place: WordPlace, words: Sequence[str]) -> None:
        """Safe to call again. One round trip per 25 words."""

    def latest(
        self, bot: str, word: str, since: int, before: WordPlace | None, limit: int
    ) -> WordPage:
        """The latest places before `before` (None: of all), not from before `since` (milliseconds
        since 1970, UTC). May lag behind what was added. One round trip per shard."""

    def holds(self, bot: str, word: str, places: Sequence[WordPlace]) -> Collection[WordPlace]:
        """Those of these places at which the word stands; one round trip per 100."""


class FileStore(Protocol):
    """The files that messages use.

    An uploaded file is new. A message that uses it keeps it: the file is copied to where nobody can
    upload, so that it stays as it was checked. New files are deleted after a day. Methods that
    call AWS may raise TemporarilyUnavailable.
    """

    def form(self, file: "NewFile", seconds: int) -> "UploadForm":
        """The form takes one file of exactly this name, type and size, for so many seconds. Calls
        nothing."""

    def arrived(self, bot: str, upload: "Upload") -> "ArrivedFile | None":
        """None if nothing was uploaded."""

    def keep(self, bot: str, upload: "Upload", arrived: "ArrivedFile", mime: str) -> bool:
        """Keeps this version of the file under its checked type. False if the file was uploaded
        anew or deleted since."""

    def kept(self, bot: str, upload: "Upload") -> "StoredFile | None": ...

    def link(self, bot: str, upload: "Upload", file: "StoredFile", seconds: int) -> str:
        """The address at which a browser gets the kept file for so many seconds, with the headers
        of this name and type. Calls nothing."""

    def delete_before(self, bot: str, conversation_id: str, at: int) -> None:
        """Deletes all files of the conversation whose uploads are older than `at` (milliseconds
        since 1970, UTC). Safe to call again after an error at any moment."""
