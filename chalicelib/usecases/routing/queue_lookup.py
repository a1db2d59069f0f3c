"""Refuses queues that do not exist, with the names of those that do."""

from collections.abc import Iterable

from chalicelib.domain.errors import NotFound
from chalicelib.usecases.services import Services


def no_queue(services: Services, bot: str, name: str) -> NotFound:
    """Names the queues that exist."""
    names = [queue.name for queue in services.directory.queues(bot)]
    known = f"Its queues are {', '.join(names)}." if names else "It has no queues."
    return NotFound(f"The bot {bot} has no queue {name}. {known}", queues=names)


def require_queues(services: Services, bot: str, names: Iterable[str]) -> None:
    """Raises NotFound."""
    known = {queue.name for queue in services.directory.queues(bot)}
    for name in sorted(set(names) - known):
        raise no_queue(services, bot, name)
