"""Retention: what a bot keeps no longer than its setting `retention_days`.

Once a day (UTC), the minute's sweep walks over the conversations of such a bot, those without
activity first. One without activity for so long is erased like a user's. Of all others, what is
older is deleted, but nothing of an open handoff.
"""

from msgspec import Struct

from chalicelib.domain.access import system_caller
from chalicelib.domain.conversation.commands import Erase
from chalicelib.domain.conversation.head import Head
from chalicelib.domain.files import USABLE_FOR
from chalicelib.usecases.admin import audit
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.records.audit import AuditAction
from chalicelib.usecases.records.erasures import ErasureJob, RetentionPosition
from chalicelib.usecases.services import Services

DAY = 24 * 60 * 60 * 1000
PAGE = 100
READ = 500
"""Entries of one read, which brings at most 1 MB."""


class Kept(Struct, frozen=True):
    """`since` is in milliseconds since 1970 (UTC): what is older is not kept."""

    bot: str
    since: int
    order: str


def apply_retention(services: Services, deadline: int) -> int:
    """Returns how many conversations it has erased.

    After `deadline` (milliseconds since 1970, UTC) it begins no further page; the next sweep goes
    on there. Safe to run twice and in parallel.
    """
    now = services.clock.now()
    today, reached = now // DAY, services.erasures.retention_position()
    if reached.day == today and reached.bot is None:
        return 0
    begins = reached if reached.day == today else RetentionPosition(today, "")
    erased = 0
    for each in sorted(services.directory.bot_ids()):
        bot = services.directory.bot(each)
        days = bot.settings.retention_days if bot else None
        if days is None or each < (begins.bot or ""):
            continue
        kept = Kept(each, now - days * DAY, f"r_{today}")
        position = begins.position if each == begins.bot else None
        while True:
            if services.clock.now() > deadline:
                return erased
            count, position = _page(services, kept, position)
            erased += count
            if position is None:
                break
            services.erasures.move_retention(RetentionPosition(today, each, position))
    services.erasures.move_retention(RetentionPosition(today, None))
    return erased


def _page(services: Services, kept: Kept, position: str | None) -> tuple[int, str | None]:
    listing = services.conversations.oldest(kept.bot, position, PAGE)
    heads = services.conversations.heads(kept.bot, listing.conversation_ids)
    old = [head for head in heads if _is_over(head, kept)]
    if old:
        _erase(services, kept, old)
    for head in heads:
        if head.updated_at >= kept.since > head.created_at:
            _delete_older(services, head, kept.since)
    return len(old), listing.position


def _is_over(head: Head, kept: Kept) -> bool:
    return head.updated_at < kept.since and not head.paused and not head.is_erased


def _erase(services: Services, kept: Kept, heads: list[Head]) -> None:
    caller = system_caller(kept.bot)
    audit.record(
        services,
        caller,
        AuditAction.RETENTION_APPLIED,
        erasure=kept.order,
        conversations=len(heads),
    )
    now = services.clock.now()
    jobs = [ErasureJob(kept.bot, head.id, kept.order, now) for head in heads]
    services.erasures.add(jobs)
    for head in heads:
        address = head.address
        ids = services.conversations.ids_of_user(kept.bot, address.channel, address.user)
        # The user's other conversations use the same name and attributes.
        command = Erase(kept.order, keeps_profile=len(ids) > 1)
        execute(services, caller, head.id, command)


def _delete_older(services: Services, head: Head, since: int) -> None:
    """Deletes entries before the first that is kept, and what belongs to them."""
    seq = head.erased_seq or 0
    first = head.last_seq + 1
    while page := services.conversations.entries_after(head.bot, head.id, seq, READ):
        seq = page[-1].seq
        fresh = [entry.seq for entry in page if entry.at >= since]
        if fresh:
            first = fresh[0]
            break
    kept_since = since
    if head.handoff:
        first = min(first, head.handoff.opened_seq)
        kept_since = min(since, head.handoff.requested_at)
    # A message may use a file that was uploaded up to a day before it.
    services.files.delete_before(head.bot, head.id, kept_since - USABLE_FOR)
    while services.erasures.delete_before(head.bot, head.id, first):
        pass
