"""Finds the conversation that a caller means. If several fit, it is refused, never guessed."""

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.address import Address
from chalicelib.domain.characters import comparable
from chalicelib.domain.conversation.head import Head
from chalicelib.domain.errors import AmbiguousAddress, NotFound
from chalicelib.usecases.conversations.visibility import visible
from chalicelib.usecases.services import Services

CANDIDATES = 20
"""Conversations that an ambiguous address names."""


def conversation_to_pause(services: Services, caller: Caller, address: Address) -> Address | str:
    """The conversation that a pause by address means. It need not exist yet.

    An address with a thread means exactly that address. Without a thread it means the user's only
    conversation on this channel, or, if the user has none, the address itself. Raises
    AmbiguousAddress if the user has several.
    """
    if address.thread is not None:
        return address
    ids = services.conversations.ids_of_user(address.bot, address.channel, address.user)
    if not ids:
        return address
    if len(ids) == 1:
        return ids[0]
    raise ambiguous(
        _visible_heads(services, services.conversations.heads(address.bot, ids), caller)
    )


def by_address(
    services: Services, caller: Caller, address: Address, action: Action = Action.READ
) -> Head:
    """The conversation at this address, for this action; without a thread, the user's only one on
    this channel.

    Raises Forbidden, NotFound, AmbiguousAddress.
    """
    authorize(caller, action)
    ids = [address.conversation_id]
    if address.thread is None:
        ids = services.conversations.ids_of_user(address.bot, address.channel, address.user)
    return _only(services, services.conversations.heads(address.bot, ids), caller)


def by_name(services: Services, caller: Caller, name: str) -> Head:
    """The conversation of the only user with this name, whatever its case.

    Raises NotFound, AmbiguousAddress.
    """
    authorize(caller, Action.READ)
    wanted = comparable(name)
    ids = services.conversations.by_user_name(caller.bot, wanted, None, 100).conversation_ids
    heads = services.conversations.heads(caller.bot, ids)
    return _only(services, [h for h in heads if comparable(h.user_name or "") == wanted], caller)


def by_session(services: Services, caller: Caller, session: str) -> str:
    """The id of the conversation that a Botpress action means by a session id.

    A session id may be a conversation id or a thread id. Both are looked up, and exactly one
    conversation of this bot must fit, so that a thread id that is also the id of another
    conversation never hits that one. Raises NotFound, AmbiguousAddress.
    """
    ids = {session, *services.conversations.ids_of_thread(caller.bot, session)}
    return _only(services, services.conversations.heads(caller.bot, sorted(ids)), caller).id


def ambiguous(heads: list[Head]) -> AmbiguousAddress:
    candidates: list[dict[str, str | None]] = [
        {
            "id": head.id,
            "channel": head.address.channel,
            "user": head.address.user,
            "thread": head.address.thread,
            "name": head.user_name,
        }
        for head in heads[:CANDIDATES]
    ]
    message = f"{len(heads)} conversations fit. Name one of them by its id."
    return AmbiguousAddress(message, candidates=candidates, candidates_total=len(heads))


def _only(services: Services, heads: list[Head], caller: Caller) -> Head:
    seen = _visible_heads(services, heads, caller)
    if len(seen) > 1:
        raise ambiguous(seen)
    return seen[0]


def _visible_heads(services: Services, heads: list[Head], caller: Caller) -> list[Head]:
    """The conversations that the caller may see. Raises NotFound if there is none."""
    seen = [head for head in heads if not head.is_erased and visible(services, caller, head)]
    if not seen:
        raise NotFound(f"The bot {caller.bot} has no such conversation.")
    return seen
