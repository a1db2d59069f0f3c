"""Erases a user: everything about them is hidden at once, and deleted soon after.

A job for each conversation is stored first. Then each conversation gets an entry `erased`, in the
transaction that also deletes name, attributes and address. Nothing before that entry is shown any
more. The minute's sweep deletes it, in parts, and then the job: it goes on after a crash.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence

from msgspec import Struct

from chalicelib.domain.access import Action, Caller, authorize, system_caller
from chalicelib.domain.conversation.commands import Erase
from chalicelib.domain.conversation.entries import Entry, Erased
from chalicelib.domain.conversation.head import Head
from chalicelib.domain.errors import NotFound
from chalicelib.usecases.admin import audit
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.records.audit import AuditAction
from chalicelib.usecases.records.erasures import ErasureJob
from chalicelib.usecases.services import Services

log = logging.getLogger("baton")

HIDE_MS = 8 * 1000
"""How long one call hides conversations, in milliseconds: some hundreds. A call of the API has ten
seconds. The sweep hides those that are left."""
SETTLED_MS = 45 * 1000
"""The age at which the sweep deletes, in milliseconds: reactions to the last entries have run by
then, and reports have counted a handoff that the erasure has ended."""


class ErasureOrder(Struct, frozen=True):
    """`conversations` is how many the user had."""

    id: str
    conversations: int


def erase_user(services: Services, caller: Caller, channel: str, user: str) -> ErasureOrder:
    """Raises NotFound if nothing is stored about the user."""
    authorize(caller, Action.ERASE)
    ids = services.conversations.ids_of_user(caller.bot, channel, user)
    if not ids:
        raise NotFound(f"The bot {caller.bot} has stored nothing about this user.")
    now = services.clock.now()
    order = ErasureOrder(f"x_{services.random.token()[:16]}", len(ids))
    # The user's id may be an address, such as a phone number: it is no fact for the trail.
    audit.record(
        services,
        caller,
        AuditAction.USER_ERASED,
        erasure=order.id,
        conversations=order.conversations,
    )
    jobs = [ErasureJob(caller.bot, each, order.id, now) for each in ids]
    services.erasures.add(jobs)
    for job in jobs:
        if services.clock.now() > now + HIDE_MS:
            return order
        execute(services, caller, job.conversation_id, Erase(order.id))
    services.erasures.delete_notifications(caller.bot, frozenset(ids))
    return order


def sweep(services: Services, deadline: int) -> int:
    """Deletes what pending jobs of all bots have hidden, and returns how many jobs are done.

    After `deadline` (milliseconds since 1970, UTC) it begins nothing more; the next sweep goes on.
    Safe to run twice and in parallel.
    """
    done = 0
    for page in services.erasures.pending():
        swept = [job for job in page if _swept(services, job, deadline)]
        done += _end(services, swept)
        if services.clock.now() > deadline:
            break
    return done


def _swept(services: Services, job: ErasureJob, deadline: int) -> bool:
    """An error in one conversation does not stop the others; the next sweep tries it again."""
    now = services.clock.now()
    if now > deadline:
        return False
    try:
        head = _hidden(services, job)
        if head is None:
            return True
        if now < job.at + SETTLED_MS:
            return False
        services.files.delete_before(job.bot, job.conversation_id, _erased_at(services, head, job))
        while services.erasures.delete_before(job.bot, job.conversation_id, head.erased_seq or 0):
            if services.clock.now() > deadline:
                return False
    except Exception:
        place = {"bot": job.bot, "conversation_id": job.conversation_id}
        log.exception("erased conversation not swept", extra=place)
        return False
    return True


def _hidden(services: Services, job: ErasureJob) -> Head | None:
    """The head after its erasure. The call that ordered it may have ended before it."""
    head = services.conversations.head(job.bot, job.conversation_id)
    if head is None or _is_by(services, head, job):
        return head
    execute(services, system_caller(job.bot), job.conversation_id, Erase(job.erasure))
    return services.conversations.head(job.bot, job.conversation_id)


def _is_by(services: Services, head: Head, job: ErasureJob) -> bool:
    """True if this order has been carried out: what came later is of a user who came back."""
    mark = _mark(services, head)
    content = mark.content if mark else None
    return isinstance(content, Erased) and content.erasure == job.erasure


def _erased_at(services: Services, head: Head, job: ErasureJob) -> int:
    mark = _mark(services, head)
    return mark.at if mark else job.at


def _mark(services: Services, head: Head) -> Entry | None:
    if head.erased_seq is None:
        return None
    place = (head.id, head.erased_seq)
    return services.conversations.entries_at(head.bot, [place]).get(place)


def _end(services: Services, jobs: Sequence[ErasureJob]) -> int:
    by_bot: dict[str, list[ErasureJob]] = defaultdict(list)
    for job in jobs:
        by_bot[job.bot].append(job)
    for bot, of_bot in by_bot.items():
        services.erasures.delete_notifications(bot, {job.conversation_id for job in of_bot})
        for job in of_bot:
            services.erasures.end(job)
    return len(jobs)
