"""Imports a bot: its settings and its conversations, which happened elsewhere.

The bot itself is stored last. Until then nobody can reach it, so no message can meet a conversation
that is half imported. After a crash, the same import goes on.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from chalicelib.domain.access import Caller
from chalicelib.domain.bot_settings import BotSettings
from chalicelib.domain.conversation.entries import Kind
from chalicelib.domain.errors import Conflict
from chalicelib.domain.routing.queues import Queue
from chalicelib.usecases.admin import audit
from chalicelib.usecases.ports.conversations import ImportedConversation
from chalicelib.usecases.records.audit import AuditAction
from chalicelib.usecases.records.bots import Bot, CannedReply
from chalicelib.usecases.services import Services

PAGE = 100
MISSING = "missing"
"""The member of a message's payload that says that its file was not imported."""


class ImportSource(Protocol):
    """The source of an imported bot. It has been checked, and can be read again and again."""

    @property
    def name(self) -> str: ...
    @property
    def settings(self) -> BotSettings: ...
    @property
    def queues(self) -> Sequence[Queue]: ...
    @property
    def replies(self) -> Sequence[CannedReply]: ...

    def conversations(self) -> Iterator[ImportedConversation]: ...


class ImportTotals(Struct):
    """`closed` are the ids of the conversations whose handoff was open, `files` counts messages
    whose file is missing."""

    conversations: int = 0
    entries: int = 0
    handoffs: int = 0
    files: int = 0
    closed: list[str] = []


def import_bot(
    services: Services,
    operator: Caller,
    source: ImportSource,
    *,
    name: str | None = None,
    progress: Callable[[ImportTotals], None] = lambda _: None,
) -> ImportTotals:
    """Imports `source` as the bot `operator.bot`, which must be new.

    Raises Conflict, without a change, if the bot exists or existed, or if another import was begun
    under its id.
    """
    bot = operator.bot
    wanted = {each.head.id: each.head.last_seq for each in source.conversations()}
    stored = _stored(services, bot)
    _require_new(services, bot, wanted, stored)
    totals = ImportTotals()
    for conversation in source.conversations():
        head = conversation.head
        if stored.get(head.id) != head.last_seq:
            services.conversations.put_imported(conversation)
        _count(totals, conversation)
        progress(totals)
    for queue in source.queues:
        services.directory.put_queue(bot, queue)
    for reply in source.replies:
        services.administration.put_canned_reply(bot, reply)
    facts = {"conversations": totals.conversations, "entries": totals.entries}
    event = audit.event(services, operator, AuditAction.BOT_IMPORTED, **facts)
    new = Bot(bot, name or source.name, settings=source.settings)
    if not services.administration.create_bot(new, event):
        raise Conflict(f"The id {bot} is taken, or belonged to a bot that was removed.")
    audit.log_event(operator, AuditAction.BOT_IMPORTED, **facts)
    return totals


def _require_new(
    services: Services, bot: str, wanted: Mapping[str, int], stored: Mapping[str, int]
) -> None:
    if services.directory.bot(bot, fresh=True):
        raise Conflict(
            f"The bot {bot} exists already, and nothing was changed. Import into a new one."
        )
    if any(wanted.get(each, 0) < last_seq for each, last_seq in stored.items()):
        raise Conflict(
            f"Under the id {bot} there are other conversations, of a bot that was removed or of an"
            " import that did not end. Nothing was changed. Choose another id."
        )


def _stored(services: Services, bot: str) -> Mapping[str, int]:
    """The conversations that an interrupted import has stored, with the numbers of their last
    entries."""
    found: dict[str, int] = {}
    position: str | None = None
    while True:
        listing = services.conversations.recent(bot, position, PAGE)
        for head in services.conversations.heads(bot, listing.conversation_ids):
            found[head.id] = head.last_seq
        position = listing.position
        if position is None:
            return found


def _count(totals: ImportTotals, conversation: ImportedConversation) -> None:
    totals.conversations += 1
    totals.entries += len(conversation.entries)
    totals.handoffs += len(conversation.handoffs)
    said = (each for each in conversation.entries if each.kind is Kind.MESSAGE)
    totals.files += sum(bool((each.record.payload or {}).get(MISSING)) for each in said)
    if conversation.was_open:
        totals.closed.append(conversation.head.id)
