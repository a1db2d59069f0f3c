"""The handler of the table's stream: calls the reactions to each new entry and notification.

The stream delivers each record at least once.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from chalicelib.entrypoints.request_log import request_id, request_log
from chalicelib.usecases.reactions import run_reactions
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

    All later records of the batch are handled nevertheless. If Lambda gives up, it drops the batch
    from the named record on; other entries must not lose their reactions by that.
    """
    count = len(event["Records"])
    with request_log.line("changes", request_id=request_id(context), records=count) as line:
        failed = list(_failures(services, read, event["Records"]))
        line["failed"] = len(failed)
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed[:1]]}


def _failures(services: Services, read: ReadRecord, records: Sequence[Record]) -> Iterator[str]:
    """The sequence numbers of the records of which a reaction failed."""
    for record in records:
        if not _handled(services, read, record):
            yield record["dynamodb"]["SequenceNumber"]


def _handled(services: Services, read: ReadRecord, record: Record) -> bool:
    try:
        event = read(record)
    except Exception:
        number = record["dynamodb"]["SequenceNumber"]
        log.exception("record not read", extra={"sequence_number": number})
        return False
    return event is None or not run_reactions(services, event)
