"""The people who serve a bot, and their presence."""

from chalicelib.entrypoints import requests
from chalicelib.entrypoints.http import Call, Reply, Routes
from chalicelib.usecases import presence
from chalicelib.usecases import representation as rep

routes = Routes(__name__)


@routes.on("GET", "/api/v1/agents/me")
def myself(call: Call) -> Reply:
    person = call.person
    status = call.world.directory.presence(person.id).at(call.world.clock.now())
    shown = {"id": person.id, "name": person.name, "email": person.email, "status": status}
    return Reply(shown | {"bots": call.bots})


@routes.on("PUT", "/api/v1/agents/me/status")
def set_status(call: Call) -> Reply:
    person, body = call.person, call.body(requests.StatusRequest)
    chosen = presence.choose(call.world, person, body.status)
    return Reply({"id": person.id, "status": chosen.status})


@routes.on("GET", "/api/v1/bots/{bot}/agents")
def agents(call: Call) -> Reply:
    now = call.world.clock.now()
    items = [rep.member(member, now) for member in presence.agents(call.world, call.caller)]
    return Reply({"items": items, "next": None})
