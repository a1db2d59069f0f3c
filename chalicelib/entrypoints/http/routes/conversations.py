"""Routes that read conversations, and the one that erases a user."""

from collections.abc import Callable

from chalicelib.domain.address import Address
from chalicelib.domain.conversation.entries import Kind
from chalicelib.domain.conversation.head import Status
from chalicelib.domain.errors import invalid_field
from chalicelib.entrypoints.http import cursors
from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.paging import PageRequest, fitting, limit_of, page
from chalicelib.entrypoints.http.schemas.conversations import person
from chalicelib.entrypoints.http.schemas.parsing import number
from chalicelib.usecases import views
from chalicelib.usecases.conversations import export, lookup, queries, transcript
from chalicelib.usecases.conversations.export import ExportPage
from chalicelib.usecases.conversations.transcript import Format
from chalicelib.usecases.privacy import bot_export, erase

HIGHEST_SEQ = 10**12 - 1
KINDS = tuple(kind for kind in Kind if kind is not Kind.UNKNOWN)
NEXT = "Baton-Next"
"""The header with the cursor of the next page of a transcript or an export."""
FORMATS = {
    Format.CHAT: "application/json",
    Format.TEXT: "text/plain; charset=utf-8",
    Format.JSONL: "application/jsonl",
}


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
    page_ = queries.entry_page(
        call.services,
        call.caller,
        call.id,
        after=after,
        before=before,
        limit=limit_of(call),
        kind=_kind(call.query.get("kind")),
    )
    items = [views.entry(entry) for entry in page_.entries]
    kept = fitting(items if after is not None else items[::-1])
    more = page_.more or kept < len(items)
    items = items[:kept] if after is not None else items[len(items) - kept :]
    return Reply({"items": items, "next": None, "more": more})


def get_transcript(call: Call) -> Reply:
    """The position of the next page is in a header, because two of the formats are no objects."""
    form = call.query.get("format", Format.TEXT)
    if form not in FORMATS:
        raise invalid_field("format", f"`format` is {' or '.join(FORMATS)}.")
    first = number(call.query, "from", 1, HIGHEST_SEQ) or 1
    last = number(call.query, "to", 1, HIGHEST_SEQ) or HIGHEST_SEQ
    if first > last:
        raise invalid_field("to", "`to` is not before `from`.")
    filters = {name: value for name, value in call.query.items() if name != "cursor"}
    query = [call.path, call.caller.bot, filters]
    after = cursors.position(call.services.secrets, query, call.query.get("cursor"))
    found = transcript.page(
        call.services,
        call.caller,
        call.id,
        Format(form),
        after=first - 1 if after is None else int(after),
        last=last,
    )
    following = None if found.position is None else str(found.position)
    cursor = cursors.cursor(call.services.secrets, query, following)
    headers = {} if cursor is None else {NEXT: cursor}
    body = list(found.items) if form == Format.CHAT else "".join(map(str, found.items))
    return Reply(body, headers=headers, content_type=FORMATS[Format(form)])


def get_user_export(call: Call) -> Reply:
    channel, user = call.params["channel"], call.params["user"]
    return _exported(
        call, lambda at: export.user_page(call.services, call.caller, channel, user, at)
    )


def get_conversation_export(call: Call) -> Reply:
    return _exported(
        call, lambda at: export.conversation_page(call.services, call.caller, call.id, at)
    )


def get_bot_export(call: Call) -> Reply:
    return _exported(call, lambda at: bot_export.bot_page(call.services, call.caller, at))


def _exported(call: Call, read: Callable[[str | None], ExportPage]) -> Reply:
    query = [call.path, call.caller.bot]
    found = read(cursors.position(call.services.secrets, query, call.query.get("cursor")))
    cursor = cursors.cursor(call.services.secrets, query, found.position)
    headers = {} if cursor is None else {NEXT: cursor}
    return Reply("".join(found.lines), headers=headers, content_type=FORMATS[Format.JSONL])


def erase_user(call: Call) -> Reply:
    channel, user = call.params["channel"], call.params["user"]
    order = erase.erase_user(call.services, call.caller, channel, user)
    return Reply({"erasure": order.id, "conversations": order.conversations}, 202)


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
    return queries.ConversationFilter(
        statuses, query.get("queue"), owner, query.get("name"), query.get("user")
    )


def _kind(name: str | None) -> Kind | None:
    if name is None:
        return None
    if name not in KINDS:
        raise invalid_field("kind", f"`kind` is {', '.join(KINDS)}.")
    return Kind(name)
