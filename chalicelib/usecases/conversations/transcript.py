"""A conversation as one text: for language models, for people, or entry by entry."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

import msgspec
from msgspec import Struct

from chalicelib.domain.access import Caller
from chalicelib.domain.characters import without_controls
from chalicelib.domain.conversation.authors import From
from chalicelib.domain.conversation.entries import Body, Entry, Kind, Noted, may_read
from chalicelib.usecases import views
from chalicelib.usecases.admin import audit
from chalicelib.usecases.conversations import queries, shown
from chalicelib.usecases.services import Services

READ = 1000
"""Entries of one read, which brings at most 1 MB."""
READS_PER_PAGE = 10
PAGE_BYTES = 512 * 1024
FURTHER_LINE = "\n    "


class Format(StrEnum):
    CHAT = "chat"
    TEXT = "text"
    JSONL = "jsonl"


class TranscriptPage(Struct, frozen=True):
    """`position` is the number of the last entry that the page has passed; None after the end."""

    items: Sequence[views.Json | str]
    position: int | None


def page(
    services: Services,
    caller: Caller,
    conversation_id: str,
    form: Format,
    *,
    after: int,
    last: int,
) -> TranscriptPage:
    """Returns about 512 KB of the entries after `after`, up to `last`, that the caller may read."""
    of = queries.head(services, caller, conversation_id)
    audit.record_reading(services, caller, of.id)
    write, items, size, seq = WRITERS[form], list[views.Json | str](), 0, after
    for _ in range(READS_PER_PAGE):
        for entry in shown.entries_after(services, of, seq, READ):
            if entry.seq > last:
                return TranscriptPage(items, None)
            item = write(entry) if may_read(caller, entry.kind, of.owner_id) else None
            if item is not None:
                size += len(msgspec.json.encode(item))
                if items and size > PAGE_BYTES:
                    return TranscriptPage(items, seq)
                items.append(item)
            seq = entry.seq
        if seq >= min(last, of.last_seq):
            return TranscriptPage(items, None)
    return TranscriptPage(items, seq)


def _chat(entry: Entry) -> views.Json | None:
    if entry.kind is not Kind.MESSAGE:
        return None
    return {
        "role": "user" if entry.sender is From.USER else "assistant",
        "content": _words(entry),
        **({"name": entry.author.name} if entry.author.name else {}),
        "at": views.timestamp(entry.at),
    }


def _line(entry: Entry) -> str | None:
    if entry.kind is Kind.EVENT or entry.kind is Kind.SUGGESTION:
        return None
    name = entry.author.name or entry.author.id
    if entry.kind is Kind.MESSAGE:
        said = f"{name} ({entry.sender}): {_words(entry)}"
    elif isinstance(entry.content, Noted):
        said = f"[note] {name}: {entry.content.text}"
    else:
        said = f"[{entry.kind}] {name}{_details(entry)}"
    return f"{views.timestamp(entry.at)} {_indented(said)}\n"


def _indented(text: str) -> str:
    """Only an entry begins a line, so that what somebody writes cannot look like another one."""
    return FURTHER_LINE.join(without_controls(text).splitlines())


def _json_line(entry: Entry) -> str:
    return msgspec.json.encode(views.entry(entry)).decode() + "\n"


WRITERS: Mapping[Format, Callable[[Entry], views.Json | str | None]] = {
    Format.CHAT: _chat,
    Format.TEXT: _line,
    Format.JSONL: _json_line,
}

DETAILS = ("owner", "queue", "reason", "outcome", "note", "tags", "score", "comment")
"""The facts about a change that people read in a transcript."""


def _words(entry: Entry) -> str:
    record = entry.record
    return Body(record.type or "text", record.text, record.payload).words


def _details(entry: Entry) -> str:
    payload = entry.record.payload or {}
    facts = ((name, payload.get(name)) for name in DETAILS)
    shown = [f"{name}: {_fact(value)}" for name, value in facts if value]
    return f" ({', '.join(shown)})" if shown else ""


def _fact(value: object) -> str:
    if isinstance(value, Mapping):
        return str(value.get("name") or value.get("id"))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
