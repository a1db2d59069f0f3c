"""Asks for a person, by the id of a conversation or by an address."""

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import IfUnavailable, Pause, PauseAndClaim, Profile
from chalicelib.domain.errors import Forbidden
from chalicelib.usecases.conversations import lookup
from chalicelib.usecases.conversations.execute import execute, first_answer
from chalicelib.usecases.conversations.visibility import visible
from chalicelib.usecases.ports.conversations import Query
from chalicelib.usecases.records.answers import Answer, IdempotencyKey
from chalicelib.usecases.routing import availability
from chalicelib.usecases.services import Services


class PauseArgs(Struct, frozen=True):
    """The command, the id of the agent whom it names, and the user's profile."""

    command: Pause | PauseAndClaim
    agent: str | None = None
    profile: Profile | None = None


def pause(
    services: Services,
    caller: Caller,
    place: Address | str,
    args: PauseArgs,
    key: IdempotencyKey | None,
) -> Answer:
    """Takes two round trips, one more for an address without a thread, and one more to check the
    availability if the command's `if_unavailable` needs it. A person who pauses by an address takes
    up to three more.

    Raises the errors of `execute` and of `lookup`, and Forbidden if the command would start a
    conversation that the bot's setting `outbound` does not let people start.
    """
    authorize(caller, Action.PAUSE_BY_ADDRESS if isinstance(place, Address) else Action.PAUSE)
    if isinstance(place, Address) and (place.thread is None or caller.is_person):
        known = _first_answer(services, place, key) if key else None
        if known:
            return known
        place = lookup.conversation_to_pause(services, caller, place)
        if caller.is_person:
            _require_known_or_outbound(services, caller, place)
    command, agent = args.command, None
    if isinstance(command, Pause):
        command, agent = _with_availability(services, caller.bot, command, args), args.agent
    return execute(services, caller, place, command, key=key, agent=agent)


def _first_answer(services: Services, address: Address, key: IdempotencyKey) -> Answer | None:
    """The stored answer of a repeated request. It is read before the address is resolved, because
    the address may mean another conversation by now."""
    query = Query(address.bot, address.conversation_id, key)
    return first_answer(services, address.bot, services.conversations.load(query), key)


def _require_known_or_outbound(services: Services, caller: Caller, place: Address | str) -> None:
    """A conversation that the caller may not see is refused like one that does not exist, so that
    the answer does not tell them apart."""
    conversation_id = place if isinstance(place, str) else place.conversation_id
    found = services.conversations.head(caller.bot, conversation_id)
    if found and not found.is_erased and visible(services, caller, found):
        return
    bot = services.directory.bot(caller.bot)
    if bot is None or not bot.settings.outbound:
        raise Forbidden(
            "You see no conversation at this address, and the bot's setting `outbound` does not"
            " let people start one."
        )


def _with_availability(services: Services, bot: str, command: Pause, args: PauseArgs) -> Pause:
    command = replace(command, profile=args.profile)
    if command.if_unavailable is IfUnavailable.QUEUE:
        return command
    free = availability.anyone_available(services, bot, command.request.queue)
    return replace(command, someone_free=free)
