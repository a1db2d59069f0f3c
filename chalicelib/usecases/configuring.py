"""A bot's settings and those of its queues: looked at, written, and what holds without them."""

from collections.abc import Iterable

from chalicelib.domain import bot_settings, queues
from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.bot_settings import BotSettings
from chalicelib.domain.errors import InvalidRequest
from chalicelib.domain.hours import Flaw
from chalicelib.domain.queues import Queue
from chalicelib.usecases import auditing
from chalicelib.usecases.authentication import no_bot
from chalicelib.usecases.world import World


def queue_of(world: World, bot: str, name: str | None) -> Queue:
    """A queue that nobody has configured has the defaults; so have handoffs without a queue."""
    found = world.directory.queue(bot, name) if name else None
    return found or Queue(name or "")


def line_of(world: World, bot: str, name: str | None) -> list[Queue]:
    """The queue, and those that take over from it, one after another."""
    first = queue_of(world, bot, name)
    if first.fallback is None:
        return [first]
    known = {queue.name: queue for queue in world.directory.queues(bot)}
    following = queues.fallbacks(first.name, known.values())
    return [first, *(known.get(each, Queue(each)) for each in following)]


def settings_of(world: World, bot: str) -> BotSettings:
    found = world.directory.bot(bot)
    return found.settings if found else BotSettings()


def all_queues(world: World, caller: Caller) -> list[Queue]:
    authorize(caller, Action.SEE_QUEUES)
    return world.directory.queues(caller.bot)


def put_queue(world: World, caller: Caller, queue: Queue) -> None:
    """Raises InvalidRequest, naming each field that is at fault."""
    authorize(caller, Action.CONFIGURE)
    others = [q for q in world.directory.queues(caller.bot) if q.name != queue.name]
    _refuse(queues.flaws(queue, others))
    world.directory.put_queue(caller.bot, queue)
    auditing.changed(caller, "queue_set", queue=queue.name)


def remove_queue(world: World, caller: Caller, name: str) -> None:
    """What waits there stays, under the defaults."""
    authorize(caller, Action.CONFIGURE)
    world.directory.remove_queue(caller.bot, name)
    auditing.changed(caller, "queue_removed", queue=name)


def settings(world: World, caller: Caller) -> BotSettings:
    authorize(caller, Action.CONFIGURE)
    return settings_of(world, caller.bot)


def put_settings(world: World, caller: Caller, wanted: BotSettings) -> None:
    """Raises InvalidRequest, naming each field that is at fault."""
    authorize(caller, Action.CONFIGURE)
    _refuse(bot_settings.flaws(wanted))
    if not world.directory.put_settings(caller.bot, wanted):
        raise no_bot(caller.bot)
    auditing.changed(caller, "settings_set")


def _refuse(flaws: Iterable[Flaw]) -> None:
    errors = [{"field": field, "message": message} for field, message in flaws]
    if errors:
        first = errors[0]
        raise InvalidRequest(f"{first['field']}: {first['message']}.", errors=errors)
