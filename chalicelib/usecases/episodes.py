"""Looking at handoffs: one, or the latest ones."""

from dataclasses import dataclass

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.entries import Entry
from chalicelib.domain.handoff import Handoff
from chalicelib.domain.head import Head
from chalicelib.usecases import reading
from chalicelib.usecases.conversations import visible
from chalicelib.usecases.world import World

PAGES_PER_CALL = 5
"""A filter that fits little gives a short page with a cursor, not a slow answer."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for; None is: any. `agent` is the id of whoever had it last."""

    queue: str | None = None
    is_open: bool | None = None
    agent: str | None = None
    conversation_id: str | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """A handoff, the conversation's tags, and the notes written meanwhile that may be read."""

    handoff: Handoff
    tags: tuple[str, ...]
    notes: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    episodes: list[Episode]
    position: str | None


def one(world: World, caller: Caller, handoff_id: str) -> Episode:
    """Raises NotFound."""
    found, of = reading.handoff(world, caller, handoff_id)
    return Episode(found, of.tags, _notes(world, found) if caller.is_person else ())


def latest(world: World, caller: Caller, wanted: Wanted, position: str | None, limit: int) -> Page:
    """The latest request first."""
    authorize(caller, Action.READ)
    if wanted.conversation_id is not None:
        found = world.conversations.handoffs_in(caller.bot, wanted.conversation_id)
        return Page(_seen(world, caller, found, wanted)[:limit], None)
    episodes: list[Episode] = []
    for _ in range(PAGES_PER_CALL):
        page, position = world.conversations.handoffs(caller.bot, position, limit - len(episodes))
        episodes += _seen(world, caller, page, wanted)
        if position is None or len(episodes) >= limit:
            break
    return Page(episodes, position)


def _seen(world: World, caller: Caller, found: list[Handoff], wanted: Wanted) -> list[Episode]:
    fitting = [handoff for handoff in found if _fits(wanted, handoff)]
    ids = dict.fromkeys(handoff.conversation_id for handoff in fitting)
    heads: dict[str, Head] = {h.id: h for h in world.conversations.heads(caller.bot, ids)}
    of = ((handoff, heads.get(handoff.conversation_id)) for handoff in fitting)
    return [Episode(handoff, head.tags) for handoff, head in of if head and visible(caller, head)]


def _fits(wanted: Wanted, handoff: Handoff) -> bool:
    return (
        wanted.queue in (None, handoff.request.queue)
        and wanted.is_open in (None, handoff.returned_at is None)
        and wanted.agent in (None, handoff.owner.id if handoff.owner else "")
    )


def _notes(world: World, of: Handoff) -> tuple[Entry, ...]:
    notes = world.conversations.notes(of.bot, of.conversation_id)
    last = of.returned_seq
    return tuple(n for n in notes if n.seq > of.opened_seq and (last is None or n.seq <= last))
