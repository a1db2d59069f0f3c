"""The bots themselves."""

from chalicelib.entrypoints import admin_shapes as shapes
from chalicelib.entrypoints.http import Call, Reply, Routes
from chalicelib.usecases import bots

BOTS = "/api/v1/bots"
ONE = BOTS + "/{bot}"
routes = Routes(__name__)


@routes.on("GET", BOTS)
def of_person(call: Call) -> Reply:
    found = bots.of_person(call.world, call.person, call.bots)
    return Reply({"items": [shapes.bot(bot) for bot in found], "next": None})


@routes.on("POST", BOTS)
def create(call: Call) -> Reply:
    person, body = call.person, call.body(shapes.BotRequest)
    return Reply(shapes.bot(bots.create(call.world, person, body.id, body.name)), 201)


@routes.on("GET", ONE)
def show(call: Call) -> Reply:
    return Reply(shapes.bot(bots.show(call.world, call.caller)))


@routes.on("PUT", ONE)
def rename(call: Call) -> Reply:
    caller, body = call.caller, call.body(shapes.BotNameRequest)
    return Reply(shapes.bot(bots.rename(call.world, caller, body.name)))


@routes.on("DELETE", ONE)
def remove(call: Call) -> Reply:
    bots.remove(call.world, call.caller)
    return Reply(status=204)
