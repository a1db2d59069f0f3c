"""The people who serve a bot, and their presence. What shows an invitation takes no
`Idempotency-Key`: an answer would have to be kept."""

from chalicelib.entrypoints import admin_shapes as shapes
from chalicelib.entrypoints import requests
from chalicelib.entrypoints.http import Call, Reply, Routes
from chalicelib.usecases import inviting, presence
from chalicelib.usecases import representation as rep

AGENTS = "/api/v1/bots/{bot}/agents"
AGENT = AGENTS + "/{id}"
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


@routes.on("GET", AGENTS)
def agents(call: Call) -> Reply:
    now = call.world.clock.now()
    items = [rep.member(member, now) for member in presence.agents(call.world, call.caller)]
    return Reply({"items": items, "next": None})


@routes.on("POST", AGENTS)
def invite(call: Call) -> Reply:
    caller, body = call.caller, call.body(shapes.AgentRequest)
    member, invitation = inviting.invite(call.world, caller, body.email, body.name, body.place)
    shown = rep.member(member, call.world.clock.now())
    return Reply(shown | shapes.invitation(invitation), 201)


@routes.on("PUT", AGENT)
def change(call: Call) -> Reply:
    caller, body = call.caller, call.body(shapes.PlaceRequest)
    member = inviting.change(call.world, caller, call.id, body.place)
    return Reply(rep.member(member, call.world.clock.now()))


@routes.on("DELETE", AGENT)
def send_away(call: Call) -> Reply:
    inviting.send_away(call.world, call.caller, call.id)
    return Reply(status=204)


@routes.on("POST", AGENT + "/invitation")
def invite_again(call: Call) -> Reply:
    caller, _ = call.caller, call.body(requests.Nothing)
    return Reply(shapes.invitation(inviting.invite_again(call.world, caller, call.id)), 201)
