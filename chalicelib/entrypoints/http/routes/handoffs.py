"""Routes of handoffs: one, the latest ones, and how a user rates one."""

from chalicelib.domain.errors import invalid_field
from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.paging import PageRequest, page
from chalicelib.entrypoints.http.schemas.conversations import RatingRequest, person
from chalicelib.usecases import views
from chalicelib.usecases.conversations import handoff_queries, rating

IS_OPEN = {None: None, "open": True, "closed": False}


def list_handoffs(call: Call) -> Reply:
    handoffs = _filter(call)

    def fetch(wanted: PageRequest) -> tuple[list[views.Json], str | None]:
        found = handoff_queries.list_handoffs(
            call.services, call.caller, handoffs, wanted.position, wanted.limit
        )
        items = [views.handoff(each.handoff) | {"tags": list(each.tags)} for each in found.details]
        return items, found.position

    return page(call, fetch)


def get_handoff(call: Call) -> Reply:
    found = handoff_queries.get_handoff(call.services, call.caller, call.id)
    notes = [views.note(entry) for entry in found.notes]
    return Reply(views.handoff(found.handoff) | {"tags": list(found.tags), "notes": notes})


def rate_handoff(call: Call, body: RatingRequest) -> Reply:
    answer = rating.rate_handoff(call.services, call.caller, body.command(call.id), call.key)
    return Reply(
        {
            "handoff_id": call.id,
            "conversation_id": answer.conversation_id,
            "score": body.score,
        }
    )


def _filter(call: Call) -> handoff_queries.HandoffFilter:
    query = call.query
    if query.get("status") not in IS_OPEN:
        raise invalid_field("status", "`status` is open or closed.")
    agent = call.caller.id if query.get("agent") == "me" else person(query.get("agent"))
    is_open = IS_OPEN[query.get("status")]
    return handoff_queries.HandoffFilter(
        query.get("queue"), is_open, agent, query.get("conversation_id")
    )
