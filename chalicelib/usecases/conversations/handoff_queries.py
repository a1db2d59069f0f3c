"""Reads handoffs: one by its id, or a list."""

from msgspec import Struct

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.conversation.entries import Entry
from chalicelib.domain.conversation.erasure import shown_handoff
from chalicelib.domain.conversation.handoff import Handoff
from chalicelib.domain.conversation.head import Head
from chalicelib.usecases.admin import audit
from chalicelib.usecases.conversations import queries, shown
from chalicelib.usecases.conversations.visibility import visible
from chalicelib.usecases.services import Services

PAGES_PER_CALL = 5
"""After so many reads a list returns a short page with a cursor, so that a narrow filter does not
make the caller wait."""


class HandoffFilter(Struct, frozen=True):
    """None means any. `agent` is the id of the last owner."""

    queue: str | None = None
    is_open: bool | None = None
    agent: str | None = None
    conversation_id: str | None = None


class HandoffDetail(Struct, frozen=True):
    """A handoff, the conversation's tags, and the notes that were written during the handoff. A bot
    gets no notes."""

    handoff: Handoff
    tags: tuple[str, ...]
    notes: tuple[Entry, ...] = ()


class HandoffPage(Struct, frozen=True):
    details: list[HandoffDetail]
    position: str | None


def get_handoff(services: Services, caller: Caller, handoff_id: str) -> HandoffDetail:
    """Raises NotFound. A person's reading of the notes is recorded as one of the conversation."""
    found, of = queries.handoff(services, caller, handoff_id)
    if not caller.is_person:
        return HandoffDetail(found, of.tags)
    audit.record_reading(services, caller, of.id)
    return HandoffDetail(found, of.tags, _notes(services, of, found))


def list_handoffs(
    services: Services, caller: Caller, wanted: HandoffFilter, position: str | None, limit: int
) -> HandoffPage:
    """The latest request first."""
    authorize(caller, Action.READ)
    if wanted.conversation_id is not None:
        found = services.conversations.handoffs_of_conversation(caller.bot, wanted.conversation_id)
        ids = [handoff.id for handoff in found]
        rest = found[ids.index(position) + 1 :] if position in ids else found
        seen = _visible(services, caller, rest, wanted)
        return HandoffPage(seen[:limit], seen[limit - 1].handoff.id if len(seen) > limit else None)
    details: list[HandoffDetail] = []
    for _ in range(PAGES_PER_CALL):
        page, position = services.conversations.handoffs(caller.bot, position, limit - len(details))
        details += _visible(services, caller, page, wanted)
        if position is None or len(details) >= limit:
            break
    return HandoffPage(details, position)


def _visible(
    services: Services, caller: Caller, found: list[Handoff], wanted: HandoffFilter
) -> list[HandoffDetail]:
    fitting = [handoff for handoff in found if _fits(wanted, handoff)]
    ids = dict.fromkeys(handoff.conversation_id for handoff in fitting)
    heads: dict[str, Head] = {h.id: h for h in services.conversations.heads(caller.bot, ids)}
    of = ((handoff, heads.get(handoff.conversation_id)) for handoff in fitting)
    return [
        HandoffDetail(shown_handoff(head, handoff), head.tags)
        for handoff, head in of
        if head and visible(services, caller, head)
    ]


def _fits(wanted: HandoffFilter, handoff: Handoff) -> bool:
    return (
        wanted.queue in (None, handoff.request.queue)
        and wanted.is_open in (None, handoff.returned_at is None)
        and wanted.agent in (None, handoff.owner.id if handoff.owner else "")
    )


def _notes(services: Services, head: Head, of: Handoff) -> tuple[Entry, ...]:
    notes = shown.notes(services, head)
    last = of.returned_seq
    return tuple(n for n in notes if n.seq > of.opened_seq and (last is None or n.seq <= last))
