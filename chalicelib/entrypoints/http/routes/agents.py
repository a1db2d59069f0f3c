"""Routes of the people who serve a bot, and of their presence.

The routes that show an invitation take no `Idempotency-Key`, because the answer would be stored.
"""

from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.paging import listed
from chalicelib.entrypoints.http.schemas import admin
from chalicelib.entrypoints.http.schemas.accounts import StatusRequest
from chalicelib.entrypoints.http.schemas.parsing import Empty
from chalicelib.usecases import views
from chalicelib.usecases.admin import members
from chalicelib.usecases.routing import presence


def get_own_agent(call: Call) -> Reply:
    person = call.person
    found = call.services.directory.presence(person.id)
    status = {"status": found.at(call.services.clock.now()), "chosen_status": found.chosen}
    shown = {"id": person.id, "name": person.name, "email": person.email}
    return Reply(shown | status | {"bots": call.bots})


def set_own_status(call: Call, body: StatusRequest) -> Reply:
    chosen = presence.set_status(call.services, call.person, body.status)
    return Reply({"id": call.person.id, "status": chosen.status})


def set_agent_status(call: Call, body: StatusRequest) -> Reply:
    chosen = presence.set_status_of(call.services, call.caller, call.id, body.status)
    return Reply({"id": call.id, "status": chosen.status})


def list_agents(call: Call) -> Reply:
    now, found = call.services.clock.now(), presence.list_agents(call.services, call.caller)
    items = [views.member(member, now) for member in found]
    known = members.with_password(call.services, call.caller, found)
    if known is not None:
        items = [{**item, "has_password": item["id"] in known} for item in items]
    return listed(call, items, "id")


def invite_agent(call: Call, body: admin.AgentRequest) -> Reply:
    member, invitation = members.invite(
        call.services, call.caller, body.email, body.name, body.membership
    )
    shown = views.member(member, call.services.clock.now())
    return Reply(shown | _invitation(invitation), 201)


def update_agent(call: Call, body: admin.MembershipRequest) -> Reply:
    member = members.update(call.services, call.caller, call.id, body.membership)
    return Reply(views.member(member, call.services.clock.now()))


def remove_agent(call: Call) -> Reply:
    members.remove(call.services, call.caller, call.id)
    return Reply(status=204)


def create_invitation(call: Call, _: Empty) -> Reply:
    invitation = members.renew_invitation(call.services, call.caller, call.id)
    return Reply(_invitation(invitation), 201)


def _invitation(invitation: members.Invitation | None) -> views.Json:
    """`invitation` is None for a person who has a password already, and if it is sent by mail."""
    if invitation is None:
        return {"invitation": None, "mailed": False, "expires_at": None}
    return {
        "invitation": invitation.token,
        "mailed": invitation.token is None,
        "expires_at": views.timestamp(invitation.expires_at),
    }
