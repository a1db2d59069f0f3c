"""Botpress v12's module `hitl`. Each handler translates and calls the native use cases.

A session id is a conversation id, or a thread id that fits exactly one conversation of this bot.
"""

from collections.abc import Mapping

from chalicelib.botpress import sessions, views
from chalicelib.botpress.bodies import Fields
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import ClaimAndReply, Pause, Unpause
from chalicelib.domain.conversation.entries import Body
from chalicelib.domain.errors import NotFound, invalid_field
from chalicelib.entrypoints.http.framework import NO_HEADERS, Call, Reply
from chalicelib.entrypoints.http.paging import cut
from chalicelib.entrypoints.http.schemas.limits import LONG, SHORT
from chalicelib.entrypoints.http.schemas.parsing import FieldError, identifier
from chalicelib.usecases.conversations import lookup, pause
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.routing.presence import refresh

ATTRIBUTES = [{"label": "Language", "attributePath": "language"}]
"""The attributes of a user that Botpress shows by default."""
PAUSE, UNPAUSE = "pause", "unpause"


def list_sessions(call: Call) -> Reply:
    only_paused = call.query.get("pausedOnly") == "true"
    found = sessions.list_sessions(
        call.services, call.caller, only_paused=only_paused, search=call.query.get("searchText")
    )
    return cut([views.session(each) for each in found])


def get_transcript(call: Call) -> Reply:
    conversation_id = lookup.by_session(call.services, call.caller, call.id)
    said = sessions.transcript(call.services, call.caller, conversation_id)
    return cut([views.message(conversation_id, entry) for entry in said], keep_last=True)


def send_message(call: Call, body: Fields) -> Reply:
    """An agent who does not own the conversation takes it in the same commit."""
    try:
        conversation_id = lookup.by_session(call.services, call.caller, call.id)
    except NotFound:
        return plain_text("Not Found", 404)
    command = ClaimAndReply(Body(text=body.message()))
    execute(call.services, call.caller, conversation_id, command, key=call.key)
    refresh(call.services, call.caller.id)
    return _done(conversation_id)


def is_session_paused(call: Call) -> Reply:
    conversation_id = lookup.by_session(call.services, call.caller, call.id)
    return Reply(sessions.is_paused(call.services, call.caller, conversation_id))


def act_on_session(call: Call, _: Fields) -> Reply:
    """Ignores the body, as Botpress does: a widely used action sends its login there."""
    command = _command(call)
    conversation_id = lookup.by_session(call.services, call.caller, call.id)
    execute(call.services, call.caller, conversation_id, command, key=call.key)
    return _done(conversation_id)


def is_address_paused(call: Call) -> Reply:
    return Reply(sessions.is_paused_at(call.services, call.caller, _address(call)))


def act_on_address(call: Call, _: Fields) -> Reply:
    """A pause may come before the user's first message."""
    command, address = _command(call), _address(call)
    if isinstance(command, Pause):
        asked = pause.PauseArgs(command)
        paused = pause.pause(call.services, call.caller, address, asked, call.key)
        return _done(paused.conversation_id)
    conversation_id = lookup.by_address(call.services, call.caller, address, command.action).id
    execute(call.services, call.caller, conversation_id, command, key=call.key)
    return _done(conversation_id)


def list_attributes(_: Call) -> Reply:
    return Reply(ATTRIBUTES)


def plain_text(text: str, status: int = 200, headers: Mapping[str, str] = NO_HEADERS) -> Reply:
    """As Express answers with `sendStatus`."""
    return Reply(text, status, headers, "text/plain; charset=utf-8")


def _command(call: Call) -> Pause | Unpause:
    """Raises NotFound for an unknown action."""
    action = call.params["action"]
    known: dict[str, Pause | Unpause] = {PAUSE: Pause(), UNPAUSE: Unpause()}
    if action not in known:
        raise NotFound(f"There is no action {action}.")
    return known[action]


def _address(call: Call) -> Address:
    """Raises InvalidRequest. As in Botpress, an empty thread id means no thread."""
    channel, user = call.params["channel"], call.params["user"]
    thread = call.query.get("threadId") or None
    try:
        identifier("channel", channel, SHORT)
        identifier("user", user, LONG)
        identifier("threadId", thread, LONG)
    except FieldError as error:
        raise invalid_field(error.field, str(error)) from None
    return Address(call.caller.bot, channel, user, thread)


def _done(conversation_id: str) -> Reply:
    """The header names the conversation, so that the caller can check which one it was."""
    return plain_text("OK", headers={"X-HITL-Session": conversation_id})
