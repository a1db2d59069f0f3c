"""What operators watch. What happened is recorded where it happens, how things stand once a
minute, and never by a scan."""

from chalicelib.usecases.records import Committed, Metric
from chalicelib.usecases.world import World

SECOND = 1000


def first_claim(world: World, committed: Committed) -> None:
    """How long the user had to wait. Told twice, it counts twice: it is a statistic."""
    facts = committed.entry.payload or {}
    handoff = world.conversations.handoff(committed.bot, str(facts.get("handoff_id")))
    # Who takes a conversation in the same breath leaves nobody waiting.
    if handoff is None or not handoff.requested_at < committed.entry.at == handoff.claimed_at:
        return
    waited = (committed.entry.at - handoff.requested_at) / SECOND
    world.metrics.record({Metric.TIME_TO_CLAIM: waited}, committed.bot)


def leak(world: World, committed: Committed) -> None:
    world.metrics.record({Metric.LEAKS: 1}, committed.bot)


def minute(world: World, sockets: int, deadlines_failed: int) -> None:
    """How things stand, under the name of the bot whose user has waited longest. One query per bot
    and shard, as long as its board fits into 1 MB."""
    found = {bot: world.conversations.waiting(bot) for bot in world.directory.all_bots()}
    waits = ((each.since, bot) for bot, each in found.items() if each.since is not None)
    since, bot = min(waits, default=(world.clock.now(), None))
    world.metrics.record(
        {
            Metric.SWEEPS: 1,
            Metric.HANDOFFS_WAITING: sum(each.count for each in found.values()),
            Metric.OLDEST_WAIT: max(0, world.clock.now() - since) / SECOND,
            Metric.SOCKETS: sockets,
            Metric.DEADLINES_FAILED: deadlines_failed,
        },
        bot,
    )
