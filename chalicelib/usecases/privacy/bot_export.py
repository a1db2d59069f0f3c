"""Everything that is stored about a bot, as lines of JSON: its settings, and its conversations."""

from collections.abc import Iterator

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.errors import NotFound
from chalicelib.usecases import views
from chalicelib.usecases.admin import audit
from chalicelib.usecases.conversations.export import (
    PAGE_BYTES,
    ExportPage,
    ExportPosition,
    conversation_lines,
    line,
)
from chalicelib.usecases.records.audit import AuditAction
from chalicelib.usecases.services import Services

END = "end"
"""The record of the last line: without it, the export is not whole."""
MOST_CONVERSATIONS = 100
"""A page ends after so many, so that a caller with many small ones does not wait."""


class BotPosition(Struct, frozen=True, array_like=True):
    """The last line of a page: the place in the bot's list before its conversation, and the place
    in that conversation. While the settings are not whole, `settings` counts their lines."""

    listed: str | None
    inner: ExportPosition
    settings: int | None = None


def bot_page(services: Services, caller: Caller, position: str | None) -> ExportPage:
    """About 512 KB, the conversation with the earliest activity first.

    Each line has its `record`: `bot`, `queue`, `reply`, `user`, `conversation`, `handoff`, `entry`,
    or `end` on the last one. A conversation that changes between two pages comes again, whole, at
    its new place: the later lines count. Secrets, keys and people's accounts are left out.
    """
    authorize(caller, Action.EXPORT)
    lines, size = list[str](), 0
    if position is None:
        audit.record(services, caller, AuditAction.BOT_EXPORTED)
        reached = BotPosition(None, ExportPosition(""), settings=0)
    else:
        reached = msgspec.json.decode(position, type=BotPosition)
    if reached.settings is not None:
        settings = [*_settings_lines(services, caller.bot)]
        for number, text in enumerate(settings[reached.settings :], reached.settings):
            size += len(text.encode())
            if lines and size > PAGE_BYTES:
                return ExportPage(lines, _encoded(replace(reached, settings=number)))
            lines.append(text)
        reached = BotPosition(None, ExportPosition(""))
    listed, inner = reached.listed, reached.inner
    for _ in range(MOST_CONVERSATIONS):
        listing = services.conversations.oldest(caller.bot, listed, 1)
        for each in listing.conversation_ids:
            start = inner if each == inner.conversation_id else None
            for place, text in _lines_of(services, caller.bot, each, start):
                size += len(text.encode())
                if lines and size > PAGE_BYTES:
                    return ExportPage(lines, _encoded(reached))
                lines.append(text)
                reached = BotPosition(listed, place)
        if listing.position is None:
            return ExportPage([*lines, line(END, {})], None)
        listed = listing.position
        reached = BotPosition(listed, ExportPosition(""))
    return ExportPage(lines, _encoded(reached))


def _lines_of(
    services: Services, bot: str, conversation_id: str, start: ExportPosition | None
) -> Iterator[tuple[ExportPosition, str]]:
    """The user stands before each of their conversations."""
    head = services.conversations.head(bot, conversation_id) if start is None else None
    if head and not head.is_erased:
        profile = services.conversations.profiles([head.address]).get(head.address)
        if profile:
            # Read again with the conversation if a page ends here.
            yield ExportPosition(""), line("user", views.user(head.address, profile))
    yield from conversation_lines(services, bot, [conversation_id], start)


def _settings_lines(services: Services, bot_id: str) -> Iterator[str]:
    """Raises NotFound if the bot was removed a moment ago."""
    bot = services.directory.bot(bot_id)
    if bot is None:
        raise NotFound(f"There is no bot {bot_id}.")
    settings = msgspec.to_builtins(bot.settings)
    yield line("bot", {"id": bot.id, "name": bot.name, "settings": settings})
    for queue in services.directory.queues(bot_id):
        yield line("queue", msgspec.to_builtins(queue))
    for reply in sorted(services.administration.canned_replies(bot_id), key=lambda each: each.name):
        yield line("reply", msgspec.to_builtins(reply))


def _encoded(position: BotPosition) -> str:
    return msgspec.json.encode(position).decode()
