"""The row of a queue."""

import msgspec

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.rows import RecordRow
from chalicelib.domain.routing.queues import Queue


def queue_row(bot: str, queue: Queue) -> RecordRow:
    record = msgspec.json.encode(queue).decode()
    return RecordRow.at(keys.queue(bot, queue.name), record=record)


def queue_of(row: RecordRow | None) -> Queue | None:
    return msgspec.json.decode(row.record, type=Queue) if row else None
