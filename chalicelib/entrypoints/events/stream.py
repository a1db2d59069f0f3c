"""The table's stream: each new entry and notification, at least once, to its reactions."""

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
    """Names the first record that fails: the stream begins there again.

    What follows it in the batch is told all the same, but for entries of the same conversation:
    when Lambda gives up, it does so from the named record to the end of the batch, and nobody else
    may lose what is theirs by that.
    """
    count = len(event["Records"])
    with request_log.line("changes", request_id=request_id(context), records=count) as line:
        failed = list(_failures(services, read, event["Records"]))
        line["failed"] = len(failed)
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed[:1]]}


def _failures(services: Services, read: ReadRecord, records: Sequence[Record]) -> Iterator[str]:
    """The sequence numbers of those that could not be told."""
    held = set[tuple[str, str] | None]()
    for record in records:
        news = None
        try:
            news = read(record)
            if _conversation(news) not in held:
                _tell(services, news)
        except Exception:
            number = record["dynamodb"]["SequenceNumber"]
            log.exception("reaction failed", extra={"sequence_number": number})
            if isinstance(news, CommittedEntry):
                held.add(_conversation(news))
            yield number


def _conversation(news: CommittedEntry | Notification | None) -> tuple[str, str] | None:
    return (news.bot, news.conversation_id) if isinstance(news, CommittedEntry) else None


def _tell(services: Services, news: CommittedEntry | Notification | None) -> None:
    if isinstance(news, CommittedEntry):
        react(services, news)
    elif isinstance(news, Notification):
        announce_notification(services, news)
