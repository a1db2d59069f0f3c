"""Botpress v12's module `hitl`. The routes only translate; what happens is the business of the
native use cases.

A session id is a conversation id, or a thread id that fits exactly one conversation of this bot.
"""

from chalicelib.domain.access import Action, authorize
from chalicelib.domain.address import Address
from chalicelib.domain.commands import Pause, TakeAndSay, Unpause
from chalicelib.domain.entries import Body
from chalicelib.domain.errors import InvalidRequest, NotFound
from chalicelib.entrypoints import botpress_bodies as bodies
from chalicelib.entrypoints.botpress_callers import identify
from chalicelib.entrypoints.botpress_shapes import module_error, plain_text
from chalicelib.entrypoints.http import Call, Reply, Routes
from chalicelib.entrypoints.parsing import identifier
from chalicelib.entrypoints.requests import LONG, SHORT
from chalicelib.usecases import botpress_sessions, botpress_view, pausing, places, reading
from chalicelib.usecases.conversations import ACTION_OF, execute
from chalicelib.usecases.presence import extend

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
        call.world, call.caller, only_paused=only_paused, search=call.query.get("searchText")
    )
    return Reply([botpress_view.session(each) for each in found])


@routes.on("GET", SESSION)
def transcript(call: Call) -> Reply:
    conversation_id = places.by_session(call.world, call.caller, call.id)
    said = botpress_sessions.transcript(call.world, call.caller, conversation_id)
    return Reply([botpress_view.message(conversation_id, entry) for entry in said])


@routes.on("POST", SESSION + "/message")
def say(call: Call) -> Reply:
    """Whoever speaks without having the conversation takes it, in the same commit."""
    caller, said = call.caller, bodies.fields(call)
    authorize(caller, Action.SAY)
    try:
        conversation_id = places.by_session(call.world, caller, call.id)
    except NotFound:
        return plain_text("Not Found", 404)
    command = TakeAndSay(Body(text=bodies.text(said)))
    execute(call.world, caller, conversation_id, command, key=call.key)
    extend(call.world, caller.id)
    return _done(conversation_id)


@routes.on("POST", SESSION + "/isPaused")
def is_paused(call: Call) -> Reply:
    conversation_id = places.by_session(call.world, call.caller, call.id)
    return Reply(reading.gate(call.world, call.caller, conversation_id).paused)


@routes.on("POST", SESSION + "/{action}")
def act_on_session(call: Call) -> Reply:
    """What the body holds is ignored, as Botpress does: the forum's action sends its login."""
    caller, command = call.caller, _command(call)
    authorize(caller, ACTION_OF[type(command)])
    bodies.fields(call)
    conversation_id = places.by_session(call.world, caller, call.id)
    execute(call.world, caller, conversation_id, command, key=call.key)
    return _done(conversation_id)


@routes.on("POST", ADDRESS + "/isPaused")
def is_paused_at(call: Call) -> Reply:
    caller = call.caller
    return Reply(botpress_sessions.is_paused_at(call.world, caller, _address(call)))


@routes.on("POST", ADDRESS + "/{action}")
def act_on_address(call: Call) -> Reply:
    """A pause may come before the user's first message."""
    caller, command, address = call.caller, _command(call), _address(call)
    bodies.fields(call)
    if isinstance(command, Pause):
        asked = pausing.Asked(command)
        paused = pausing.pause(call.world, caller, address, asked, call.key)
        return _done(paused.conversation_id)
    conversation_id = places.by_address(call.world, caller, address).id
    execute(call.world, caller, conversation_id, command, key=call.key)
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
