"""The settings that apply to a bot and to a queue, and the defaults without them."""

from chalicelib.domain.bot_settings import BotSettings
from chalicelib.domain.routing import queues
from chalicelib.domain.routing.queues import Queue
from chalicelib.usecases.services import Services


def queue_or_default(services: Services, bot: str, name: str | None) -> Queue:
    """Returns the default settings for a queue that is not configured and for no queue."""
    configured = services.directory.queue(bot, name) if name else None
    return configured or Queue(name or "")


def fallback_chain(services: Services, bot: str, name: str | None) -> list[Queue]:
    """The queue, then its fallback queues in their order."""
    first = queue_or_default(services, bot, name)
    if first.fallback is None:
        return [first]
    configured = {queue.name: queue for queue in services.directory.queues(bot)}
    following = queues.overflow_chain(first.name, configured.values())
    return [first, *(configured[each] for each in following)]


def settings_or_default(services: Services, bot: str) -> BotSettings:
    stored = services.directory.bot(bot)
    return stored.settings if stored else BotSettings()
