"""The handler of the table's stream: calls the reactions to each new entry and notification.

The stream delivers each record at least once.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from chalicelib.entrypoints.request_log import request_id, request_log
from chalicelib.usecases.reactions import announce_notification, react
from chalicelib.usecases.records.notifications import Notification
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.services import Services

log = logging.getLogger("baton")
Record = Mapping[str, Any]
ReadRecord = Callable[[Record], CommittedEntry | Notification | None]


def handle(
    services: Services, read: ReadRecord, event: Mapping[str, Any], context: object = None
) -> dict[str, object]:
    """Names the first record that fails: Lambda retries the batch from there.

    Later records of the batch are handled nevertheless, except entries of the same conversation. If
    Lambda gives up, it drops the batch from the named record on; other conversations must not lose
    their entries by that.
    """
    count = len(event["Records"])
    with request_log.line("changes", request_id=request_id(context), records=count) as line:
        failed = list(_failures(services, read, event["Records"]))
        line["failed"] = len(failed)
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed[:1]]}


def _failures(services: Services, read: ReadRecord, records: Sequence[Record]) -> Iterator[str]:
    """The sequence numbers of the records whose reactions failed."""
    held = set[tuple[str, str] | None]()
    for record in records:
        event = None
        try:
            event = read(record)
            if _conversation(event) not in held:
                _react(services, event)
        except Exception:
            number = record["dynamodb"]["SequenceNumber"]
            log.exception("reaction failed", extra={"sequence_number": number})
            if isinstance(event, CommittedEntry):
                held.add(_conversation(event))
            yield number


def _conversation(event: CommittedEntry | Notification | None) -> tuple[str, str] | None:
    return (event.bot, event.conversation_id) if isinstance(event, CommittedEntry) else None


def _react(services: Services, event: CommittedEntry | Notification | None) -> None:
    if isinstance(event, CommittedEntry):
        react(services, event)
    elif isinstance(event, Notification):
        announce_notification(services, event)
