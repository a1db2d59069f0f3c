"""Routes that change a conversation: messages, who may speak, notes, tags."""

from collections.abc import Sequence

from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import (
    Claim,
    Command,
    Release,
    Suggest,
    Tag,
    Transfer,
)
from chalicelib.entrypoints.http import rate_limits
from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.schemas.conversations import (
    EpochRequest,
    HandoffUpdateRequest,
    NoteRequest,
    PauseByAddressRequest,
    PauseRequest,
    SnoozeRequest,
    TagsRequest,
    TextRequest,
    TransferRequest,
    UnpauseRequest,
)
from chalicelib.entrypoints.http.schemas.decoration import Misfit
from chalicelib.entrypoints.http.schemas.messages import (
    ConversationMessageRequest,
    MessageRequest,
    TypingRequest,
)
from chalicelib.usecases import views
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.conversations.pause import PauseArgs, pause
from chalicelib.usecases.live import typing
from chalicelib.usecases.records.answers import Answer

NOTHING_SAID = Misfit(
    "say_ignored", "say", "A handoff was open already", "The bot's last word was not stored."
)


def record_message(call: Call, body: MessageRequest) -> Reply:
    address = body.address(call.caller.bot)
    if body.is_from_user:
        rate_limits.count_user(call.services, call.caller, address)
    answer = execute(call.services, call.caller, address, body.command(), key=call.key)
    return _accepted(answer, body.misfits)


def send_message(call: Call, body: ConversationMessageRequest) -> Reply:
    command = body.command(call.caller)
    if body.is_from_user:
        rate_limits.count_user(call.services, call.caller, call.id)
    return _accepted(_execute(call, command), body.misfits)


def send_typing_indicator(call: Call, _: TypingRequest) -> Reply:
    typing.user_is_typing(call.services, call.caller, call.id)
    return Reply({}, 202)


def pause_conversation_by_address(call: Call, body: PauseByAddressRequest) -> Reply:
    address = body.address(call.caller.bot)
    if not call.caller.is_person:
        rate_limits.count_user(call.services, call.caller, address)
    return _pause(call, address, body)


def pause_conversation(call: Call, body: PauseRequest) -> Reply:
    return _pause(call, call.id, body)


def update_handoff(call: Call, body: HandoffUpdateRequest) -> Reply:
    return _head(_execute(call, body.command()), body.misfits)


def unpause_conversation(call: Call, body: UnpauseRequest) -> Reply:
    return _head(_execute(call, body.command()))


def claim_conversation(call: Call, body: EpochRequest) -> Reply:
    return _head(_execute(call, Claim(body.epoch)))


def release_conversation(call: Call, body: EpochRequest) -> Reply:
    return _head(_execute(call, Release(body.epoch)))


def transfer_conversation(call: Call, body: TransferRequest) -> Reply:
    command = Transfer(queue=body.queue, note=body.note, epoch=body.epoch)
    return _head(_execute(call, command, agent=body.named))


def snooze_conversation(call: Call, body: SnoozeRequest) -> Reply:
    return _head(_execute(call, body.command()))


def create_note(call: Call, body: NoteRequest) -> Reply:
    return _numbered(_execute(call, body.command))


def create_suggestion(call: Call, body: TextRequest) -> Reply:
    return _numbered(_execute(call, Suggest(body.text)))


def set_tags(call: Call, body: TagsRequest) -> Reply:
    return _head(_execute(call, Tag(body.distinct)))


def _execute(call: Call, command: Command, agent: str | None = None) -> Answer:
    return execute(call.services, call.caller, call.id, command, key=call.key, agent=agent)


def _pause(call: Call, place: Address | str, body: PauseRequest) -> Reply:
    profile = body.profile if isinstance(body, PauseByAddressRequest) else None
    asked = PauseArgs(body.command(call.caller), body.named, profile)
    answer = pause(call.services, call.caller, place, asked, call.key)
    unsaid = [NOTHING_SAID] if body.say and answer.seq is None else []
    return _head(answer, [*body.misfits, *unsaid])


def _accepted(answer: Answer, misfits: Sequence[Misfit]) -> Reply:
    warned = views.warnings([*answer.warnings, *(misfit.warning for misfit in misfits)])
    return Reply(views.accepted(answer) | warned, 201 if answer.created else 200)


def _numbered(answer: Answer) -> Reply:
    return Reply({"conversation_id": answer.conversation_id, "seq": answer.seq}, 201)


def _head(answer: Answer, misfits: Sequence[Misfit] = ()) -> Reply:
    assert answer.head is not None, "commands that answer with a head keep it"
    warned = views.warnings([*answer.warnings, *(misfit.warning for misfit in misfits)])
    return Reply(views.head(answer.head) | warned)
