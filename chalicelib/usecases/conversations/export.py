"""Everything that is stored about one user, or in one conversation, as lines of JSON."""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.head import Head
from chalicelib.domain.errors import NotFound
from chalicelib.usecases import views
from chalicelib.usecases.admin import audit
from chalicelib.usecases.conversations import shown
from chalicelib.usecases.conversations.visibility import find_visible
from chalicelib.usecases.records.audit import AuditAction
from chalicelib.usecases.services import Services

PAGE_BYTES = 512 * 1024
READ = 500
"""Entries of one read, which brings at most 1 MB."""


class ExportPosition(Struct, frozen=True, array_like=True):
    """The last line of a page: the conversation, and the handoff or the entry in it. -1 stands
    before the first handoff, 0 before the first entry."""

    conversation_id: str
    handoff_seq: int = -1
    seq: int = 0


class ExportPage(Struct, frozen=True):
    lines: list[str]
    position: str | None


def user_page(
    services: Services, caller: Caller, channel: str, user: str, position: str | None
) -> ExportPage:
    """About 512 KB. Each line has its `record`: `user`, `conversation`, `handoff` or `entry`.

    Raises NotFound if nothing is stored about the user.
    """
    authorize(caller, Action.EXPORT)
    address = Address(caller.bot, channel, user)
    ids = sorted(services.conversations.ids_of_user(caller.bot, channel, user))
    profile = services.conversations.profiles([address]).get(address)
    if not ids and profile is None:
        raise NotFound(f"The bot {caller.bot} has stored nothing about this user.")
    first = list[str]()
    if position is None:
        # The user's id may be an address, such as a phone number: it is no fact for the trail.
        audit.record(services, caller, AuditAction.USER_EXPORTED, conversations=len(ids))
        first.append(line("user", views.user(address, profile) if profile else {"id": user}))
    return _page(services, caller.bot, ids, position, first)


def conversation_page(
    services: Services, caller: Caller, conversation_id: str, position: str | None
) -> ExportPage:
    """About 512 KB of one conversation, with the same lines as `user_page`. Raises NotFound."""
    authorize(caller, Action.EXPORT)
    head = find_visible(services, caller, conversation_id)
    first = list[str]()
    if position is None:
        audit.record(
            services, caller, AuditAction.CONVERSATION_EXPORTED, conversation=conversation_id
        )
        profile = services.conversations.profiles([head.address]).get(head.address)
        if profile and not head.is_erased:
            first.append(line("user", views.user(head.address, profile)))
    return _page(services, caller.bot, [conversation_id], position, first)


def _page(
    services: Services, bot: str, ids: list[str], position: str | None, lines: list[str]
) -> ExportPage:
    """The lines of these conversations from the position on, after the given ones."""
    start = msgspec.json.decode(position, type=ExportPosition) if position else None
    reached, size = start, 0
    for place, text in conversation_lines(services, bot, ids, start):
        size += len(text.encode())
        if lines and size > PAGE_BYTES:
            following = reached or ExportPosition("")
            return ExportPage(lines, msgspec.json.encode(following).decode())
        lines.append(text)
        reached = place
    return ExportPage(lines, None)


def conversation_lines(
    services: Services, bot: str, ids: list[str], start: ExportPosition | None
) -> Iterator[tuple[ExportPosition, str]]:
    for each in ids:
        head = services.conversations.head(bot, each)
        if head is None or (start and each < start.conversation_id):
            continue
        if start is None or each > start.conversation_id:
            begin = ExportPosition(each)
            yield begin, line("conversation", views.head(head))
            yield from _lines_after(services, head, begin)
        else:
            yield from _lines_after(services, head, start)


def _lines_after(
    services: Services, head: Head, start: ExportPosition
) -> Iterator[tuple[ExportPosition, str]]:
    """The handoffs, the first one first, and then the entries."""
    cid, last = head.id, start.handoff_seq
    if start.seq == 0:
        for handoff in reversed(shown.handoffs(services, head)):
            if handoff.opened_seq > start.handoff_seq:
                last = handoff.opened_seq
                yield ExportPosition(cid, last), line("handoff", views.handoff(handoff))
    seq = start.seq
    while entries := shown.entries_after(services, head, seq, READ):
        for entry in entries:
            seq = entry.seq
            fields = {"conversation_id": cid, **views.entry(entry)}
            yield ExportPosition(cid, last, seq), line("entry", fields)


def line(kind: str, fields: views.Json) -> str:
    return msgspec.json.encode({"record": kind, **fields}).decode() + "\n"
