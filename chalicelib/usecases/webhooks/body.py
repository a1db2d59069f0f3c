"""What a webhook says: one entry, and at the end of a handoff all that people and user said."""

import json

from chalicelib.domain.conversation.entries import Entry, Kind
from chalicelib.usecases import views as rep
from chalicelib.usecases.services import Services
from chalicelib.usecases.webhooks.texts import text_of

STRETCH_BYTES = 128 * 1024
PAGE = 100
STRETCH_KINDS = frozenset({Kind.MESSAGE, *rep.PUBLIC_TYPES})


def webhook_type(entry: Entry) -> str:
    return "agent.message" if entry.kind is Kind.MESSAGE else rep.PUBLIC_TYPES[entry.kind]


def webhook_body(services: Services, bot: str, conversation_id: str, entry: Entry) -> rep.Json:
    head = services.conversations.head(bot, conversation_id)
    assert head is not None, "an entry stands in the log of a conversation that exists"
    data: rep.Json = {
        "conversation_id": conversation_id,
        "channel": head.address.channel,
        "user": head.address.user,
        "thread": head.address.thread,
        "epoch": entry.epoch,
        "entry": rep.entry(entry),
    }
    if entry.kind is Kind.RETURNED:
        data |= _return_of(services, bot, conversation_id, entry)
    if entry.kind in rep.PUBLIC_TYPES:
        data["text"] = text_of(services, head, entry)
    return {"type": webhook_type(entry), "timestamp": rep.timestamp(entry.at), "data": data}


def _return_of(services: Services, bot: str, conversation_id: str, entry: Entry) -> rep.Json:
    facts = dict(entry.payload or {})
    opened = facts.pop("from_seq", entry.seq)
    assert isinstance(opened, int)
    stretch, truncated = _stretch(services, bot, conversation_id, opened, entry.seq)
    first = stretch[0]["seq"] if stretch else entry.seq
    return {**facts, "stretch": stretch, "truncated": truncated, "from_seq": first}


def _stretch(
    services: Services, bot: str, conversation_id: str, opened: int, returned: int
) -> tuple[list[rep.Json], bool]:
    """The entries between request and return, without what people keep to themselves: as many of
    the last as fit, and whether some were left out."""
    kept: list[rep.Json] = []
    size, before = 0, returned
    while before > opened:
        page = services.conversations.entries_before(bot, conversation_id, before, PAGE)
        for entry in reversed(page):
            if entry.seq < opened:
                return kept, False
            if entry.kind not in STRETCH_KINDS:
                continue
            shown = rep.entry(entry)
            size += len(json.dumps(shown))
            if size > STRETCH_BYTES:
                return kept, True
            kept.insert(0, shown)
        before = page[0].seq if page else opened
    return kept, False
