"""Which conversation a caller means. Never a guess: one fits, or the answer says why not."""

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.head import Head
from chalicelib.domain.errors import AmbiguousAddress, NotFound
from chalicelib.usecases.conversations.execute import visible
from chalicelib.usecases.services import Services


def to_pause(services: Services, caller: Caller, address: Address) -> Address | str:
    """The conversation that a pause by address means; it may not exist yet.

    With a thread, exactly that address. Without one: the only conversation of this user on this
    channel, or, if there is none, the one without a thread. Raises AmbiguousAddress.
    """
    if address.thread is not None:
        return address
    ids = services.conversations.ids_of_user(address.bot, address.channel, address.user)
    if not ids:
        return address
    if len(ids) == 1:
        return ids[0]
    raise ambiguous(_seen(services.conversations.heads(address.bot, ids), caller))


def by_address(services: Services, caller: Caller, address: Address) -> Head:
    """The conversation at this address; without a thread, the user's only one on this channel."""
    authorize(caller, Action.READ)
    ids = [address.conversation_id]
    if address.thread is None:
        ids = services.conversations.ids_of_user(address.bot, address.channel, address.user)
    return _only(services.conversations.heads(address.bot, ids), caller)


def by_name(services: Services, caller: Caller, name: str) -> Head:
    """The conversation of the only user of this name, in upper or lower case."""
    authorize(caller, Action.READ)
    ids = services.conversations.by_user_name(caller.bot, name.lower(), None, 100).conversation_ids
    heads = services.conversations.heads(caller.bot, ids)
    return _only([h for h in heads if (h.user_name or "").lower() == name.lower()], caller)


def by_session(services: Services, caller: Caller, session: str) -> str:
    """What a Botpress action means by a session id: a conversation id, or a thread id.

    Both are looked at together and exactly one conversation of this bot must fit, so that a
    thread id which happens to be another conversation's id can never hit that one. Raises
    NotFound, AmbiguousAddress.
    """
    ids = {session, *services.conversations.ids_of_thread(caller.bot, session)}
    return _only(services.conversations.heads(caller.bot, sorted(ids)), caller).id


def ambiguous(heads: list[Head]) -> AmbiguousAddress:
    candidates: list[dict[str, str | None]] = [
        {
            "id": head.id,
            "channel": head.address.channel,
            "user": head.address.user,
            "thread": head.address.thread,
            "name": head.user_name,
        }
        for head in heads
    ]
    return AmbiguousAddress(
        f"{len(heads)} conversations fit; name one by its id.", candidates=candidates
    )


def _only(heads: list[Head], caller: Caller) -> Head:
    seen = _seen(heads, caller)
    if len(seen) > 1:
        raise ambiguous(seen)
    return seen[0]


def _seen(heads: list[Head], caller: Caller) -> list[Head]:
    """Raises NotFound where there is nothing to be seen."""
    seen = [head for head in heads if visible(caller, head)]
    if not seen:
        raise NotFound(f"The bot {caller.bot} has no such conversation.")
    return seen
