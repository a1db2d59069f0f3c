"""What operators watch. What happened is recorded where it happens, how things stand once a
minute, and never by a scan."""

from chalicelib.domain.conversation.entries import HandoffContent
from chalicelib.usecases.records.metrics import Metric
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.services import Services

SECOND = 1000


def record_time_to_claim(services: Services, committed: CommittedEntry) -> None:
    """How long the user had to wait. Told twice, it counts twice: it is a statistic."""
    content = committed.entry.content
    if not isinstance(content, HandoffContent):
        return
    handoff = services.conversations.handoff(committed.bot, content.handoff_id)
    # Who takes a conversation in the same breath leaves nobody waiting.
    if handoff is None or not handoff.requested_at < committed.entry.at == handoff.claimed_at:
        return
    waited = (committed.entry.at - handoff.requested_at) / SECOND
    services.metrics.record({Metric.TIME_TO_CLAIM: waited}, committed.bot)


def record_leak(services: Services, committed: CommittedEntry) -> None:
    services.metrics.record({Metric.LEAKS: 1}, committed.bot)


def record_minute(services: Services, sockets: int, deadlines_failed: int) -> None:
    """How things stand, under the name of the bot whose user has waited longest. One query per bot
    and shard, as long as its board fits into 1 MB."""
    found = {bot: services.conversations.backlog(bot) for bot in services.directory.bot_ids()}
    waits = (
        (each.oldest_since, bot) for bot, each in found.items() if each.oldest_since is not None
    )
    since, bot = min(waits, default=(services.clock.now(), None))
    services.metrics.record(
        {
            Metric.SWEEPS: 1,
            Metric.HANDOFFS_WAITING: sum(each.count for each in found.values()),
            Metric.OLDEST_WAIT: max(0, services.clock.now() - since) / SECOND,
            Metric.SOCKETS: sockets,
            Metric.DEADLINES_FAILED: deadlines_failed,
        },
        bot,
    )
