"""The native REST routes of handoffs: looked at one by one, or the latest ones."""

from chalicelib.domain.errors import InvalidRequest
from chalicelib.entrypoints.http import paging
from chalicelib.entrypoints.http.framework import Call, Reply, Routes
from chalicelib.entrypoints.http.schemas import conversations
from chalicelib.usecases import views
from chalicelib.usecases.conversations import handoff_queries

HANDOFFS = "/api/v1/bots/{bot}/handoffs"
IS_OPEN = {None: None, "open": True, "closed": False}
routes = Routes(__name__)


@routes.on("GET", HANDOFFS)
def handoffs(call: Call) -> Reply:
    asked = paging.asked(call)
    page = handoff_queries.latest(
        call.services, call.caller, _wanted(call), asked.position, asked.limit
    )
    items = [views.handoff(each.handoff) | {"tags": list(each.tags)} for each in page.episodes]
    return paging.page(call, asked, items, page.position)


@routes.on("GET", HANDOFFS + "/{id}")
def handoff(call: Call) -> Reply:
    found = handoff_queries.one(call.services, call.caller, call.id)
    notes = [views.note(entry) for entry in found.notes]
    return Reply(views.handoff(found.handoff) | {"tags": list(found.tags), "notes": notes})


def _wanted(call: Call) -> handoff_queries.Wanted:
    query = call.query
    if query.get("status") not in IS_OPEN:
        raise InvalidRequest("`status` is open or closed.")
    agent = (
        call.caller.id if query.get("agent") == "me" else conversations.person(query.get("agent"))
    )
    is_open = IS_OPEN[query.get("status")]
    return handoff_queries.Wanted(query.get("queue"), is_open, agent, query.get("conversation_id"))
