"""The table's stream: each new entry and notification, at least once, to its reactions."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from chalicelib.entrypoints.journal import journal, request_id
from chalicelib.usecases.reactions import announce, react
from chalicelib.usecases.records import Committed, Notification
from chalicelib.usecases.world import World

log = logging.getLogger("baton")
Record = Mapping[str, Any]
ReadRecord = Callable[[Record], Committed | Notification | None]


def handle(
    world: World, read: ReadRecord, event: Mapping[str, Any], context: object = None
) -> dict[str, object]:
    """Names the first record that fails: the stream begins there again.

    What follows it in the batch is told all the same, but for entries of the same conversation:
    when Lambda gives up, it does so from the named record to the end of the batch, and nobody else
    may lose what is theirs by that.
    """
    count = len(event["Records"])
    with journal.line("changes", request_id=request_id(context), records=count) as line:
        failed = list(_failures(world, read, event["Records"]))
        line["failed"] = len(failed)
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed[:1]]}


def _failures(world: World, read: ReadRecord, records: Sequence[Record]) -> Iterator[str]:
    """The sequence numbers of those that could not be told."""
    held = set[tuple[str, str] | None]()
    for record in records:
        news = None
        try:
            news = read(record)
            if _conversation(news) not in held:
                _tell(world, news)
        except Exception:
            number = record["dynamodb"]["SequenceNumber"]
            log.exception("reaction failed", extra={"sequence_number": number})
            if isinstance(news, Committed):
                held.add(_conversation(news))
            yield number


def _conversation(news: Committed | Notification | None) -> tuple[str, str] | None:
    return (news.bot, news.conversation_id) if isinstance(news, Committed) else None


def _tell(world: World, news: Committed | Notification | None) -> None:
    if isinstance(news, Committed):
        react(world, news)
    elif isinstance(news, Notification):
        announce(world, news)
