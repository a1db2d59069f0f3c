"""Asking for a person: by a conversation's id, or by where the user is."""

from dataclasses import dataclass, replace

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.address import Address
from chalicelib.domain.commands import IfUnavailable, Pause, Profile, Take
from chalicelib.usecases import availability, places
from chalicelib.usecases.conversations import execute, first_answer
from chalicelib.usecases.ports import Query
from chalicelib.usecases.records import Answer, IdempotencyKey
from chalicelib.usecases.world import World


@dataclass(frozen=True, slots=True)
class Asked:
    """The command, the id of the agent whom it names, and what is known of the user."""

    command: Pause | Take
    agent: str | None = None
    profile: Profile | None = None


def pause(
    world: World, caller: Caller, place: Address | str, asked: Asked, key: IdempotencyKey | None
) -> Answer:
    """Two round trips; one more to find the conversation of an address without a thread, and to
    see who is there where `if_unavailable` asks for it. Raises what `execute` and `places` raise.
    """
    authorize(caller, Action.PAUSE)
    if isinstance(place, Address) and place.thread is None:
        known = _known(world, place, key) if key else None
        if known:
            return known
        place = places.to_pause(world, caller, place)
    command, agent = asked.command, None
    if isinstance(command, Pause):
        command, agent = _informed(world, caller.bot, command, asked), asked.agent
    return execute(world, caller, place, command, key=key, agent=agent)


def _known(world: World, address: Address, key: IdempotencyKey) -> Answer | None:
    """Asked before the address is resolved: a replay means the conversation it meant then."""
    query = Query(address.bot, address.conversation_id, key)
    return first_answer(world.conversations.load(query), key)


def _informed(world: World, bot: str, command: Pause, asked: Asked) -> Pause:
    command = replace(command, profile=asked.profile)
    if command.if_unavailable is IfUnavailable.QUEUE:
        return command
    free = availability.anyone_available(world, bot, command.request.queue)
    return replace(command, someone_free=free)
