"""Botpress v12's module `hitl`. The routes only translate; what happens is the business of the
native use cases.

A session id is a conversation id, or a thread id that fits exactly one conversation of this bot.
"""

from chalicelib.botpress import bodies, views
from chalicelib.botpress import sessions as botpress_sessions
from chalicelib.botpress.callers import identify
from chalicelib.botpress.responses import module_error, plain_text
from chalicelib.domain.access import Action, authorize
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import ClaimAndReply, Pause, Unpause
from chalicelib.domain.conversation.entries import Body
from chalicelib.domain.errors import InvalidRequest, NotFound
from chalicelib.entrypoints.http.framework import Call, Reply, Routes
from chalicelib.entrypoints.http.schemas.conversations import LONG, SHORT
from chalicelib.entrypoints.http.schemas.parsing import identifier
from chalicelib.usecases.conversations import lookup, queries
from chalicelib.usecases.conversations import pause as pausing
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.routing.presence import refresh

HITL = "/api/v1/bots/{bot}/mod/hitl"
SESSION = HITL + "/sessions/{id}"
ADDRESS = HITL + "/channel/{channel}/user/{user}"
ATTRIBUTES = [{"label": "Language", "attributePath": "language"}]
PAUSE, UNPAUSE = "pause", "unpause"
routes = Routes(__name__, module_error("module.hitl"), identify)


@routes.on("GET", HITL + "/sessions")
def sessions(call: Call) -> Reply:
    only_paused = call.query.get("pausedOnly") == "true"
    found = botpress_sessions.listed(
        call.services, call.caller, only_paused=only_paused, search=call.query.get("searchText")
    )
    return Reply([views.session(each) for each in found])


@routes.on("GET", SESSION)
def transcript(call: Call) -> Reply:
    conversation_id = lookup.by_session(call.services, call.caller, call.id)
    said = botpress_sessions.transcript(call.services, call.caller, conversation_id)
    return Reply([views.message(conversation_id, entry) for entry in said])


@routes.on("POST", SESSION + "/message")
def say(call: Call) -> Reply:
    """Whoever speaks without having the conversation takes it, in the same commit."""
    caller, said = call.caller, bodies.fields(call)
    authorize(caller, Action.SAY)
    try:
        conversation_id = lookup.by_session(call.services, caller, call.id)
    except NotFound:
        return plain_text("Not Found", 404)
    command = ClaimAndReply(Body(text=bodies.text(said)))
    execute(call.services, caller, conversation_id, command, key=call.key)
    refresh(call.services, caller.id)
    return _done(conversation_id)


@routes.on("POST", SESSION + "/isPaused")
def is_paused(call: Call) -> Reply:
    conversation_id = lookup.by_session(call.services, call.caller, call.id)
    return Reply(queries.gate(call.services, call.caller, conversation_id).paused)


@routes.on("POST", SESSION + "/{action}")
def act_on_session(call: Call) -> Reply:
    """What the body holds is ignored, as Botpress does: the forum's action sends its login."""
    caller, command = call.caller, _command(call)
    authorize(caller, command.action)
    bodies.fields(call)
    conversation_id = lookup.by_session(call.services, caller, call.id)
    execute(call.services, caller, conversation_id, command, key=call.key)
    return _done(conversation_id)


@routes.on("POST", ADDRESS + "/isPaused")
def is_paused_at(call: Call) -> Reply:
    caller = call.caller
    return Reply(botpress_sessions.is_paused_at(call.services, caller, _address(call)))


@routes.on("POST", ADDRESS + "/{action}")
def act_on_address(call: Call) -> Reply:
    """A pause may come before the user's first message."""
    caller, command, address = call.caller, _command(call), _address(call)
    bodies.fields(call)
    if isinstance(command, Pause):
        asked = pausing.Asked(command)
        paused = pausing.pause(call.services, caller, address, asked, call.key)
        return _done(paused.conversation_id)
    conversation_id = lookup.by_address(call.services, caller, address).id
    execute(call.services, caller, conversation_id, command, key=call.key)
    return _done(conversation_id)


@routes.on("GET", HITL + "/config/attributes")
def attributes(call: Call) -> Reply:
    """What Botpress shows of a user by default."""
    _ = call.caller
    return Reply(ATTRIBUTES)


def _command(call: Call) -> Pause | Unpause:
    """Raises NotFound: a slip of the pen changes nothing."""
    action = call.params["action"]
    known: dict[str, Pause | Unpause] = {PAUSE: Pause(), UNPAUSE: Unpause()}
    if action not in known:
        raise NotFound(f"There is no action {action}.")
    return known[action]


def _address(call: Call) -> Address:
    """Raises InvalidRequest. An empty thread is none, as for Botpress."""
    channel, user = call.params["channel"], call.params["user"]
    thread = call.query.get("threadId") or None
    try:
        identifier("channel", channel, SHORT)
        identifier("user", user, LONG)
        identifier("threadId", thread, LONG)
    except ValueError as error:
        raise InvalidRequest(str(error)) from None
    return Address(call.caller.bot, channel, user, thread)


def _done(conversation_id: str) -> Reply:
    """The header says which conversation it was, so that a caller can be sure."""
    return plain_text("OK", headers={"X-HITL-Session": conversation_id})
