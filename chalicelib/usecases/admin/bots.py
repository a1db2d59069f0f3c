"""The bots of an installation. The owner creates and removes them, their admins rename them."""

from msgspec.structs import replace

from chalicelib.domain.access import Action, Caller, Role, authorize
from chalicelib.domain.conversation.head import Status
from chalicelib.domain.errors import Conflict, Forbidden, NotFound
from chalicelib.usecases.admin import audit
from chalicelib.usecases.live import push
from chalicelib.usecases.ports.conversations import BoardFilter
from chalicelib.usecases.records.audit import AuditAction
from chalicelib.usecases.records.bots import Bot
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.services import Services

CLOSING = 6000
"""Milliseconds. Until then, every cached copy of the bot (five seconds) has expired, and the index
of the handoffs has caught up."""
PAUSED = BoardFilter(frozenset({Status.WAITING, Status.AGENT}))


def list_bots(services: Services, person: Person, ids: list[str]) -> list[Bot]:
    """The existing bots of `ids`, sorted by id."""
    bots = (services.directory.bot(bot) for bot in sorted(ids))
    return [bot for bot in bots if bot]


def create(services: Services, person: Person, bot: str, name: str | None) -> Bot:
    """If `name` is None, the bot is named like its id.

    Raises Forbidden if the person is not the owner, Conflict if the id is taken, or was taken
    before: the conversations of a removed bot stay in the table.
    """
    if not person.is_owner:
        raise Forbidden("Only the installation's owner may create bots.")
    new = Bot(bot, name or bot)
    if services.directory.bot(bot, fresh=True):
        raise Conflict(f"The bot {bot} already exists.")
    # An earlier release removed bots without a trace, except for their conversations.
    has_conversations = services.conversations.recent(bot, None, 1).conversation_ids
    owner = Caller(person.id, person.name, Role.OWNER, bot)
    event = audit.event(services, owner, AuditAction.BOT_CREATED)
    if has_conversations or not services.administration.create_bot(new, event):
        raise Conflict(f"The id {bot} belonged to a bot that was removed. Choose another one.")
    audit.log_event(owner, AuditAction.BOT_CREATED)
    return new


def get(services: Services, caller: Caller) -> Bot:
    authorize(caller, Action.CONFIGURE)
    return _require(services, caller.bot)


def rename(services: Services, caller: Caller, name: str) -> Bot:
    authorize(caller, Action.CONFIGURE)
    before = _require(services, caller.bot)
    if not services.administration.rename_bot(caller.bot, name):
        raise _not_found(caller.bot)
    audit.record(services, caller, AuditAction.BOT_RENAMED)
    return replace(before, name=name)


def remove(services: Services, caller: Caller) -> None:
    """Removes the bot with its keys, members, queues and replies.

    Its conversations stay in the table, but nobody can reach them. After a crash, the same call
    finishes the removal. It takes six seconds: the bot is closed first, so that no pause can come
    between the look at its handoffs and its removal. Raises Conflict while the bot has open
    handoffs.
    """
    authorize(caller, Action.REMOVE_BOT)
    _require_no_handoffs(services, caller)
    services.administration.set_closing(caller.bot, True)
    services.clock.sleep(CLOSING)
    try:
        _require_no_handoffs(services, caller)
    except Conflict:
        services.administration.set_closing(caller.bot, False)
        raise
    # Delete the bot last: while it is there, the same call finishes an interrupted removal.
    for key in services.administration.keys(caller.bot):
        services.administration.delete_key(caller.bot, key.id)
    for member in services.directory.roster(caller.bot):
        services.administration.remove_member(caller.bot, member.person)
    for queue in services.directory.queues(caller.bot):
        services.directory.delete_queue(caller.bot, queue.name)
    for reply in services.administration.canned_replies(caller.bot):
        services.administration.delete_canned_reply(caller.bot, reply.name)
    services.administration.delete_own_replies(caller.bot, None)
    for view in services.administration.saved_views(caller.bot, None):
        services.administration.delete_saved_view(caller.bot, None, view.name)
    event = audit.event(services, caller, AuditAction.BOT_REMOVED)
    services.administration.delete_bot(caller.bot, event)
    for connection in services.connections.of_bot(caller.bot):
        push.leave_bot(services, connection, caller.bot)
    audit.log_event(caller, AuditAction.BOT_REMOVED)


def _require_no_handoffs(services: Services, caller: Caller) -> None:
    if services.conversations.board(caller.bot, PAUSED, None, 1).conversation_ids:
        raise Conflict("The bot has open handoffs: close them first.")


def _require(services: Services, bot: str) -> Bot:
    stored = services.directory.bot(bot)
    if stored is None:
        raise _not_found(bot)
    return stored


def _not_found(bot: str) -> NotFound:
    return NotFound(f"There is no bot {bot}.")
