"""Botpress v12's own routes: they only translate; what happens is the native use cases' business.

A session id is a conversation id, or a thread id that fits exactly one conversation of this bot.
"""

from chalicelib.domain.commands import Command, Pause, Unpause
from chalicelib.domain.errors import NotFound
from chalicelib.entrypoints.botpress_shapes import botpress_error
from chalicelib.entrypoints.http import Call, Reply, Routes
from chalicelib.usecases import places
from chalicelib.usecases.conversations import execute

HITL = "/api/v1/bots/{bot}/mod/hitl"
routes = Routes(__name__, botpress_error)

COMMANDS: dict[str, Command] = {"pause": Pause(), "unpause": Unpause()}


@routes.on("POST", HITL + "/sessions/{id}/{action}")
def act_on_session(call: Call) -> Reply:
    """Whatever the body holds is ignored, as Botpress does: the forum's action sends its login."""
    command = COMMANDS.get(call.params["action"])
    if command is None:
        raise NotFound(f"There is no action {call.params['action']} on a session.")
    conversation_id = places.by_session(call.world, call.caller, call.id)
    execute(call.world, call.caller, conversation_id, command)
    headers = {"X-HITL-Session": conversation_id}
    return Reply("OK", headers=headers, content_type="text/plain; charset=utf-8")
