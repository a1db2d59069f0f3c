"""The entries of a conversation's log: numbered 1, 2, 3 … without gaps, never changed.

An entry has an envelope (number, author, time) and a content: one class for each kind. `record_of`
and `content_of` translate a content to and from the form in which it is stored and shown.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

import msgspec
from msgspec import Struct

from chalicelib.domain.access import Caller
from chalicelib.domain.conversation.authors import Author, From
from chalicelib.domain.conversation.head import PREVIEW_BYTES, Preview, shorten


class Kind(StrEnum):
    MESSAGE = "message"
    EVENT = "event"
    REQUESTED = "requested"
    CLAIMED = "claimed"
    RELEASED = "released"
    TRANSFERRED = "transferred"
    RETURNED = "returned"
    NOTE = "note"
    TAGGED = "tagged"
    SUGGESTION = "suggestion"
    LEAK = "leak"
    OFFERED = "offered"
    DECLINED = "declined"
    ESCALATED = "escalated"
    SNOOZED = "snoozed"
    UPDATED = "updated"
    RATED = "rated"
    ERASED = "erased"
    UNKNOWN = "unknown"
    """An entry that a newer release has written. Every reader passes over it."""


EVENT_TYPES = frozenset(
    {
        "event",
        "visit",
        "session_reset",
        "session_reference",
        "proactive-trigger",
        "workflow_ended",
        "bp_dialog_timeout",
    }
)
"""Message types that a channel or a bot's engine reports. They are stored as events: nobody said
them, and nobody answers them. All but `event` are types of Botpress v12."""


FILE_TYPES = frozenset({"image", "audio", "video", "file", "sticker"})
"""The message types whose payload may name an uploaded file."""
UPLOAD_ID = "upload_id"

CAPTIONS = ("caption", "title", "text", "name", "label", "value", "url")
"""The fields of a payload that say most about it, the best first."""


class Body(Struct, frozen=True):
    """The content of a message: `text` if `type` is "text", otherwise `payload`, a JSON object, and
    perhaps a `text`."""

    type: str = "text"
    text: str | None = None
    payload: Mapping[str, Any] | None = None

    @property
    def words(self) -> str:
        """The text. Without one, the type and the payload's caption, like "[image] Bill"."""
        if self.text is not None:
            return self.text
        captions = (self.payload.get(name) for name in CAPTIONS) if self.payload else ()
        caption = next((each for each in captions if isinstance(each, str) and each), None)
        return f"[{self.type}] {caption}" if caption else f"[{self.type}]"

    @property
    def names_upload(self) -> bool:
        return self.payload is not None and UPLOAD_ID in self.payload and self.type in FILE_TYPES


class Content(Struct, frozen=True, omit_defaults=True):
    """The content of an entry. Optional fields that are None are left out of the stored form."""

    kind: ClassVar[Kind]


class Message(Content, frozen=True):
    kind: ClassVar[Kind] = Kind.MESSAGE
    body: Body
    message_id: str | None = None


class ChannelEvent(Content, frozen=True):
    kind: ClassVar[Kind] = Kind.EVENT
    body: Body
    message_id: str | None = None


class HandoffContent(Content, frozen=True):
    """A step of a handoff."""

    handoff_id: str


class QueueContent(HandoffContent, frozen=True):
    """A step in a queue; None is the place of conversations without a queue."""

    queue: str | None


class OwnerContent(HandoffContent, frozen=True):
    """An agent gets the conversation."""

    owner: Author


class OfferedAgent(Struct, frozen=True):
    """The agent to whom a conversation is offered, and until when."""

    id: str
    name: str
    until: int


class Requested(QueueContent, frozen=True):
    """A person was asked for. `agent` is the id of the agent whom the request names.

    `unknown_queue` is the queue that the bot has named, if there is none of this name.
    `context_values` are those of the context by which the conversation is found.
    """

    kind: ClassVar[Kind] = Kind.REQUESTED
    priority: int
    reason: str | None
    agent: str | None
    expires_at: int | None = None
    offered_to: OfferedAgent | None = None
    unknown_queue: str | None = None
    context_values: tuple[str, ...] = ()


class Claimed(OwnerContent, frozen=True):
    kind: ClassVar[Kind] = Kind.CLAIMED


class Released(QueueContent, frozen=True):
    """The conversation is back in its queue. `cause` is set if a timer did it."""

    kind: ClassVar[Kind] = Kind.RELEASED
    priority: int
    waiting_since: int
    cause: str | None = None


class TransferredToAgent(OwnerContent, frozen=True):
    kind: ClassVar[Kind] = Kind.TRANSFERRED


class TransferredToQueue(QueueContent, frozen=True):
    kind: ClassVar[Kind] = Kind.TRANSFERRED
    priority: int
    waiting_since: int
    cause: str | None = None


class Returned(HandoffContent, frozen=True):
    """The bot may speak again. `from_seq` is the number of the entry that opened the handoff."""

    kind: ClassVar[Kind] = Kind.RETURNED
    from_seq: int
    outcome: str
    note: str | None
    resume_at: str | None
    variables: Mapping[str, Any] | None
    cause: str | None = None


class MessageLeft(HandoffContent, frozen=True):
    """Nobody was available: the handoff was closed as soon as it was opened."""

    kind: ClassVar[Kind] = Kind.RETURNED
    reason: str | None
    outcome: str
    note: str | None
    resume_at: str | None
    variables: Mapping[str, Any] | None


class Noted(Content, frozen=True):
    """People write notes to each other. The bot and its user never see them. `mentions` holds the
    ids of the people whom the author has mentioned."""

    kind: ClassVar[Kind] = Kind.NOTE
    text: str
    handoff_id: str | None = None
    mentions: tuple[str, ...] = ()


class Tagged(Content, frozen=True):
    kind: ClassVar[Kind] = Kind.TAGGED
    tags: tuple[str, ...]


class Suggested(Content, frozen=True):
    """A reply that the bot suggests to the owner."""

    kind: ClassVar[Kind] = Kind.SUGGESTION
    text: str


class Leak(Content, frozen=True):
    """The bot spoke when it was not its turn. `epoch` is the one that the bot sent."""

    kind: ClassVar[Kind] = Kind.LEAK
    code: str
    epoch: int | None
    message_id: str | None = None


class Offered(QueueContent, frozen=True):
    kind: ClassVar[Kind] = Kind.OFFERED
    offered_to: OfferedAgent


class Declined(QueueContent, frozen=True):
    """An offer has ended without a claim."""

    kind: ClassVar[Kind] = Kind.DECLINED
    agent: Author
    cause: str


class Escalated(QueueContent, frozen=True):
    """The user has waited too long, `since` that time: for the first time (`step` 1) or again."""

    kind: ClassVar[Kind] = Kind.ESCALATED
    step: int
    since: int


class Snoozed(Content, frozen=True):
    """The inactivity timers wait `until` that time; None: they no longer wait."""

    kind: ClassVar[Kind] = Kind.SNOOZED
    until: int | None


class HandoffUpdated(HandoffContent, frozen=True):
    """The bot has corrected its request: the new reason if it has changed, the priority, the names
    of the fields that it sent, and the values by which the new context is found."""

    kind: ClassVar[Kind] = Kind.UPDATED
    priority: int
    fields: tuple[str, ...]
    reason: str | None = None
    context_values: tuple[str, ...] = ()


class Rated(HandoffContent, frozen=True):
    """The user has rated a handoff that has ended: 1 to 5, 5 is the best. The last one counts."""

    kind: ClassVar[Kind] = Kind.RATED
    score: int
    comment: str | None = None


class Erased(Content, frozen=True):
    """The user was erased: nothing before this entry is shown any more. `erasure` is the id of the
    order. `keeps_profile`: the user's other conversations keep name and attributes."""

    kind: ClassVar[Kind] = Kind.ERASED
    erasure: str
    keeps_profile: bool = False


class Unknown(Content, frozen=True):
    """The content of an entry that a newer release has written."""

    kind: ClassVar[Kind] = Kind.UNKNOWN


class Entry(Struct, frozen=True):
    """One line of the log. `at` is in milliseconds since 1970 (UTC).

    `previous_owed` is set if the reactions to this entry must be made up for if they are lost. It
    is the number of the entry before it of which the same is true; 0 if there is none.
    `is_undelivered`: Baton has given up delivering the entry to the bot's webhook. `is_imported`:
    it happened elsewhere, so nothing follows from it here.
    """

    seq: int
    sender: From
    author: Author
    epoch: int
    at: int
    content: Content
    previous_owed: int | None = None
    is_undelivered: bool = False
    is_imported: bool = False

    @property
    def kind(self) -> Kind:
        return self.content.kind

    @property
    def record(self) -> "ContentRecord":
        """The content as it is stored and shown."""
        return record_of(self.content)

    @property
    def is_agent_message(self) -> bool:
        return self.kind is Kind.MESSAGE and self.sender is From.AGENT


class ContentRecord(Struct, frozen=True):
    """A content as it is stored and shown: the words beside the facts."""

    kind: Kind
    type: str | None = None
    text: str | None = None
    payload: Mapping[str, Any] | None = None
    message_id: str | None = None


WITHOUT_A_PERSON = frozenset(
    {Kind.MESSAGE, Kind.EVENT, Kind.NOTE, Kind.TAGGED, Kind.SUGGESTION, Kind.UNKNOWN}
)
"""If the bot handles the conversation, nothing is lost with the reactions to these kinds."""

CONTENTS: Mapping[Kind, tuple[type[Content], ...]] = {
    Kind.MESSAGE: (Message,),
    Kind.EVENT: (ChannelEvent,),
    Kind.REQUESTED: (Requested,),
    Kind.CLAIMED: (Claimed,),
    Kind.RELEASED: (Released,),
    Kind.TRANSFERRED: (TransferredToAgent, TransferredToQueue),
    Kind.RETURNED: (Returned, MessageLeft),
    Kind.NOTE: (Noted,),
    Kind.TAGGED: (Tagged,),
    Kind.SUGGESTION: (Suggested,),
    Kind.LEAK: (Leak,),
    Kind.OFFERED: (Offered,),
    Kind.DECLINED: (Declined,),
    Kind.ESCALATED: (Escalated,),
    Kind.SNOOZED: (Snoozed,),
    Kind.UPDATED: (HandoffUpdated,),
    Kind.RATED: (Rated,),
    Kind.ERASED: (Erased,),
    Kind.UNKNOWN: (Unknown,),
}
"""The classes of each kind. If a kind has two, the first that a stored payload fits is taken."""


def record_of(content: Content) -> ContentRecord:
    match content:
        case Message(body, message_id) | ChannelEvent(body, message_id):
            return ContentRecord(content.kind, body.type, body.text, body.payload, message_id)
        case Noted(text, handoff_id, mentions):
            facts: dict[str, object] = {"handoff_id": handoff_id, "mentions": list(mentions)}
            about = {name: fact for name, fact in facts.items() if fact}
            return ContentRecord(content.kind, text=text, payload=about or None)
        case Suggested(text):
            return ContentRecord(content.kind, text=text)
        case Leak(code, epoch, message_id):
            facts = {"code": code, "epoch": epoch}
            return ContentRecord(content.kind, payload=facts, message_id=message_id)
        case Tagged(tags):
            return ContentRecord(content.kind, payload={"tags": list(tags)})
        case Unknown():
            return ContentRecord(content.kind)
    return ContentRecord(content.kind, payload=msgspec.to_builtins(content))


def content_of(record: ContentRecord) -> Content:
    """The content of a stored entry. A payload that no class of its kind fits was written by a
    newer release: its content is `Unknown`."""
    if record.kind in (Kind.MESSAGE, Kind.EVENT):
        body = Body(record.type or "text", record.text, record.payload)
        said = Message if record.kind is Kind.MESSAGE else ChannelEvent
        return said(body, record.message_id)
    fields = {"text": record.text, "message_id": record.message_id, **(record.payload or {})}
    for each in CONTENTS[record.kind]:
        try:
            return msgspec.convert(fields, each)
        except msgspec.ValidationError:
            continue
    return Unknown()


def preview_of(seq: int, sender: From, body: Body, at: int) -> Preview:
    return Preview(seq, sender, shorten(body.words, PREVIEW_BYTES), at)


def may_read(caller: Caller, kind: Kind, owner: str | None) -> bool:
    """Whether a caller who sees the conversation may read an entry of this kind. Only people read
    notes. Only the bot and the conversation's owner read suggestions. Nobody reads entries of a
    newer release."""
    if kind is Kind.UNKNOWN:
        return False
    if kind is Kind.SUGGESTION:
        return not caller.is_person or caller.id == owner
    return kind is not Kind.NOTE or caller.is_person
