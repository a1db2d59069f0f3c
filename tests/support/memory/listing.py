"""How lists are ordered and cut into pages."""

import json
from collections.abc import Callable, Iterable
from itertools import islice

from chalicelib.domain.characters import comparable
from chalicelib.domain.conversation.entries import Entry
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.usecases.ports.conversations import Listing

PAGE_BYTES = 1024 * 1024
"""The number of rows that one read of DynamoDB returns."""

MINUTE = 60_000

Order = Callable[[Head], list[int | str]]


def board_order(head: Head) -> list[int | str]:
    since = head.waiting_since or (head.handoff.requested_at if head.handoff else 0)
    return [0 if head.status is Status.WAITING else 1, -head.priority, since, head.id]


def recent_order(head: Head) -> list[int | str]:
    return [-(head.updated_at // MINUTE), head.id]


def oldest_order(head: Head) -> list[int | str]:
    return [head.updated_at // MINUTE, head.id]


def name_order(head: Head) -> list[int | str]:
    return [comparable(head.user_name or ""), head.id]


def page(heads: Iterable[Head], order: Order, position: str | None, limit: int) -> Listing:
    """A position is the place of the last head of the page before."""
    after = json.loads(position) if position else None
    rest = sorted((h for h in heads if after is None or order(h) > after), key=order)
    ids = [head.id for head in rest[:limit]]
    more = len(rest) > limit
    return Listing(ids, json.dumps(order(rest[limit - 1])) if more else None)


def page_of_entries(entries: Iterable[Entry], limit: int) -> list[Entry]:
    found: list[Entry] = []
    size = 0
    for entry in islice(entries, limit):
        size += len((entry.record.text or "").encode()) + len(json.dumps(entry.record.payload))
        if found and size > PAGE_BYTES:
            break
        found.append(entry)
    return found
