"""What a command has to be told before it is decided, from what has been read for it."""

from msgspec.structs import replace

from chalicelib.domain.access import Caller
from chalicelib.domain.conversation.commands import (
    AgentMessage,
    Command,
    MakeOffer,
    Pause,
    Take,
    Transfer,
    UserMessage,
)
from chalicelib.domain.conversation.entries import Body, Kind
from chalicelib.domain.errors import NotFound
from chalicelib.domain.routing.members import Member
from chalicelib.usecases.ports.conversations import Loaded
from chalicelib.usecases.services import Services


def enrich_command(
    services: Services, caller: Caller, command: Command, loaded: Loaded, agent: str | None
) -> Command:
    """`agent` is the id of the member whom the command names. Raises NotFound."""
    if isinstance(command, UserMessage):
        return _with_leaving(services, caller, command, loaded)
    if isinstance(command, AgentMessage):
        return _with_suggestion(command, loaded)
    if isinstance(command, Pause | Take):
        command = _with_priority(command, loaded)
    if isinstance(command, Pause | Take | Transfer):
        command = replace(command, settings=loaded.queue)
    if agent is not None and isinstance(command, Pause | Transfer | MakeOffer):
        return replace(command, agent=_member(caller, loaded, agent))
    return command


def _with_leaving(
    services: Services, caller: Caller, command: UserMessage, loaded: Loaded
) -> UserMessage:
    """The bot's settings came with its authentication: no round trip of their own."""
    if loaded.head is None or not loaded.head.paused:
        return command
    bot = services.directory.bot(caller.bot)
    return replace(command, leaves=bot is not None and bot.settings.is_leave_word(command.body))


def _with_suggestion(command: AgentMessage, loaded: Loaded) -> AgentMessage:
    if command.suggestion is None:
        return command
    entry = loaded.suggestion
    if entry is None or entry.kind is not Kind.SUGGESTION:
        raise NotFound(f"This conversation has no suggestion {command.suggestion}.")
    return replace(command, body=Body(text=entry.text))


def _with_priority(command: Pause | Take, loaded: Loaded) -> Pause | Take:
    least = loaded.queue.priority if loaded.queue else 0
    priority = max(command.request.priority, least)
    return replace(command, request=replace(command.request, priority=priority))


def _member(caller: Caller, loaded: Loaded, agent: str) -> Member:
    if loaded.agent:
        return loaded.agent
    # The installation's owner may take a conversation over and is no member anywhere.
    if agent == caller.id and caller.is_person:
        return Member(caller.id, caller.name, "", caller.role)
    raise NotFound(f"This bot has no agent {agent}.")
