"""Routes that read conversations."""

from chalicelib.domain.address import Address
from chalicelib.domain.conversation.head import Status
from chalicelib.domain.errors import invalid_field
from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.paging import PageRequest, fitting, limit_of, page
from chalicelib.entrypoints.http.schemas.conversations import person
from chalicelib.entrypoints.http.schemas.parsing import number
from chalicelib.usecases import views
from chalicelib.usecases.conversations import lookup, queries

HIGHEST_SEQ = 10**12 - 1


def list_conversations(call: Call) -> Reply:
    conversations = _filter(call)

    def fetch(wanted: PageRequest) -> tuple[list[views.Json], str | None]:
        found = queries.conversations(
            call.services, call.caller, conversations, wanted.position, wanted.limit
        )
        return [views.head(head) for head in found.heads], found.position

    return page(call, fetch)


def find_conversation(call: Call) -> Reply:
    caller, query = call.caller, call.query
    if "name" in query and query.keys() & {"channel", "user", "thread"}:
        raise invalid_field(
            "name", "Look up by `name` or by address; the two could name different users."
        )
    if query.get("name"):
        return Reply(views.head(lookup.by_name(call.services, caller, query["name"])))
    if not query.get("channel") or not query.get("user"):
        missing = "user" if query.get("channel") else "channel"
        raise invalid_field(
            missing, "Look up by `channel` and `user` (and `thread`), or by `name`."
        )
    address = Address(caller.bot, query["channel"], query["user"], query.get("thread"))
    return Reply(views.head(lookup.by_address(call.services, caller, address)))


def get_conversation(call: Call) -> Reply:
    return Reply(views.head(queries.head(call.services, call.caller, call.id)))


def list_entries(call: Call) -> Reply:
    after = number(call.query, "after", 0, HIGHEST_SEQ)
    before = number(call.query, "before", 0, HIGHEST_SEQ)
    if after is not None and before is not None:
        raise invalid_field("before", "Ask for entries `after` a seq or `before` one, not both.")
    found = queries.entries(
        call.services, call.caller, call.id, after=after, before=before, limit=limit_of(call)
    )
    items = [views.entry(entry) for entry in found]
    kept = fitting(items if after is not None else items[::-1])
    items = items[:kept] if after is not None else items[len(items) - kept :]
    return Reply({"items": items, "next": None})


def get_user(call: Call) -> Reply:
    address, profile = queries.user(call.services, call.caller, call.id)
    return Reply(views.user(address, profile))


def _filter(call: Call) -> queries.ConversationFilter:
    query = call.query
    status = query.get("status")
    if status is not None and status not in list(Status):
        raise invalid_field("status", "`status` is bot, waiting or agent.")
    owner = call.caller.id if query.get("owner") == "me" else person(query.get("owner"))
    statuses = frozenset({Status(status)}) if status else None
    return queries.ConversationFilter(statuses, query.get("queue"), owner, query.get("name"))
