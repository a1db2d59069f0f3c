"""The people who serve a bot, and their presence. What shows an invitation takes no
`Idempotency-Key`: an answer would have to be kept."""

from chalicelib.entrypoints.http.framework import Call, Reply, Routes
from chalicelib.entrypoints.http.schemas import admin as shapes
from chalicelib.entrypoints.http.schemas import conversations
from chalicelib.usecases import views
from chalicelib.usecases.admin import members
from chalicelib.usecases.routing import presence

AGENTS = "/api/v1/bots/{bot}/agents"
AGENT = AGENTS + "/{id}"
routes = Routes(__name__)


@routes.on("GET", "/api/v1/agents/me")
def myself(call: Call) -> Reply:
    person = call.person
    status = call.services.directory.presence(person.id).at(call.services.clock.now())
    shown = {"id": person.id, "name": person.name, "email": person.email, "status": status}
    return Reply(shown | {"bots": call.bots})


@routes.on("PUT", "/api/v1/agents/me/status")
def set_status(call: Call) -> Reply:
    person, body = call.person, call.body(conversations.StatusRequest)
    chosen = presence.set_status(call.services, person, body.status)
    return Reply({"id": person.id, "status": chosen.status})


@routes.on("GET", AGENTS)
def agents(call: Call) -> Reply:
    now = call.services.clock.now()
    items = [
        views.member(member, now) for member in presence.list_agents(call.services, call.caller)
    ]
    return Reply({"items": items, "next": None})


@routes.on("POST", AGENTS)
def invite(call: Call) -> Reply:
    caller, body = call.caller, call.body(shapes.AgentRequest)
    member, invitation = members.invite(call.services, caller, body.email, body.name, body.place)
    shown = views.member(member, call.services.clock.now())
    return Reply(shown | shapes.invitation(invitation), 201)


@routes.on("PUT", AGENT)
def change(call: Call) -> Reply:
    caller, body = call.caller, call.body(shapes.PlaceRequest)
    member = members.update(call.services, caller, call.id, body.place)
    return Reply(views.member(member, call.services.clock.now()))


@routes.on("DELETE", AGENT)
def send_away(call: Call) -> Reply:
    members.remove(call.services, call.caller, call.id)
    return Reply(status=204)


@routes.on("POST", AGENT + "/invitation")
def invite_again(call: Call) -> Reply:
    caller, _ = call.caller, call.body(conversations.Nothing)
    return Reply(shapes.invitation(members.renew_invitation(call.services, caller, call.id)), 201)
