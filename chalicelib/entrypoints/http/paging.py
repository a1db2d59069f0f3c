"""Lists: `limit`, `cursor`, and the answer `{"items": […], "next": cursor|null}`.

No list is larger than `PAGE_BYTES`, unless its only item is.
"""

from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from chalicelib.entrypoints.http.cursors import cursor, position
from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.schemas.parsing import number
from chalicelib.usecases.views import Json

DEFAULT, MOST = 50, 100
PAGE_BYTES = 512 * 1024
OMITTED = "Baton-Omitted"
"""The header of a plain array that has been cut: how many items are missing."""
PAGING = ("limit", "cursor")


class PageRequest(Struct, frozen=True):
    """`position` is where the page begins; a cursor is valid for the same `query` only."""

    limit: int
    position: str | None
    query: object


def page_request(call: Call) -> PageRequest:
    """Raises InvalidRequest for a limit out of range and for another list's cursor."""
    filters = {name: value for name, value in call.query.items() if name not in PAGING}
    query = [call.path, call.params.get("bot"), filters]
    return PageRequest(
        limit_of(call),
        position(call.services.secrets, query, call.query.get("cursor")),
        query,
    )


def limit_of(call: Call) -> int:
    return number(call.query, "limit", 1, MOST) or DEFAULT


def page(call: Call, fetch: Callable[[PageRequest], tuple[Sequence[Json], str | None]]) -> Reply:
    """One page. `fetch` returns at most `limit` items, and the position after them. If they are too
    large, it is called again with a smaller limit."""
    wanted = page_request(call)
    items, following = fetch(wanted)
    while (kept := fitting(items)) < len(items):
        items, following = fetch(replace(wanted, limit=kept))
    return _page(call, wanted, items, following)


def listed(call: Call, items: Sequence[Json], name: str) -> Reply:
    """A list that is always read as a whole. It has a `next` only if it is too large for one page.
    The field `name` of an item is unique."""
    wanted = page_request(call)
    names = [str(item[name]) for item in items]
    start = names.index(wanted.position) + 1 if wanted.position in names else 0
    end = start + fitting(items[start:])
    following = names[end - 1] if end < len(items) else None
    return _page(call, wanted, items[start:end], following)


def cut(items: Sequence[Json], *, keep_last: bool = False) -> Reply:
    """A plain array without pages. It is cut at the beginning if `keep_last`, else at the end; the
    header then says how many items are missing."""
    kept = fitting(items[::-1] if keep_last else items)
    missing = len(items) - kept
    headers = {OMITTED: str(missing)} if missing else {}
    return Reply(items[missing:] if keep_last else items[:kept], headers=headers)


def _page(call: Call, wanted: PageRequest, items: Sequence[Json], following: str | None) -> Reply:
    return Reply({"items": items, "next": cursor(call.services.secrets, wanted.query, following)})


def fitting(items: Sequence[Json], limit: int = PAGE_BYTES) -> int:
    """How many of these fit into so many bytes of JSON; at least one, if there is one."""
    size = 0
    for count, item in enumerate(items):
        size += len(msgspec.json.encode(item))
        if size > limit and count:
            return count
    return len(items)
