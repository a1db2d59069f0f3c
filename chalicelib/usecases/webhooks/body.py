"""The body of a webhook event: one entry, and after a handoff also its messages."""

import json

from msgspec.structs import replace

from chalicelib.domain.conversation.entries import Entry, HandoffContent, Kind, Returned
from chalicelib.domain.conversation.head import Head
from chalicelib.usecases import views
from chalicelib.usecases.conversations import shown
from chalicelib.usecases.services import Services
from chalicelib.usecases.webhooks.event_types import event_type
from chalicelib.usecases.webhooks.texts import user_text

STRETCH_BYTES = 128 * 1024
PAGE = 100
STRETCH_KINDS = frozenset({Kind.MESSAGE, *views.PUBLIC_TYPES})


def webhook_body(services: Services, head: Head, entry: Entry) -> views.Json:
    event = {"type": event_type(entry), "timestamp": views.timestamp(entry.at)}
    if entry.kind is Kind.ERASED:
        return {**event, "data": _erased(head, entry)}
    data: views.Json = {
        "conversation_id": head.id,
        "channel": head.address.channel,
        "user": head.address.user,
        "thread": head.address.thread,
        "epoch": entry.epoch,
        "entry": _entry(shown.linked(services, head, entry)),
    }
    content = entry.content
    if isinstance(content, HandoffContent) and entry.kind in views.PUBLIC_TYPES:
        handoff = shown.handoff(services, head, content.handoff_id)
        if entry.kind is Kind.RETURNED:
            data |= _return_of(services, head, entry)
            data["context"] = handoff.request.context if handoff else None
            data["summary"] = handoff.request.summary if handoff else None
        data["text"] = user_text(services, head, entry, handoff)
    return {**event, "data": data}


def _erased(head: Head, entry: Entry) -> views.Json:
    """Ids only: neither who the user was nor who has erased them."""
    return {"conversation_id": head.id, "epoch": entry.epoch, "seq": entry.seq}


def _entry(entry: Entry) -> views.Json:
    """Each attempt has the same body, also the one after the entry was given up."""
    return views.entry(replace(entry, is_undelivered=False))


def _return_of(services: Services, head: Head, entry: Entry) -> views.Json:
    facts = dict(entry.record.payload or {})
    opened = entry.content.from_seq if isinstance(entry.content, Returned) else entry.seq
    stretch, truncated = _stretch(services, head, opened, entry.seq)
    first = stretch[0]["seq"] if stretch else entry.seq
    return {**facts, "stretch": stretch, "truncated": truncated, "from_seq": first}


def _stretch(
    services: Services, head: Head, opened: int, returned: int
) -> tuple[list[views.Json], bool]:
    """Returns the messages and handoff events from request to return, and whether it is truncated.

    Keeps the last entries that fit into `STRETCH_BYTES`. Leaves out notes and other internal
    entries.
    """
    stretch: list[views.Json] = []
    size, before = 0, returned
    while before > opened:
        page = shown.entries_before(services, head, before, PAGE)
        for entry in reversed(page):
            if entry.seq < opened:
                return stretch, False
            if entry.kind not in STRETCH_KINDS:
                continue
            view = _entry(entry)
            size += len(json.dumps(view))
            if size > STRETCH_BYTES:
                return stretch, True
            stretch.insert(0, view)
        before = page[0].seq if page else opened
    return stretch, False
