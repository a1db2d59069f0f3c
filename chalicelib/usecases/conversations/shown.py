"""The parts of a conversation that may be shown: nothing of a user who was erased since.

An erased user's rows stay until the sweep has deleted them. So everything that is shown or sent is
read here; `tests/architecture` checks it. A head that is older than an erasure shows what was there
when it was read. A message with a file gets a fresh address of the file each time.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from chalicelib.domain.conversation.entries import UPLOAD_ID, Entry, Message
from chalicelib.domain.conversation.erasure import is_hidden, shown_handoff
from chalicelib.domain.conversation.handoff import Handoff
from chalicelib.domain.conversation.head import Head
from chalicelib.usecases.services import Services

LINK_SECONDS = 15 * 60


def entries_after(services: Services, head: Head, seq: int, limit: int) -> list[Entry]:
    """As the port's. A log whose user was erased begins with the entry `erased`."""
    first = max(seq, (head.erased_seq or 1) - 1)
    found = services.conversations.entries_after(head.bot, head.id, first, limit)
    return [linked(services, head, entry) for entry in found]


def entries_before(services: Services, head: Head, seq: int | None, limit: int) -> list[Entry]:
    found = services.conversations.entries_before(head.bot, head.id, seq, limit)
    return [linked(services, head, entry) for entry in found if not is_hidden(head, entry.seq)]


def entry_at(services: Services, head: Head, seq: int) -> Entry | None:
    return entries_at(services, [(head, seq)]).get((head.id, seq))


def entries_at(
    services: Services, places: Iterable[tuple[Head, int]]
) -> Mapping[tuple[str, int], Entry]:
    """By conversation id and `seq`, of conversations of one bot."""
    shown = [(head, seq) for head, seq in places if not is_hidden(head, seq)]
    if not shown:
        return {}
    heads = {head.id: head for head, _ in shown}
    wanted = [(head.id, seq) for head, seq in shown]
    found = services.conversations.entries_at(shown[0][0].bot, wanted)
    return {place: linked(services, heads[place[0]], entry) for place, entry in found.items()}


def linked(services: Services, head: Head, entry: Entry) -> Entry:
    """The entry; an uploaded file gets a fresh `url`, and the `path` of the call that gives
    others."""
    content = entry.content
    if not isinstance(content, Message) or not content.body.names_upload:
        return entry
    from urllib.parse import quote

    from chalicelib.domain.files import StoredFile, upload_of

    payload: Mapping[str, Any] = content.body.payload or {}
    upload = upload_of(str(payload[UPLOAD_ID]))
    if upload is None or upload.conversation_id != head.id:
        return entry  # An earlier release stored any payload.
    file = StoredFile(str(payload.get("name", "")), str(payload.get("mime", "")), 0)
    url = services.files.link(head.bot, upload, file, LINK_SECONDS)
    path = f"/api/v1/bots/{quote(head.bot, safe='')}/files/{upload.id}"
    body = replace(content.body, payload={**payload, "url": url, "path": path})
    return replace(entry, content=replace(content, body=body))


def notes(services: Services, head: Head) -> list[Entry]:
    found = services.conversations.notes(head.bot, head.id)
    return [entry for entry in found if not is_hidden(head, entry.seq)]


def handoff(services: Services, head: Head, handoff_id: str) -> Handoff | None:
    found = services.conversations.handoff(head.bot, handoff_id)
    return shown_handoff(head, found) if found else None


def handoffs(services: Services, head: Head) -> list[Handoff]:
    found = services.conversations.handoffs_of_conversation(head.bot, head.id)
    return [shown_handoff(head, each) for each in found]
