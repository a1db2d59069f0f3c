"""The bots of an installation: made and removed by its owner, named by their admins."""

from dataclasses import replace

from chalicelib.domain.access import Action, Caller, Role, authorize
from chalicelib.domain.errors import Conflict, Forbidden, NotFound
from chalicelib.domain.head import Status
from chalicelib.usecases import auditing
from chalicelib.usecases.ports import BoardFilter
from chalicelib.usecases.records import Bot, Person
from chalicelib.usecases.world import World

AT_WORK = BoardFilter(frozenset({Status.WAITING, Status.AGENT}))


def of_person(world: World, person: Person, ids: list[str]) -> list[Bot]:
    """Those of `ids` that there are, by id."""
    found = (world.directory.bot(bot) for bot in sorted(ids))
    return [bot for bot in found if bot]


def create(world: World, person: Person, bot: str, name: str | None) -> Bot:
    """Named like its id where nothing is said. Raises Forbidden, and Conflict where there is such
    a bot."""
    if not person.is_owner:
        raise Forbidden("Only the installation's owner may make bots.")
    new = Bot(bot, name or bot)
    if not world.administration.add_bot(new):
        raise Conflict(f"There is a bot {bot} already.")
    world.directory.look_again()
    auditing.changed(Caller(person.id, person.name, Role.OWNER, bot), "bot_created")
    return new


def show(world: World, caller: Caller) -> Bot:
    authorize(caller, Action.CONFIGURE)
    return _require(world, caller.bot)


def rename(world: World, caller: Caller, name: str) -> Bot:
    authorize(caller, Action.CONFIGURE)
    found = _require(world, caller.bot)
    if not world.administration.rename_bot(caller.bot, name):
        raise _none(caller.bot)
    world.directory.look_again()
    auditing.changed(caller, "bot_renamed")
    return replace(found, name=name)


def remove(world: World, caller: Caller) -> None:
    """With all that was set up for it; its conversations stay in the table, where nobody reaches
    them. After a crash in its middle the same call goes on. Raises Conflict while anybody waits for
    a person, or is with one."""
    authorize(caller, Action.REMOVE_BOT)
    if world.conversations.board(caller.bot, AT_WORK, None, 1).conversation_ids:
        raise Conflict("Somebody waits for a person, or is with one: end these handoffs first.")
    # The bot itself comes last: whoever made one of that name anew would revive what is left.
    for key in world.administration.keys(caller.bot):
        world.administration.remove_key(caller.bot, key.id)
    for member in world.directory.roster(caller.bot):
        world.administration.remove_member(caller.bot, member.person)
    for queue in world.directory.queues(caller.bot):
        world.directory.remove_queue(caller.bot, queue.name)
    for reply in world.administration.replies(caller.bot):
        world.administration.remove_reply(caller.bot, reply.name)
    world.administration.remove_bot(caller.bot)
    world.directory.look_again()
    auditing.changed(caller, "bot_removed")


def _require(world: World, bot: str) -> Bot:
    found = world.directory.bot(bot)
    if found is None:
        raise _none(bot)
    return found


def _none(bot: str) -> NotFound:
    return NotFound(f"There is no bot {bot}.")
