"""The rows of an imported conversation. Each has a key that follows from its content, so a repeated
import writes the same rows again."""

from collections.abc import Iterator

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.conversations.commit import places_of
from chalicelib.adapters.dynamodb.conversations.entries import entry_row, handoff_row, to_json
from chalicelib.adapters.dynamodb.rows import (
    AddressRow,
    MessageRow,
    PointerRow,
    ProfileRow,
    Row,
)
from chalicelib.domain.conversation.entries import Entry, Kind
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.usecases.ports.conversations import ImportedConversation
from chalicelib.usecases.records.answers import MessageKey

COMMAND = "import"


def rows_below_head(imported: ImportedConversation, shards: int) -> Iterator[Row]:
    head = imported.head
    for entry in imported.entries:
        yield from _entry_rows(head, entry)
    for handoff in imported.handoffs:
        yield handoff_row(handoff, shards)
    if head.is_erased:
        return
    for place in places_of(head):
        yield AddressRow.at(place, conversation_id=head.id)
    profile = imported.profile
    if profile:
        attributes = None if profile.attributes is None else to_json(profile.attributes)
        key = keys.RowKey(keys.user(head.address), keys.META)
        yield ProfileRow.at(key, name=profile.name, attributes_json=attributes)


def _entry_rows(head: Head, entry: Entry) -> Iterator[Row]:
    yield entry_row(head.bot, head.id, entry, COMMAND)
    if entry.kind is Kind.NOTE:
        yield PointerRow.at(keys.note(head.bot, head.id, entry.seq), id=str(entry.seq))
    if entry.kind in (Kind.MESSAGE, Kind.EVENT) and entry.record.message_id:
        # A channel that delivers the message again finds it. Its fingerprint is not known.
        key = keys.message(head.bot, head.id, MessageKey(entry.sender, entry.record.message_id, ""))
        yield MessageRow.at(key, seq=entry.seq, status=Status.BOT, epoch=entry.epoch)
