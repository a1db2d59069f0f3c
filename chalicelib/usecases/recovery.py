"""Recovery: the sweep finds entries whose reactions have not run, and runs them.

The stream may lose a record: it is trimmed after 24 hours, a batch becomes a dead letter, a local
stack is killed. Each owed entry names the owed entry before it, and each conversation stores up to
which one the reactions have run. So a gap shows, whatever has caused it.
"""

import logging
from collections.abc import Iterator, Mapping

from msgspec import Struct

from chalicelib.domain.conversation.entries import Entry
from chalicelib.domain.conversation.head import Head
from chalicelib.usecases.conversations import shown
from chalicelib.usecases.reactions import HandledRun, mark_handled, mark_run, run_reactions
from chalicelib.usecases.records.notifications import Notification
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.records.webhooks import CHANNEL, Progress, SweepPosition
from chalicelib.usecases.services import Services
from chalicelib.usecases.webhooks.enqueue import find_webhook, queued_for

log = logging.getLogger("baton")

MINUTE = 60 * 1000
GRACE = 45 * 1000
"""Milliseconds after which the sweep takes an entry's reactions for lost. The stream usually runs
them within a second."""
STUCK = MINUTE
"""An entry that the webhook has not even been called for after this time has lost its message."""
MARGIN = 2 * MINUTE
"""How far a sweep looks back behind the one before: the age of entries that were too young then,
and the minute to which `owing` is exact."""
MISSED = 90 * 1000
"""If the last sweep is longer ago, sweeps were missed, and queue messages may be lost, too."""
HOUR = 60
DAY = 24 * HOUR
LONG_LOOKS = ((DAY, 2 * DAY * MINUTE), (HOUR, 2 * HOUR * MINUTE))
"""Once in so many minutes the sweep looks so far back, in case that something was lost twice."""
PAGE = 100


Positions = Mapping[str, Mapping[str, Progress]]
"""How far conversations are: by the id of the webhook, then by that of the conversation. The bot's
channel is always there."""


class Look(Struct, frozen=True):
    """The conversations that one sweep reads: those with activity from `since` on.

    With `wakes_all`, it wakes the webhook worker for every undelivered entry, not only for those
    that seem stuck.
    """

    since: int
    wakes_all: bool


def recover(services: Services, deadline: int) -> int:
    """Runs lost reactions of all bots, and returns of how many entries and notifications.

    After `deadline` (milliseconds since 1970, UTC) it begins no further conversation; the next
    sweep goes on there. Safe to run twice and in parallel.
    """
    position, recovered = services.deliveries.sweep_position(), 0
    now, behind = services.clock.now(), dict[str, int]()
    bots = services.directory.bot_ids()
    for bot in sorted(bots, key=lambda each: each in position.behind):
        look = _look(position, bot, now)
        recovered += _recover_notifications(services, bot, look.since, deadline)
        reached, count = _recover_bot(services, bot, look, deadline)
        recovered += count
        if reached is not None:
            behind[bot] = reached
    services.deliveries.move_sweep(position, SweepPosition(now, behind))
    return recovered


def recover_from(services: Services, bot: str, since: int) -> None:
    """Makes the next sweep deliver what this bot's webhooks have not received since that time."""
    while True:
        old = services.deliveries.sweep_position()
        behind = {**old.behind, bot: min(since, old.behind.get(bot, since))}
        if services.deliveries.move_sweep(old, SweepPosition(old.until, behind)):
            return


def wake_worker(
    services: Services, bot: str, since: int, deadline: int, webhook: str = CHANNEL
) -> None:
    """Wakes the webhook worker for the entries of this bot's conversations that this webhook has
    not received, until `deadline`."""
    for heads, positions, _ in _pages(services, bot, since):
        for head in heads:
            if _is_pending(head, positions, webhook):
                _wake_worker(services, head, webhook)
        if services.clock.now() > deadline:
            return


def was_recovered(services: Services, event: CommittedEntry | Notification) -> bool:
    """True if the sweep has run the reactions to this entry or notification before its late stream
    record came."""
    if isinstance(event, Notification):
        is_late = services.clock.now() > event.at + GRACE
        return is_late and services.notifications.is_handled(event.bot, event.id)
    committed, entry = event, event.entry
    is_late = services.clock.now() > entry.at + GRACE
    if entry.previous_owed is None or not is_late:
        return False
    place = committed.conversation_id
    return services.deliveries.progress(committed.bot, [place])[place].handled >= entry.seq


def _look(position: SweepPosition, bot: str, now: int) -> Look:
    last = now - HOUR * MINUTE if position.until is None else position.until
    since, wakes_all = last - MARGIN, False
    for interval, length in LONG_LOOKS:
        if now // MINUTE % interval == 0:
            since, wakes_all = min(since, now - length), True
    if now - last > MISSED:
        since, wakes_all = min(since, last - HOUR * MINUTE), True
    if bot in position.behind:
        since, wakes_all = min(since, position.behind[bot]), True
    return Look(since, wakes_all)


def _recover_bot(services: Services, bot: str, look: Look, deadline: int) -> tuple[int | None, int]:
    """The time that it has reached (None: the end), and how many entries it has recovered."""
    reached, recovered = look.since, 0
    if services.clock.now() > deadline:
        return reached, recovered
    for heads, positions, page_reached in _pages(services, bot, look.since):
        for head in heads:
            recovered += _recovered(services, head, positions, look)
            if services.clock.now() > deadline:
                return reached, recovered
        if page_reached is not None:
            reached = page_reached
    return None, recovered


def _recover_notifications(services: Services, bot: str, since: int, deadline: int) -> int:
    """An error in one notification does not stop the others."""
    recovered = 0
    for lost in services.notifications.unhandled(bot, since, services.clock.now() - GRACE):
        if services.clock.now() > deadline:
            break
        if not run_reactions(services, lost):
            mark_handled(services, [lost])
        recovered += 1
    return recovered


def _pages(
    services: Services, bot: str, since: int
) -> Iterator[tuple[list[Head], Positions, int | None]]:
    """The conversations that may owe something, how far they are, and the time that the page has
    reached; None after the last page."""
    position = None
    while True:
        listing = services.conversations.owing(bot, since, position, PAGE)
        heads = services.conversations.heads(bot, listing.conversation_ids)
        ids = [head.id for head in heads]
        positions = {
            webhook: services.deliveries.progress(bot, ids, webhook)
            for webhook in (_webhooks(services, bot) if heads else (CHANNEL,))
        }
        position = listing.position
        reached = min((head.updated_at for head in heads), default=since)
        yield heads, positions, (None if position is None else reached)
        if position is None:
            return


def _webhooks(services: Services, bot_id: str) -> list[str]:
    bot = services.directory.bot(bot_id)
    return [CHANNEL, *(each.id for each in bot.other_webhooks)] if bot else [CHANNEL]


def _recovered(services: Services, head: Head, positions: Positions, look: Look) -> int:
    """An error in one conversation does not stop the others; the next sweep tries it again."""
    try:
        recovered = _run_lost_reactions(services, head, positions[CHANNEL][head.id])
        for webhook, progress in positions.items():
            is_pending = look.wakes_all and _is_pending(head, positions, webhook)
            if is_pending or _is_stuck(services, head, progress[head.id]):
                _wake_worker(services, head, webhook)
    except Exception:
        place = {"bot": head.bot, "conversation_id": head.id}
        log.exception("reactions not recovered", extra=place)
        return 0
    return recovered


def _is_pending(head: Head, positions: Positions, webhook: str) -> bool:
    is_unhandled = (head.owed_seq or 0) > positions[CHANNEL][head.id].handled
    return is_unhandled or positions[webhook][head.id].is_undelivered


def _wake_worker(services: Services, head: Head, webhook_id: str) -> None:
    webhook = find_webhook(services, head.bot, webhook_id)
    if webhook and webhook.is_enabled:
        services.webhook_queue.enqueue_backlog(head.bot, head.id, services.clock.now(), webhook_id)


def _is_stuck(services: Services, head: Head, progress: Progress) -> bool:
    """True if the webhook should have been called for the entry long ago. After a first attempt,
    the queue has a message for the next one, which may be hours away."""
    if progress.cursor.attempts or not progress.is_undelivered:
        return False
    entry = shown.entry_at(services, head, progress.queued)
    return entry is not None and entry.at <= services.clock.now() - STUCK


def _run_lost_reactions(services: Services, head: Head, progress: Progress) -> int:
    """Returns to how many entries it has reacted."""
    too_young = services.clock.now() - GRACE
    run, recovered, is_whole = HandledRun(progress.handled, progress.handled), 0, True
    for entry in _lost(services, head, progress.handled):
        if entry.at > too_young:
            break
        committed = CommittedEntry(head.bot, head.id, entry)
        is_whole = not run_reactions(services, committed) and is_whole
        recovered += 1
        if is_whole:
            run.seq = entry.seq
            run.queued |= dict.fromkeys(queued_for(services, committed), entry.seq)
    if run.seq > run.previous:
        mark_run(services, head.bot, head.id, run)
    return recovered


def _lost(services: Services, head: Head, handled: int) -> list[Entry]:
    """The owed entries after `handled`, ascending. Reads backwards from one to the one before, so
    that what the bot has said alone in between is not read."""
    found, seq = list[Entry](), head.owed_seq or 0
    while seq > handled:
        page = shown.entries_before(services, head, seq + 1, PAGE)
        owed = [e for e in page if e.previous_owed is not None and e.seq > handled]
        if not owed:
            break
        found += reversed(owed)
        seq = owed[0].previous_owed or 0
    return found[::-1]
