"""A bot's canned replies."""

from chalicelib.domain.errors import InvalidRequest
from chalicelib.entrypoints import admin_shapes as shapes
from chalicelib.entrypoints.http import Call, Routes
from chalicelib.entrypoints.http import Reply as Answer
from chalicelib.entrypoints.parsing import words
from chalicelib.entrypoints.requests import NAME, TextRequest
from chalicelib.usecases import canned_replies
from chalicelib.usecases.records import CannedReply

REPLIES = "/api/v1/bots/{bot}/replies"
ONE = REPLIES + "/{name}"
routes = Routes(__name__)


@routes.on("GET", REPLIES)
def replies(call: Call) -> Answer:
    found = canned_replies.replies(call.world, call.caller)
    return Answer({"items": [shapes.reply(reply) for reply in found], "next": None})


@routes.on("PUT", ONE)
def put(call: Call) -> Answer:
    caller, body = call.caller, call.body(TextRequest)
    reply = CannedReply(_name(call), body.text)
    canned_replies.put(call.world, caller, reply)
    return Answer(shapes.reply(reply))


@routes.on("DELETE", ONE)
def remove(call: Call) -> Answer:
    canned_replies.remove(call.world, call.caller, _name(call))
    return Answer(status=204)


def _name(call: Call) -> str:
    name = call.params["name"]
    try:
        words("name", name, NAME)
    except ValueError as error:
        flaw = {"field": "name", "message": str(error)}
        raise InvalidRequest(f"{error}.", errors=[flaw]) from None
    return name
