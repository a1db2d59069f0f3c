"""Reads conversations without changing them: heads, lists, entries, users."""

from bisect import bisect_right
from collections.abc import Callable, Sequence

from msgspec import Struct

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.address import Address
from chalicelib.domain.characters import comparable
from chalicelib.domain.conversation.commands import Profile
from chalicelib.domain.conversation.entries import Entry, Kind, may_read
from chalicelib.domain.conversation.erasure import shown_handoff
from chalicelib.domain.conversation.handoff import Handoff
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.domain.errors import NotFound
from chalicelib.usecases.admin import audit
from chalicelib.usecases.conversations import shown
from chalicelib.usecases.conversations.visibility import find_visible, visible
from chalicelib.usecases.ports.conversations import BoardFilter, Listing
from chalicelib.usecases.services import Services

PAUSED = frozenset({Status.WAITING, Status.AGENT})
PAGES_PER_CALL = 5
"""After so many reads a list returns a short page with a cursor, so that a caller who may see
little does not wait."""
FILTERED_READ = 1000
"""Entries of one read if only those of one kind are wanted."""


class ConversationFilter(Struct, frozen=True):
    """None means any. `owner` is a person's id, or "none" for conversations without an owner.
    `user` is the end user's id, on any channel."""

    statuses: frozenset[Status] | None = None
    queue: str | None = None
    owner: str | None = None
    name: str | None = None
    user: str | None = None


class EntryPage(Struct, frozen=True):
    """`more`: the log has further entries for this caller, beyond this page's last (or first)."""

    entries: Sequence[Entry]
    more: bool


class ConversationPage(Struct, frozen=True):
    heads: list[Head]
    position: str | None


def head(services: Services, caller: Caller, conversation_id: str) -> Head:
    authorize(caller, Action.READ)
    return find_visible(services, caller, conversation_id)


def user(services: Services, caller: Caller, conversation_id: str) -> tuple[Address, Profile]:
    """The address of the conversation and the profile of its user."""
    address = head(services, caller, conversation_id).address
    return address, services.conversations.profiles([address]).get(address, Profile())


def entries(
    services: Services,
    caller: Caller,
    conversation_id: str,
    *,
    after: int | None = None,
    before: int | None = None,
    limit: int = 50,
    of: Head | None = None,
) -> list[Entry]:
    """The entries that the caller may read, ascending; the latest ones without `after` and
    `before`. An empty page is the end of the log. `of` is the head, if `head` has just read it."""
    return list(
        entry_page(
            services, caller, conversation_id, after=after, before=before, limit=limit, of=of
        ).entries
    )


def entry_page(
    services: Services,
    caller: Caller,
    conversation_id: str,
    *,
    after: int | None = None,
    before: int | None = None,
    limit: int = 50,
    kind: Kind | None = None,
    of: Head | None = None,
) -> EntryPage:
    """As `entries`, and only those of one kind if `kind` is set."""
    of = of or head(services, caller, conversation_id)
    audit.record_reading(services, caller, of.id)
    found, wanted, first = list[Entry](), limit + 1, of.erased_seq or 1
    size = wanted if kind is None else FILTERED_READ
    while len(found) < wanted:
        if after is not None:
            read = shown.entries_after(services, of, after, size)
        else:
            read = shown.entries_before(services, of, before, size)
        fitting = [
            entry
            for entry in read
            if kind in (None, entry.kind) and may_read(caller, entry.kind, of.owner_id)
        ]
        found = found + fitting if after is not None else fitting + found
        # The log has no gaps, so its first and its last number show that there is no further page.
        if not read or (read[-1].seq >= of.last_seq if after is not None else read[0].seq == first):
            break
        after, before = (read[-1].seq, None) if after is not None else (None, read[0].seq)
    kept = found[:limit] if after is not None else found[-limit:]
    return EntryPage(kept, more=len(found) > limit)


def conversations(
    services: Services, caller: Caller, wanted: ConversationFilter, position: str | None, limit: int
) -> ConversationPage:
    """Paused conversations by priority and longest wait, others by latest activity.

    An index finds the ids, and the heads are read from the table, so that the page is current. A
    head that no longer fits is left out.
    """
    authorize(caller, Action.READ)
    found: list[Head] = []
    for _ in range(PAGES_PER_CALL):
        listing = _source(services, caller.bot, wanted)(position, limit - len(found))
        heads = services.conversations.heads(caller.bot, listing.conversation_ids)
        found += [h for h in heads if visible(services, caller, h) and _fits(wanted, h)]
        position = listing.position
        if position is None or len(found) >= limit:
            break
    return ConversationPage(found, position)


def handoff(
    services: Services, caller: Caller, handoff_id: str, action: Action = Action.READ
) -> tuple[Handoff, Head]:
    """The handoff and the head of its conversation, for this action. Raises Forbidden, NotFound."""
    authorize(caller, action)
    found = services.conversations.handoff(caller.bot, handoff_id)
    of = services.conversations.head(caller.bot, found.conversation_id) if found else None
    if found is None or of is None or not visible(services, caller, of):
        raise NotFound(f"The bot {caller.bot} has no handoff {handoff_id}.")
    return shown_handoff(of, found), of


def _source(
    services: Services, bot: str, wanted: ConversationFilter
) -> Callable[[str | None, int], Listing]:
    store = services.conversations
    if wanted.user is not None:
        ids = sorted(store.ids_of_user_on_any_channel(bot, wanted.user))
        return lambda position, limit: _listing(ids, position, limit)
    if wanted.name is not None:
        prefix = comparable(wanted.name)
        return lambda position, limit: store.by_user_name(bot, prefix, position, limit)
    only_paused = wanted.statuses is not None and wanted.statuses <= PAUSED
    if only_paused or wanted.queue or wanted.owner not in (None, "none"):
        owner = None if wanted.owner == "none" else wanted.owner
        board = BoardFilter((wanted.statuses or PAUSED) & PAUSED, wanted.queue, owner)
        return lambda position, limit: store.board(bot, board, position, limit)
    return lambda position, limit: store.recent(bot, position, limit)


def _listing(ids: Sequence[str], position: str | None, limit: int) -> Listing:
    """The page of these ascending ids after the id `position`."""
    rest = ids[bisect_right(ids, position or "") :]
    return Listing(rest[:limit], rest[limit - 1] if len(rest) > limit else None)


def _fits(wanted: ConversationFilter, found: Head) -> bool:
    return (
        not found.is_erased
        and (wanted.statuses is None or found.status in wanted.statuses)
        and wanted.queue in (None, found.queue)
        and wanted.owner in (None, found.owner_id or "none")
        and wanted.user in (None, found.address.user)
        and comparable(found.user_name or "").startswith(comparable(wanted.name or ""))
    )
