"""Records of the table's stream."""

from msgspec import Struct

from chalicelib.domain.conversation.entries import Entry


class CommittedEntry(Struct, frozen=True):
    """One entry as read from the stream, with its bot and conversation."""

    bot: str
    conversation_id: str
    entry: Entry
