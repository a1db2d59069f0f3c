"""The handler of the table's stream: calls the reactions to each new entry and notification.

The stream delivers each record at least once.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from chalicelib.entrypoints.request_log import request_id, request_log
from chalicelib.usecases.reactions import mark_handled, run_most_urgent, run_reactions
from chalicelib.usecases.records.notifications import Notification
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.recovery import was_recovered
from chalicelib.usecases.services import Services

log = logging.getLogger("baton")
RETRY_MS = 20 * 1000
"""Lambda retries a failed reaction until the entry is this old. Then the sweep retries it."""
URGENT_MS, BUDGET_MS = 15 * 1000, 38 * 1000
"""Milliseconds after which no further record of a batch is begun: with what users wait for, and
with the rest. The function has 60 seconds."""
Record = Mapping[str, Any]
ReadRecord = Callable[[Record], CommittedEntry | Notification | None]


def handle(
    services: Services, read: ReadRecord, event: Mapping[str, Any], context: object = None
) -> dict[str, object]:
    """Names the first record that fails: Lambda retries the batch from there.

    All later records of the batch are handled nevertheless, until `BUDGET_MS`. If Lambda gives up,
    it drops the batch from the named record on; other entries must not lose their reactions by
    that. What users wait for runs first, for all records, and for the newest ones before the older
    ones. The webhook worker delivers a conversation in order, whichever entry wakes it.
    """
    began = services.clock.now()
    count = len(event["Records"])
    with request_log.line("changes", request_id=request_id(context), records=count) as line:
        handled = list[CommittedEntry | Notification]()
        failed = list(_failures(services, read, event["Records"], handled, began))
        mark_handled(services, handled)
        line["failed"] = len(failed)
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed[:1]]}


def _failures(
    services: Services,
    read: ReadRecord,
    records: Sequence[Record],
    handled: list[CommittedEntry | Notification],
    began: int,
) -> Iterator[str]:
    """The sequence numbers of the records to send again, in their order. Adds the others to
    `handled`."""
    events = [_read(services, read, record) for record in records]
    for event in reversed(events):
        if services.clock.now() > began + URGENT_MS:
            break
        if isinstance(event, CommittedEntry):
            run_most_urgent(services, event)
    for number, event in zip(map(_number, records), events, strict=True):
        if isinstance(event, Unreadable):
            yield number
            continue
        if event is None:
            continue
        if services.clock.now() > began + BUDGET_MS:
            yield number
            continue
        is_whole = not run_reactions(services, event)
        if not is_whole and not _is_left_to_the_sweep(services, event):
            yield number
        elif is_whole:
            handled.append(event)


class Unreadable:
    """A record that could not be read."""


def _read(
    services: Services, read: ReadRecord, record: Record
) -> CommittedEntry | Notification | Unreadable | None:
    """Returns what the record is about. None if there is nothing to do."""
    try:
        event = read(record)
        return None if event is None or was_recovered(services, event) else event
    except Exception:
        log.exception("record not handled", extra={"sequence_number": _number(record)})
        return Unreadable()


def _number(record: Record) -> str:
    number: str = record["dynamodb"]["SequenceNumber"]
    return number


def _is_left_to_the_sweep(services: Services, event: CommittedEntry | Notification) -> bool:
    """An entry that has failed for `RETRY_MS` would hold up the later records of its shard. If it
    is not owed, only those who watch the bot talk miss it; their consoles fill the gap."""
    at = event.at if isinstance(event, Notification) else event.entry.at
    return services.clock.now() > at + RETRY_MS
