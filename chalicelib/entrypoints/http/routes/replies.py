"""A bot's canned replies."""

from chalicelib.domain.errors import InvalidRequest
from chalicelib.entrypoints.http.framework import Call, Routes
from chalicelib.entrypoints.http.framework import Reply as Answer
from chalicelib.entrypoints.http.schemas import admin as shapes
from chalicelib.entrypoints.http.schemas.conversations import NAME, TextRequest
from chalicelib.entrypoints.http.schemas.parsing import words
from chalicelib.usecases.admin import replies as canned_replies
from chalicelib.usecases.records.bots import CannedReply

REPLIES = "/api/v1/bots/{bot}/replies"
ONE = REPLIES + "/{name}"
routes = Routes(__name__)


@routes.on("GET", REPLIES)
def replies(call: Call) -> Answer:
    found = canned_replies.list_replies(call.services, call.caller)
    return Answer({"items": [shapes.reply(reply) for reply in found], "next": None})


@routes.on("PUT", ONE)
def put(call: Call) -> Answer:
    caller, body = call.caller, call.body(TextRequest)
    reply = CannedReply(_name(call), body.text)
    canned_replies.put(call.services, caller, reply)
    return Answer(shapes.reply(reply))


@routes.on("DELETE", ONE)
def remove(call: Call) -> Answer:
    canned_replies.remove(call.services, call.caller, _name(call))
    return Answer(status=204)


def _name(call: Call) -> str:
    name = call.params["name"]
    try:
        words("name", name, NAME)
    except ValueError as error:
        flaw = {"field": "name", "message": str(error)}
        raise InvalidRequest(f"{error}.", errors=[flaw]) from None
    return name
