"""The lines of a conversation's log: numbered 1, 2, 3 … without gaps, never changed."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

PREVIEW_BYTES = 80
"""A preview is part of the head, which every message rewrites: see the size rule in DESIGN."""


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


PRIVATE = frozenset({Kind.NOTE})
"""What people write to each other: a bot and its user never see it."""


EVENT_TYPES = frozenset({"visit", "session_reset"})
"""What a channel reports about its user: nobody said it, and nobody answers it."""


class From(StrEnum):
    USER = "user"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class Author(Struct, frozen=True):
    id: str
    name: str


class Body(Struct, frozen=True):
    """What is said: `text` where `type` is "text", else `payload`, any JSON object."""

    type: str = "text"
    text: str | None = None
    payload: Mapping[str, object] | None = None


class Entry(Struct, frozen=True):
    """One line. `at` is in milliseconds since 1970 (UTC).

    `payload` of an entry that nobody said holds the facts of the change, enough to bring a copy of
    the head up to date.
    """

    seq: int
    kind: Kind
    sender: From
    author: Author
    epoch: int
    at: int
    type: str | None = None
    text: str | None = None
    payload: Mapping[str, object] | None = None
    message_id: str | None = None


class Preview(Struct, frozen=True):
    """The beginning of the last message, for lists."""

    seq: int
    sender: From
    text: str
    at: int


def preview(entry: Entry) -> Preview:
    text = entry.text if entry.text is not None else f"[{entry.type}]"
    return Preview(entry.seq, entry.sender, shorten(text, PREVIEW_BYTES), entry.at)


def shorten(text: str, limit: int) -> str:
    """The beginning of a text, at most `limit` bytes of UTF-8; `…` marks what was cut."""
    data = text.encode()
    if len(data) <= limit:
        return text
    return data[: limit - len("…".encode())].decode(errors="ignore") + "…"
