"""Handoffs of Botpress' module `hitlnext`, changed by the native commands.

`TRANSITIONS` holds the changes of status that Botpress allows. The native state table then decides
whether the command is possible.
"""

from collections.abc import Callable, Mapping

from chalicelib.botpress.errors import NotTheirs, Unprocessable
from chalicelib.botpress.handoff_views import BotpressHandoff, HandoffStatus, with_details
from chalicelib.domain.access import Action, Caller, authorize, is_allowed
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import Claim, Command, Note, Pause, Tag, Unpause
from chalicelib.domain.conversation.entries import Entry
from chalicelib.domain.conversation.erasure import shown_handoff
from chalicelib.domain.conversation.handoff import Outcome, Request, Resumption
from chalicelib.domain.errors import AlreadyClaimed, IllegalMove, NotFound, StaleEpoch
from chalicelib.domain.routing.members import PresenceStatus
from chalicelib.usecases.conversations import queries
from chalicelib.usecases.conversations.execute import execute, first_answer
from chalicelib.usecases.conversations.pause import PauseArgs, pause
from chalicelib.usecases.conversations.visibility import visible
from chalicelib.usecases.ports.conversations import Query
from chalicelib.usecases.records.answers import IdempotencyKey
from chalicelib.usecases.routing import presence
from chalicelib.usecases.services import Services

MOST = 1000
PAGE = 100
ATTEMPTS = 3

PENDING, ASSIGNED = HandoffStatus.PENDING, HandoffStatus.ASSIGNED
RESOLVED, REJECTED = HandoffStatus.RESOLVED, HandoffStatus.REJECTED

TRANSITIONS: Mapping[HandoffStatus, frozenset[HandoffStatus]] = {
    PENDING: frozenset({ASSIGNED, REJECTED}),
    ASSIGNED: frozenset({RESOLVED, REJECTED}),
}
NEXT_STATUS: Mapping[HandoffStatus, HandoffStatus] = {PENDING: ASSIGNED, ASSIGNED: RESOLVED}
"""The status that Botpress names in the refusal of another one."""

COMMANDS: Mapping[HandoffStatus, Callable[[int], Command]] = {
    ASSIGNED: Claim,
    RESOLVED: lambda epoch: Unpause(Resumption(Outcome.RESOLVED), epoch),
    REJECTED: lambda epoch: Unpause(Resumption(Outcome.REJECTED), epoch),
}
ACTIONS = {ASSIGNED: Action.CLAIM, RESOLVED: Action.UNPAUSE, REJECTED: Action.UNPAUSE}


def create(
    services: Services,
    caller: Caller,
    place: Address | str,
    timeout: int | None,
    key: IdempotencyKey | None,
) -> BotpressHandoff | None:
    """`timeout` in milliseconds. None if a handoff was open already; nothing has changed then."""
    wanted = PauseArgs(Pause(Request(timeout=timeout)))
    answer = pause(services, caller, place, wanted, key)
    if not answer.created or answer.handoff_id is None:
        return None
    return _changed(services, caller, answer.handoff_id)


def latest(services: Services, caller: Caller, most: int = MOST) -> list[BotpressHandoff]:
    """Open and closed ones, the latest request first; at most 1,000."""
    authorize(caller, Action.READ)
    found: list[BotpressHandoff] = []
    position: str | None = None
    while True:
        handoffs, position = services.conversations.handoffs(caller.bot, position, PAGE)
        ids = dict.fromkeys(handoff.conversation_id for handoff in handoffs)
        heads = {head.id: head for head in services.conversations.heads(caller.bot, ids)}
        pairs = [(h, heads[h.conversation_id]) for h in handoffs if h.conversation_id in heads]
        seen = [
            (shown_handoff(head, handoff), head)
            for handoff, head in pairs
            if visible(services, caller, head)
        ]
        found += with_details(services, caller, seen[: most - len(found)])
        if position is None or len(found) >= most:
            return found


def move(
    services: Services,
    caller: Caller,
    handoff_id: str,
    to: HandoffStatus,
    key: IdempotencyKey | None,
) -> BotpressHandoff:
    """Raises Unprocessable in Botpress' words, NotTheirs, NotFound, and what `execute` raises."""
    action = ACTIONS[to]
    authorize(caller, action)
    if to is not REJECTED:
        _require_online(services, caller)
    for _ in range(ATTEMPTS):
        detailed = _bare(services, caller, handoff_id, action)
        if not _is_replay(services, detailed, key):
            require(detailed, to)
        try:
            execute(services, caller, detailed.head.id, COMMANDS[to](detailed.head.epoch), key=key)
        except (StaleEpoch, IllegalMove):
            continue
        except AlreadyClaimed as refusal:
            raise _owned_by_another(services, caller, handoff_id, to) from refusal
        presence.refresh(services, caller.id)
        moved = _changed(services, caller, handoff_id)
        if moved.status is not to and not _is_replay(services, moved, key):
            require(moved, to)
        return moved
    require(_bare(services, caller, handoff_id, action), to)
    raise Unprocessable("Others changed this handoff at the same moment, again and again.")


def tag(
    services: Services,
    caller: Caller,
    handoff_id: str,
    tags: tuple[str, ...],
    key: IdempotencyKey | None,
) -> BotpressHandoff:
    command = Tag(tags)
    conversation_id = _bare(services, caller, handoff_id, command.action).head.id
    execute(services, caller, conversation_id, command, key=key)
    return _changed(services, caller, handoff_id)


def write_note(
    services: Services, caller: Caller, handoff_id: str, text: str, key: IdempotencyKey | None
) -> tuple[BotpressHandoff, Entry]:
    """The handoff and its new note."""
    command = Note(text, handoff_id)
    conversation_id = _bare(services, caller, handoff_id, command.action).head.id
    answer = execute(services, caller, conversation_id, command, key=key)
    presence.refresh(services, caller.id)
    assert answer.seq is not None, "a note is always an entry"
    place = (conversation_id, answer.seq)
    note = services.conversations.entries_at(caller.bot, [place])[place]
    return _changed(services, caller, handoff_id), note


def _bare(services: Services, caller: Caller, handoff_id: str, action: Action) -> BotpressHandoff:
    """Without details. The head is read after the handoff, so that it is never the older one."""
    return BotpressHandoff(*queries.handoff(services, caller, handoff_id, action))


def _changed(services: Services, caller: Caller, handoff_id: str) -> BotpressHandoff:
    """The handoff that the caller has just changed. It refuses nobody, because the change is
    stored. The user's messages and profile and the notes are only for callers who may read."""
    store = services.conversations
    handoff = store.handoff(caller.bot, handoff_id)
    head = store.head(caller.bot, handoff.conversation_id) if handoff else None
    if handoff is None or head is None:
        raise NotFound(f"The handoff {handoff_id} was erased at the same moment.")
    if not is_allowed(caller, Action.READ):
        return BotpressHandoff(handoff, head)
    return with_details(services, caller, [(handoff, head)])[0]


def require(detailed: BotpressHandoff, to: HandoffStatus) -> None:
    """Raises Unprocessable if the handoff cannot move from its current status to `to`."""
    status = detailed.status
    if to in TRANSITIONS.get(status, frozenset()):
        return
    if status in NEXT_STATUS:
        raise Unprocessable(f'Status "{status}" can only transition to "{NEXT_STATUS[status]}"')
    raise Unprocessable(f'Status "{status}" can\'t transition to "{to}"')


def _require_online(services: Services, caller: Caller) -> None:
    known = services.directory.presence(caller.id)
    if not caller.is_person or known.at(services.clock.now()) is not PresenceStatus.ONLINE:
        raise Unprocessable("You must be online to perform this action")


def _is_replay(services: Services, detailed: BotpressHandoff, key: IdempotencyKey | None) -> bool:
    """True if a request with this key was answered before: it gets the same answer again."""
    if key is None:
        return False
    bot = detailed.head.bot
    loaded = services.conversations.load(Query(bot, detailed.head.id, key))
    return first_answer(services, bot, loaded, key) is not None


def _owned_by_another(
    services: Services, caller: Caller, handoff_id: str, to: HandoffStatus
) -> Unprocessable | NotTheirs:
    if to is REJECTED:
        return NotTheirs("Another agent has this handoff.")
    require(_bare(services, caller, handoff_id, ACTIONS[to]), to)
    return Unprocessable("You must be assigned to this handoff to perform this action")
