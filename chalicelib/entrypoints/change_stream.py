"""The table's stream: each new entry and notification, at least once, to its reactions."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.entrypoints.journal import journal
from chalicelib.usecases.reactions import announce, react
from chalicelib.usecases.records import Committed, Notification
from chalicelib.usecases.world import World

log = logging.getLogger("baton")
Record = Mapping[str, Any]
ReadRecord = Callable[[Record], Committed | Notification | None]


def handle(world: World, read: ReadRecord, event: Mapping[str, Any]) -> dict[str, object]:
    """Stops at the first record that fails and names it: the stream goes on from there, so that
    the entries of a conversation are never told out of order by us."""
    with journal.line("changes", records=len(event["Records"])) as line:
        for record in event["Records"]:
            try:
                _tell(world, read(record))
            except Exception:
                number = record["dynamodb"]["SequenceNumber"]
                line["stopped_at"] = number
                log.exception("reaction failed", extra={"sequence_number": number})
                return {"batchItemFailures": [{"itemIdentifier": number}]}
    return {"batchItemFailures": []}


def _tell(world: World, news: Committed | Notification | None) -> None:
    if isinstance(news, Committed):
        react(world, news)
    elif isinstance(news, Notification):
        announce(world, news)
