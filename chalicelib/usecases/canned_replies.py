"""What agents say often: written by admins, read by everybody who answers."""

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.usecases import auditing
from chalicelib.usecases.records import CannedReply
from chalicelib.usecases.world import World


def replies(world: World, caller: Caller) -> list[CannedReply]:
    """By name."""
    authorize(caller, Action.SEE_REPLIES)
    return sorted(world.administration.replies(caller.bot), key=lambda reply: reply.name)


def put(world: World, caller: Caller, reply: CannedReply) -> None:
    authorize(caller, Action.CONFIGURE)
    world.administration.put_reply(caller.bot, reply)
    auditing.changed(caller, "reply_set", reply=reply.name)


def remove(world: World, caller: Caller, name: str) -> None:
    authorize(caller, Action.CONFIGURE)
    world.administration.remove_reply(caller.bot, name)
    auditing.changed(caller, "reply_removed", reply=name)
