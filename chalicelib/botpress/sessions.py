"""Conversations as the sessions of Botpress' module `hitl`."""

from collections.abc import Iterable, Sequence

from chalicelib.botpress.views import BotpressSession
from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.address import Address
from chalicelib.domain.characters import comparable
from chalicelib.domain.conversation.entries import Entry, Kind
from chalicelib.domain.conversation.head import Head
from chalicelib.usecases.conversations import lookup, queries, shown
from chalicelib.usecases.conversations.visibility import find_visible, visible
from chalicelib.usecases.services import Services

MOST = 100
PAUSED_PAGES = 10
SAID = frozenset({Kind.MESSAGE, Kind.EVENT})
"""The entries of a transcript."""


def list_sessions(
    services: Services, caller: Caller, *, only_paused: bool, search: str | None
) -> list[BotpressSession]:
    """At most 100, the latest message first. `search` is the beginning of the user's name, or the
    id of a user, a thread or a conversation."""
    authorize(caller, Action.READ)
    heads = _found(services, caller, search) if search else _all(services, caller, only_paused)
    shown = [h for h in heads if h.paused or (h.last_message and not only_paused)]
    shown.sort(key=_last_event, reverse=True)
    return sessions(services, caller.bot, shown[:MOST])


def sessions(services: Services, bot: str, heads: Sequence[Head]) -> list[BotpressSession]:
    """Two round trips for up to 50 heads."""
    said = shown.entries_at(services, _numbers(heads))
    profiles = services.conversations.profiles(head.address for head in heads)
    return [
        BotpressSession(
            head,
            said.get((head.id, head.last_message.seq)) if head.last_message else None,
            said.get((head.id, head.heard_seq)) if head.heard_seq else None,
            profiles.get(head.address),
        )
        for head in heads
    ]


def transcript(
    services: Services, caller: Caller, conversation_id: str, limit: int = MOST
) -> list[Entry]:
    """The last messages, ascending."""
    found: list[Entry] = []
    before: int | None = None
    while len(found) < limit:
        page = queries.entries(services, caller, conversation_id, before=before, limit=MOST)
        if not page:
            break
        found = [entry for entry in page if entry.kind in SAID] + found
        before = page[0].seq
    return found[-limit:]


def is_paused_at(services: Services, caller: Caller, address: Address) -> bool:
    """False if the address has no conversation. Raises AmbiguousAddress."""
    authorize(caller, _to_ask(caller))
    place = lookup.conversation_to_pause(services, caller, address)
    conversation_id = place if isinstance(place, str) else place.conversation_id
    if services.conversations.head(caller.bot, conversation_id) is None:
        return False
    return is_paused(services, caller, conversation_id)


def is_paused(services: Services, caller: Caller, conversation_id: str) -> bool:
    """Raises Forbidden, NotFound."""
    authorize(caller, _to_ask(caller))
    return find_visible(services, caller, conversation_id).paused


def _to_ask(caller: Caller) -> Action:
    """The gate is for keys. People see in each conversation's head whether it is paused."""
    return Action.READ if caller.is_person else Action.GATE


def _all(services: Services, caller: Caller, only_paused: bool) -> list[Head]:
    """Reads the whole board, because it is ordered by waiting time, not by the latest message."""
    wanted = queries.ConversationFilter(queries.PAUSED if only_paused else None)
    found: list[Head] = []
    position: str | None = None
    for _ in range(PAUSED_PAGES if only_paused else 1):
        page = queries.conversations(services, caller, wanted, position, MOST)
        found, position = [*found, *page.heads], page.position
        if position is None:
            break
    return found


def _found(services: Services, caller: Caller, search: str) -> list[Head]:
    store = services.conversations
    named = store.by_user_name(caller.bot, comparable(search), None, MOST).conversation_ids
    of_user = store.ids_of_user_on_any_channel(caller.bot, search)
    ids = [search, *named, *of_user, *store.ids_of_thread(caller.bot, search)]
    heads = store.heads(caller.bot, dict.fromkeys(ids))
    found = (h for h in heads if not h.is_erased and visible(services, caller, h))
    return [head for head in found if _fits(head, search)]


def _fits(head: Head, search: str) -> bool:
    """The list of names is eventually consistent and finds names by their beginning only."""
    ids = (head.id, head.address.user, head.address.thread)
    return search in ids or comparable(head.user_name or "").startswith(comparable(search))


def _last_event(head: Head) -> int:
    return head.last_message.at if head.last_message else head.updated_at


def _numbers(heads: Iterable[Head]) -> Iterable[tuple[Head, int]]:
    for head in heads:
        if head.last_message:
            yield head, head.last_message.seq
        if head.heard_seq:
            yield head, head.heard_seq
