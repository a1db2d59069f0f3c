"""Lists: `limit`, `cursor`, and the answer `{"items": […], "next": cursor|null}`."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from chalicelib.entrypoints.http.cursors import cursor, position
from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.schemas.parsing import number
from chalicelib.usecases.views import Json

DEFAULT, MOST = 50, 100
PAGE_BYTES = 512 * 1024
PAGING = ("limit", "cursor")


class PageRequest(Struct, frozen=True):
    """`position` is where the page begins; a cursor is valid for the same `query` only."""

    limit: int
    position: str | None
    query: object


def page_request(call: Call) -> PageRequest:
    """Raises InvalidRequest for a limit out of range and for another list's cursor."""
    filters = {name: value for name, value in call.query.items() if name not in PAGING}
    query = [call.path, call.caller.bot, filters]
    return PageRequest(
        limit_of(call),
        position(call.services.secrets, query, call.query.get("cursor")),
        query,
    )


def limit_of(call: Call) -> int:
    return number(call.query, "limit", 1, MOST) or DEFAULT


def page(call: Call, wanted: PageRequest, items: Sequence[object], following: str | None) -> Reply:
    return Reply({"items": items, "next": cursor(call.services.secrets, wanted.query, following)})


def fitting(items: Sequence[Json], limit: int = PAGE_BYTES) -> int:
    """How many of these fit into so many bytes of JSON; at least one, if there is one."""
    size = 0
    for count, item in enumerate(items):
        size += len(msgspec.json.encode(item))
        if size > limit and count:
            return count
    return len(items)
