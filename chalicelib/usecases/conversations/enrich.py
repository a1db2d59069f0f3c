"""Adds to a command the stored facts that its rule needs, such as the member whom it names."""

from msgspec.structs import replace

from chalicelib.domain.access import Caller
from chalicelib.domain.conversation.commands import (
    AgentMessage,
    Command,
    MakeOffer,
    Note,
    Pause,
    PauseAndClaim,
    RateHandoff,
    Transfer,
    UpdateHandoff,
    UserMessage,
)
from chalicelib.domain.conversation.entries import Body, Suggested
from chalicelib.domain.errors import NotFound
from chalicelib.domain.routing.members import Member
from chalicelib.usecases.conversations import shown
from chalicelib.usecases.ports.conversations import Loaded
from chalicelib.usecases.routing.queue_lookup import no_queue
from chalicelib.usecases.services import Services


def enrich_command(
    services: Services, caller: Caller, command: Command, loaded: Loaded, agent: str | None
) -> Command:
    """`loaded` is what `execute` has read. `agent` is the id of the member whom the command names.

    Raises NotFound if there is no such member or suggestion, or if a person names a queue that does
    not exist; InvalidRequest if a note mentions somebody who may not read it.
    """
    if isinstance(command, UserMessage):
        return _with_leave_word(services, caller, command, loaded)
    if isinstance(command, AgentMessage):
        return _with_suggestion(command, loaded)
    if isinstance(command, Note) and command.mentions and loaded.head:
        from chalicelib.usecases.conversations.mentions import require_readers

        require_readers(services, loaded.head, command.mentions)
    if isinstance(command, Pause | PauseAndClaim | Transfer) and loaded.queue is None:
        command = _without_unknown_queue(services, caller, command)
    if isinstance(command, Pause | PauseAndClaim):
        command = _with_priority(command, loaded)
    if isinstance(command, Pause | PauseAndClaim | Transfer):
        command = replace(command, queue_settings=loaded.queue)
    if isinstance(command, RateHandoff):
        head = loaded.head
        return replace(command, handoff=head and shown.handoff(services, head, command.handoff_id))
    if isinstance(command, UpdateHandoff):
        return _at_least_the_queues_priority(services, caller, command, loaded)
    if agent is not None and isinstance(command, Pause | Transfer | MakeOffer):
        return replace(command, agent=_member(caller, loaded, agent))
    return command


def _with_leave_word(
    services: Services, caller: Caller, command: UserMessage, loaded: Loaded
) -> UserMessage:
    """Authentication has read the bot's settings, so that this costs no round trip."""
    if loaded.head is None or not loaded.head.paused:
        return command
    bot = services.directory.bot(caller.bot)
    is_leave_word = bot is not None and bot.settings.is_leave_word(command.body)
    return replace(command, is_leave_word=is_leave_word)


def _with_suggestion(command: AgentMessage, loaded: Loaded) -> AgentMessage:
    if command.suggestion is None:
        return command
    content = loaded.suggestion.content if loaded.suggestion else None
    if not isinstance(content, Suggested):
        raise NotFound(f"This conversation has no suggestion {command.suggestion}.")
    return replace(command, body=Body(text=content.text))


def _without_unknown_queue(
    services: Services, caller: Caller, command: Pause | PauseAndClaim | Transfer
) -> Pause | PauseAndClaim | Transfer:
    """The user must not wait in a queue that nobody sees: a bot's request, or a move by the system,
    goes to no queue. People correct the name."""
    if command.queue is None:
        return command
    if caller.is_person or isinstance(command, PauseAndClaim):
        raise no_queue(services, caller.bot, command.queue)
    if isinstance(command, Transfer):
        return replace(command, queue=None)
    request = replace(command.request, queue=None)
    return replace(command, request=request, unknown_queue=command.queue)


def _with_priority(command: Pause | PauseAndClaim, loaded: Loaded) -> Pause | PauseAndClaim:
    minimum = loaded.queue.priority if loaded.queue else 0
    priority = max(command.request.priority, minimum)
    return replace(command, request=replace(command.request, priority=priority))


def _at_least_the_queues_priority(
    services: Services, caller: Caller, command: UpdateHandoff, loaded: Loaded
) -> UpdateHandoff:
    name = loaded.head.queue if loaded.head else None
    if command.priority is None or name is None:
        return command
    queue = services.directory.queue(caller.bot, name)
    return replace(command, priority=max(command.priority, queue.priority if queue else 0))


def _member(caller: Caller, loaded: Loaded, agent: str) -> Member:
    if loaded.agent:
        return loaded.agent
    # The installation's owner may take a conversation over without being a member.
    if agent == caller.id and caller.is_person:
        return Member(caller.id, caller.name, "", caller.role)
    raise NotFound(f"This bot has no agent {agent}.")
