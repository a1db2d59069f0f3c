"""Finds conversations by words in their messages, and by what the head says about them.

Everything that is found is read anew before it is shown, with the rights of the person who asks.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.conversation.entries import Entry, may_read
from chalicelib.domain.conversation.handoff import Outcome
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.domain.errors import Forbidden
from chalicelib.domain.search.excerpts import ExcerptPart, excerpt
from chalicelib.domain.search.matching import BEGINNING, Matches, WordPlace, matches
from chalicelib.domain.search.words import LIFE, searched_text
from chalicelib.usecases.admin import audit
from chalicelib.usecases.conversations import shown
from chalicelib.usecases.conversations.visibility import visible
from chalicelib.usecases.services import Services

PLACES = 100
"""Places of a word, or conversations, of one read."""
READS = 5
"""After so many reads a search returns a short page with a cursor, so that a caller who may see
little, or whose words seldom stand together, does not wait."""


MINUTE = 60 * 1000
"""Milliseconds. The list of conversations is sorted by the minute of the last activity."""


class MessageFilter(Struct, frozen=True):
    """None means any. `agent` is the id of the owner, and `queue` the conversation's; while the bot
    has the conversation, those of its last handoff. `outcome` is one of any of its handoffs.
    `since` and `until` (milliseconds since 1970, UTC) limit the time of the entry; without `words`
    that of the last activity."""

    words: tuple[str, ...] = ()
    statuses: frozenset[Status] | None = None
    queue: str | None = None
    agent: str | None = None
    outcome: Outcome | None = None
    tag: str | None = None
    channel: str | None = None
    since: int | None = None
    until: int | None = None


class Hit(Struct, frozen=True):
    """The entry in which the words stand, and an excerpt of it; None without words."""

    head: Head
    entry: Entry | None = None
    excerpt: Sequence[ExcerptPart] = ()


class HitPage(Struct, frozen=True):
    """`position` is None after the last page. A page may be short or empty before it."""

    hits: Sequence[Hit]
    position: str | None


def search(
    services: Services, caller: Caller, wanted: MessageFilter, position: str | None, limit: int
) -> HitPage:
    """The latest first. Raises Forbidden, also if the bot indexes no messages."""
    authorize(caller, Action.SEARCH)
    if not wanted.words:
        return _conversations(services, caller, wanted, position, limit)
    bot = services.directory.bot(caller.bot)
    if bot is None or not bot.settings.search_messages:
        raise Forbidden(
            "The words of this bot's messages are not indexed: its setting `search_messages` is"
            " off. Search without `q`, or ask an admin to switch it on."
        )
    audit.record_search(services, caller)
    return _messages(services, caller, wanted, position, limit)


def _messages(
    services: Services, caller: Caller, wanted: MessageFilter, position: str | None, limit: int
) -> HitPage:
    before = _start(wanted, position)
    found = list[Hit]()
    for _ in range(READS):
        read = _matches(services, caller.bot, wanted, before)
        ids = dict.fromkeys(place.conversation_id for place in read.places)
        known = services.conversations.heads(caller.bot, ids)
        heads = _fitting(services, caller, wanted, known)
        places = [place for place in read.places if place.conversation_id in heads]
        while places:
            chunk, places = places[: limit - len(found)], places[limit - len(found) :]
            found += _hits(services, caller, wanted.words, heads, chunk)
            if len(found) == limit:
                end = chunk[-1] if places else read.end
                return HitPage(found, _position(end))
        before = read.end
        if before == BEGINNING:
            break
    return HitPage(found, _position(before))


def _matches(
    services: Services, bot: str, wanted: MessageFilter, before: WordPlace | None
) -> Matches:
    index = services.word_index
    since = max(wanted.since or 0, services.clock.now() - LIFE, 0)
    pages = {word: index.latest(bot, word, since, before, PLACES) for word in wanted.words}
    return matches(pages, lambda word, places: index.holds(bot, word, places))


def _start(wanted: MessageFilter, position: str | None) -> WordPlace | None:
    """The place before which the page begins; None: it begins with the latest one."""
    if position:
        return msgspec.json.decode(position, type=WordPlace)
    return None if wanted.until is None else WordPlace(wanted.until, "", 0)


def _position(end: WordPlace | None) -> str | None:
    return None if end in (None, BEGINNING) else msgspec.json.encode(end).decode()


def _hits(
    services: Services,
    caller: Caller,
    words: Sequence[str],
    heads: Mapping[str, Head],
    places: Sequence[WordPlace],
) -> Iterator[Hit]:
    at = [(heads[place.conversation_id], place.seq) for place in places]
    entries = shown.entries_at(services, at)
    for head, seq in at:
        entry = entries.get((head.id, seq))
        text = searched_text(entry.content) if entry else None
        if entry and text and may_read(caller, entry.kind, head.owner_id):
            yield Hit(head, entry, excerpt(text, words))


def _conversations(
    services: Services, caller: Caller, wanted: MessageFilter, position: str | None, limit: int
) -> HitPage:
    found = list[Hit]()
    for _ in range(READS):
        listing = services.conversations.recent(caller.bot, position, limit - len(found))
        heads = services.conversations.heads(caller.bot, listing.conversation_ids)
        fitting = _fitting(services, caller, wanted, heads)
        found += [Hit(head) for head in fitting.values() if _is_in_time(wanted, head)]
        position = listing.position
        if wanted.since and any(head.updated_at < wanted.since - MINUTE for head in heads):
            position = None
        if position is None or len(found) >= limit:
            break
    return HitPage(found, position)


def _is_in_time(wanted: MessageFilter, head: Head) -> bool:
    is_late = wanted.since is None or head.updated_at >= wanted.since
    return is_late and (wanted.until is None or head.updated_at < wanted.until)


def _fitting(
    services: Services, caller: Caller, wanted: MessageFilter, heads: Iterable[Head]
) -> dict[str, Head]:
    """Those that the caller may see and that fit the filter, by id."""
    return {
        head.id: head
        for head in heads
        if not head.is_erased
        and _fits(wanted, head)
        and visible(services, caller, head)
        and _has_outcome(services, wanted.outcome, head)
    }


def _fits(wanted: MessageFilter, head: Head) -> bool:
    queue, agent = (
        (head.queue, head.owner_id) if head.paused else (head.last_queue, head.last_agent)
    )
    return (
        (wanted.statuses is None or head.status in wanted.statuses)
        and wanted.queue in (None, queue)
        and wanted.agent in (None, agent)
        and (wanted.tag is None or wanted.tag in head.tags)
        and wanted.channel in (None, head.address.channel)
    )


def _has_outcome(services: Services, outcome: Outcome | None, head: Head) -> bool:
    if outcome is None:
        return True
    ends = (each.resumption for each in shown.handoffs(services, head))
    return any(end.outcome == outcome for end in ends if end)
