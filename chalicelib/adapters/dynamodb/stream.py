"""What the table's stream tells: new entries and notifications; everything else is not news."""

from collections.abc import Mapping
from typing import Any

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.conversations.entries import entry_of
from chalicelib.adapters.dynamodb.notifications import notification_of
from chalicelib.adapters.dynamodb.rows import EntryRow, NotificationRow, row_of
from chalicelib.usecases.records.notifications import Notification
from chalicelib.usecases.records.stream import CommittedEntry

NEWS = {
    "eventName": ["INSERT"],
    "dynamodb": {"NewImage": {"t": {"S": ["e", "n"]}}},
}
"""The event source's filter, so that nobody is woken for rows that are not news."""


def read_record(record: Mapping[str, Any]) -> CommittedEntry | Notification | None:
    """Of a Lambda event's record; None where there is nothing to tell."""
    image = record["dynamodb"].get("NewImage")
    if record["eventName"] != "INSERT" or not image:
        return None
    row = row_of(image)
    if isinstance(row, EntryRow):
        return CommittedEntry(*keys.bot_and_conversation(row.pk), entry_of(row))
    if isinstance(row, NotificationRow):
        return notification_of(row)
    return None
