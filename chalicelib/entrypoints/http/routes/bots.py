"""The bots themselves."""

from chalicelib.entrypoints.http.framework import Call, Reply, Routes
from chalicelib.entrypoints.http.schemas import admin as shapes
from chalicelib.usecases.admin import bots

BOTS = "/api/v1/bots"
ONE = BOTS + "/{bot}"
routes = Routes(__name__)


@routes.on("GET", BOTS)
def of_person(call: Call) -> Reply:
    found = bots.list_bots(call.services, call.person, call.bots)
    return Reply({"items": [shapes.bot(bot) for bot in found], "next": None})


@routes.on("POST", BOTS)
def create(call: Call) -> Reply:
    person, body = call.person, call.body(shapes.BotRequest)
    return Reply(shapes.bot(bots.create(call.services, person, body.id, body.name)), 201)


@routes.on("GET", ONE)
def show(call: Call) -> Reply:
    return Reply(shapes.bot(bots.get(call.services, call.caller)))


@routes.on("PUT", ONE)
def rename(call: Call) -> Reply:
    caller, body = call.caller, call.body(shapes.BotNameRequest)
    return Reply(shapes.bot(bots.rename(call.services, caller, body.name)))


@routes.on("DELETE", ONE)
def remove(call: Call) -> Reply:
    bots.remove(call.services, call.caller)
    return Reply(status=204)
