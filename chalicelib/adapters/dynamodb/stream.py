"""Reads new entries and notifications from records of the table's stream."""

from collections.abc import Mapping
from typing import Any

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.conversations.entries import entry_of
from chalicelib.adapters.dynamodb.notifications import notification_of
from chalicelib.adapters.dynamodb.rows import EntryRow, NotificationRow, row_of
from chalicelib.usecases.records.notifications import Notification
from chalicelib.usecases.records.stream import CommittedEntry

STREAM_FILTER = {
    "eventName": ["INSERT"],
    "dynamodb": {"NewImage": {"t": {"S": ["e", "n"]}}},
}
"""The filter of the event source: no function is invoked for other rows."""


def read_record(record: Mapping[str, Any]) -> CommittedEntry | Notification | None:
    """`record` is one of a Lambda event. None if it is not a new entry or notification."""
    image = record["dynamodb"].get("NewImage")
    if record["eventName"] != "INSERT" or not image:
        return None
    row = row_of(image)
    if isinstance(row, EntryRow):
        return CommittedEntry(*keys.bot_and_conversation(row.pk), entry_of(row))
    if isinstance(row, NotificationRow):
        return notification_of(row)
    return None
