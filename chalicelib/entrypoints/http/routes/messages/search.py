"""The route that finds conversations by words in their messages and by their facts."""

from collections.abc import Mapping
from datetime import UTC, datetime

from chalicelib.domain.conversation.handoff import Outcome
from chalicelib.domain.conversation.head import Status
from chalicelib.domain.errors import invalid_field
from chalicelib.domain.search.words import LONGEST, SHORTEST, different_words
from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.paging import PageRequest, page
from chalicelib.entrypoints.http.schemas.conversations import person
from chalicelib.usecases import views
from chalicelib.usecases.search.message_search import Hit, MessageFilter, search

MOST_WORDS, MOST_CHARACTERS = 8, 200
"""The limits of a search. Each word is one more query."""


def search_messages(call: Call) -> Reply:
    wanted = _filter(call)

    def fetch(request: PageRequest) -> tuple[list[views.Json], str | None]:
        found = search(call.services, call.caller, wanted, request.position, request.limit)
        return [_item(hit) for hit in found.hits], found.position

    return page(call, fetch)


def _item(of: Hit) -> views.Json:
    return {"conversation": views.head(of.head), "hit": _hit(of)}


def _hit(of: Hit) -> views.Json | None:
    entry = of.entry
    if entry is None:
        return None
    return {
        "seq": entry.seq,
        "kind": entry.kind,
        "from": entry.sender,
        "author": {"id": entry.author.id, "name": entry.author.name},
        "at": views.timestamp(entry.at),
        "excerpt": [{"text": part.text, "hit": part.hit} for part in of.excerpt],
    }


def _filter(call: Call) -> MessageFilter:
    query = call.query
    status, outcome = query.get("status"), query.get("outcome")
    if status is not None and status not in list(Status):
        raise invalid_field("status", "`status` is bot, waiting or agent.")
    if outcome is not None and outcome not in list(Outcome):
        raise invalid_field("outcome", f"`outcome` is {', '.join(Outcome)}.")
    since, until = _time(query, "from"), _time(query, "to")
    if since is not None and until is not None and since >= until:
        raise invalid_field("to", "`to` is after `from`.")
    return MessageFilter(
        words=_words(query.get("q")),
        statuses=frozenset({Status(status)}) if status else None,
        queue=query.get("queue"),
        agent=call.caller.id if query.get("agent") == "me" else person(query.get("agent")),
        outcome=Outcome(outcome) if outcome else None,
        tag=query.get("tag"),
        channel=query.get("channel"),
        since=since,
        until=until,
    )


def _words(q: str | None) -> tuple[str, ...]:
    """Raises InvalidRequest."""
    if q is None:
        return ()
    if len(q) > MOST_CHARACTERS:
        raise invalid_field("q", f"`q` takes at most {MOST_CHARACTERS} characters.")
    words = different_words(q)
    if not words:
        raise invalid_field(
            "q",
            f"`q` needs a word of at least {SHORTEST} letters or digits; of a word, the first"
            f" {LONGEST} count.",
        )
    if len(words) > MOST_WORDS:
        raise invalid_field("q", f"`q` takes at most {MOST_WORDS} words, not {len(words)}.")
    return tuple(words)


def _time(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        milliseconds = int(moment.astimezone(UTC).timestamp() * 1000)
    except (ValueError, OverflowError):
        moment, milliseconds = None, -1
    if moment is None or moment.tzinfo is None or not 0 <= milliseconds <= views.LAST_MOMENT:
        raise invalid_field(name, f"`{name}` is a time as 2026-01-31T08:00:00Z.")
    return milliseconds
