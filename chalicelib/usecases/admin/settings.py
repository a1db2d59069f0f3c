"""A bot's settings and those of its queues: looked at, written, and what holds without them."""

from collections.abc import Iterable

from chalicelib.domain import bot_settings
from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.bot_settings import BotSettings
from chalicelib.domain.errors import InvalidRequest
from chalicelib.domain.routing import queues
from chalicelib.domain.routing.hours import Flaw
from chalicelib.domain.routing.queues import Queue
from chalicelib.usecases.accounts.authenticate import bot_not_found
from chalicelib.usecases.admin import audit
from chalicelib.usecases.services import Services


def queue_or_default(services: Services, bot: str, name: str | None) -> Queue:
    """A queue that nobody has configured has the defaults; so have handoffs without a queue."""
    found = services.directory.queue(bot, name) if name else None
    return found or Queue(name or "")


def fallback_chain(services: Services, bot: str, name: str | None) -> list[Queue]:
    """The queue, and those that take over from it, one after another."""
    first = queue_or_default(services, bot, name)
    if first.fallback is None:
        return [first]
    known = {queue.name: queue for queue in services.directory.queues(bot)}
    following = queues.fallbacks(first.name, known.values())
    return [first, *(known.get(each, Queue(each)) for each in following)]


def settings_or_default(services: Services, bot: str) -> BotSettings:
    found = services.directory.bot(bot)
    return found.settings if found else BotSettings()


def list_queues(services: Services, caller: Caller) -> list[Queue]:
    authorize(caller, Action.SEE_QUEUES)
    return services.directory.queues(caller.bot)


def put_queue(services: Services, caller: Caller, queue: Queue) -> None:
    """Raises InvalidRequest, naming each field that is at fault."""
    authorize(caller, Action.CONFIGURE)
    others = [q for q in services.directory.queues(caller.bot) if q.name != queue.name]
    _refuse(queues.flaws(queue, others))
    services.directory.put_queue(caller.bot, queue)
    audit.log_change(caller, "queue_set", queue=queue.name)


def remove_queue(services: Services, caller: Caller, name: str) -> None:
    """What waits there stays, under the defaults."""
    authorize(caller, Action.CONFIGURE)
    services.directory.delete_queue(caller.bot, name)
    audit.log_change(caller, "queue_removed", queue=name)


def get_settings(services: Services, caller: Caller) -> BotSettings:
    authorize(caller, Action.CONFIGURE)
    return settings_or_default(services, caller.bot)


def put_settings(services: Services, caller: Caller, wanted: BotSettings) -> None:
    """Raises InvalidRequest, naming each field that is at fault."""
    authorize(caller, Action.CONFIGURE)
    _refuse(bot_settings.flaws(wanted))
    if not services.directory.put_settings(caller.bot, wanted):
        raise bot_not_found(caller.bot)
    audit.log_change(caller, "settings_set")


def _refuse(flaws: Iterable[Flaw]) -> None:
    errors = [{"field": field, "message": message} for field, message in flaws]
    if errors:
        first = errors[0]
        raise InvalidRequest(f"{first['field']}: {first['message']}.", errors=errors)
