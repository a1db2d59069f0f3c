"""What the table's stream delivers: committed entries, and notifications.

Times are in milliseconds since 1970 (UTC).
"""

from msgspec import Struct

from chalicelib.domain.conversation.entries import Entry


class Notification(Struct, frozen=True):
    id: str
    bot: str
    message: str
    level: str
    at: int
    url: str | None = None
    conversation_id: str | None = None
    read_by: frozenset[str] = frozenset()


class CommittedEntry(Struct, frozen=True):
    """An entry as the stream brings it, and where it belongs."""

    bot: str
    conversation_id: str
    entry: Entry
