"""Metrics for operators. Events are recorded when they happen, gauges once a minute, without a scan
of the table."""

from collections.abc import Mapping

from chalicelib.domain.conversation.entries import HandoffContent
from chalicelib.usecases.records.metrics import Metric
from chalicelib.usecases.records.reports import Backlog
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.services import Services

SECOND = 1000


def record_time_to_claim(services: Services, committed: CommittedEntry) -> None:
    """Records the seconds from request to first claim. A repeated stream record counts twice."""
    content = committed.entry.content
    if not isinstance(content, HandoffContent):
        return
    handoff = services.conversations.handoff(committed.bot, content.handoff_id)
    # If an agent takes over, request and claim have the same time and the user does not wait.
    if handoff is None or not handoff.requested_at < committed.entry.at == handoff.claimed_at:
        return
    waited = (committed.entry.at - handoff.requested_at) / SECOND
    services.metrics.record({Metric.TIME_TO_CLAIM: waited}, committed.bot)


def record_leak(services: Services, committed: CommittedEntry) -> None:
    services.metrics.record({Metric.LEAKS: 1}, committed.bot)


def backlogs(services: Services) -> Mapping[str, Backlog]:
    """By bot. One query per bot and shard, if the board fits into 1 MB."""
    return {bot: services.conversations.backlog(bot) for bot in services.directory.bot_ids()}


def record_minute(
    services: Services, waiting: Mapping[str, Backlog], sockets: int, deadlines_failed: int
) -> None:
    """Records the gauges, with the bot whose user has waited longest."""
    waits = (
        (each.oldest_since, bot) for bot, each in waiting.items() if each.oldest_since is not None
    )
    since, bot = min(waits, default=(services.clock.now(), None))
    services.metrics.record(
        {
            Metric.SWEEPS: 1,
            Metric.HANDOFFS_WAITING: sum(each.count for each in waiting.values()),
            Metric.OLDEST_WAIT: max(0, services.clock.now() - since) / SECOND,
            Metric.SOCKETS: sockets,
            Metric.DEADLINES_FAILED: deadlines_failed,
        },
        bot,
    )
