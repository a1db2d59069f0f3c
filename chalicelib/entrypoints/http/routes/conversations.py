"""The native REST routes of conversations."""

from chalicelib.domain.access import Action, authorize
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import (
    Claim,
    Command,
    Note,
    Release,
    Suggest,
    Tag,
    Transfer,
)
from chalicelib.domain.conversation.head import Status
from chalicelib.domain.errors import InvalidRequest
from chalicelib.entrypoints.http import paging
from chalicelib.entrypoints.http.framework import Call, Reply, Routes
from chalicelib.entrypoints.http.schemas import conversations as requests
from chalicelib.entrypoints.http.schemas.parsing import number
from chalicelib.usecases import views
from chalicelib.usecases.conversations import lookup as places
from chalicelib.usecases.conversations import pause as pausing
from chalicelib.usecases.conversations import queries
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.live import typing as typing_signs
from chalicelib.usecases.records.answers import Answer

BOT = "/api/v1/bots/{bot}"
ONE = BOT + "/conversations/{id}"
HIGHEST_SEQ = 10**12 - 1
routes = Routes(__name__)


# Messages and the gate


@routes.on("POST", ONE + "/typing")
def typing(call: Call) -> Reply:
    caller, _ = call.caller, call.body(requests.TypingRequest)
    typing_signs.user_is_typing(call.services, caller, call.id)
    return Reply({}, 202)


@routes.on("POST", BOT + "/messages")
def record_message(call: Call) -> Reply:
    caller, body = call.caller, call.body(requests.NewMessage)
    place, command = body.address(caller.bot), body.command()
    return _accepted(execute(call.services, caller, place, command, key=call.key))


@routes.on("POST", ONE + "/messages")
def send_message(call: Call) -> Reply:
    caller, body = call.caller, call.body(requests.MessageInConversation)
    return _accepted(_execute(call, body.command(caller)))


@routes.on("GET", ONE + "/gate")
def gate(call: Call) -> Reply:
    return Reply(views.gate(queries.gate(call.services, call.caller, call.id)))


@routes.on("GET", ONE + "/user")
def user(call: Call) -> Reply:
    address, profile = queries.user(call.services, call.caller, call.id)
    return Reply(views.user(address, profile))


# Who may speak


@routes.on("POST", BOT + "/pause")
def pause_by_address(call: Call) -> Reply:
    caller, body = call.caller, call.body(requests.PauseByAddress)
    authorize(caller, Action.PAUSE_BY_ADDRESS)
    return _pause(call, body.address(caller.bot), body)


@routes.on("POST", ONE + "/pause")
def pause(call: Call) -> Reply:
    _, body = call.caller, call.body(requests.PauseRequest)
    return _pause(call, call.id, body)


@routes.on("POST", ONE + "/unpause")
def unpause(call: Call) -> Reply:
    _, body = call.caller, call.body(requests.UnpauseRequest)
    return _head(_execute(call, body.command()))


@routes.on("POST", ONE + "/claim")
def claim(call: Call) -> Reply:
    _, body = call.caller, call.body(requests.WithEpoch)
    return _head(_execute(call, Claim(body.epoch)))


@routes.on("POST", ONE + "/release")
def release(call: Call) -> Reply:
    _, body = call.caller, call.body(requests.WithEpoch)
    return _head(_execute(call, Release(body.epoch)))


@routes.on("POST", ONE + "/transfer")
def transfer(call: Call) -> Reply:
    _, body = call.caller, call.body(requests.TransferRequest)
    command = Transfer(queue=body.queue, note=body.note, epoch=body.epoch)
    return _head(_execute(call, command, agent=body.named))


# At any time


@routes.on("POST", ONE + "/notes")
def note(call: Call) -> Reply:
    _, body = call.caller, call.body(requests.TextRequest)
    return _numbered(_execute(call, Note(body.text)))


@routes.on("POST", ONE + "/suggestions")
def suggest(call: Call) -> Reply:
    _, body = call.caller, call.body(requests.TextRequest)
    return _numbered(_execute(call, Suggest(body.text)))


@routes.on("PUT", ONE + "/tags")
def tag(call: Call) -> Reply:
    _, body = call.caller, call.body(requests.TagsRequest)
    return _head(_execute(call, Tag(body.distinct)))


# Looking


@routes.on("GET", BOT + "/conversations")
def conversations(call: Call) -> Reply:
    asked = paging.asked(call)
    page = queries.conversations(
        call.services, call.caller, _wanted(call), asked.position, asked.limit
    )
    return paging.page(call, asked, [views.head(head) for head in page.heads], page.position)


@routes.on("GET", BOT + "/conversations/lookup")
def lookup(call: Call) -> Reply:
    caller, query = call.caller, call.query
    if "name" in query and query.keys() & {"channel", "user", "thread"}:
        raise InvalidRequest("Look up by `name` or by address; the two could name different users.")
    if query.get("name"):
        return Reply(views.head(places.by_name(call.services, caller, query["name"])))
    if not query.get("channel") or not query.get("user"):
        raise InvalidRequest("Look up by `channel` and `user` (and `thread`), or by `name`.")
    address = Address(caller.bot, query["channel"], query["user"], query.get("thread"))
    return Reply(views.head(places.by_address(call.services, caller, address)))


@routes.on("GET", ONE)
def conversation(call: Call) -> Reply:
    return Reply(views.head(queries.head(call.services, call.caller, call.id)))


@routes.on("GET", ONE + "/entries")
def entries(call: Call) -> Reply:
    caller = call.caller
    after = number(call.query, "after", 0, HIGHEST_SEQ)
    before = number(call.query, "before", 0, HIGHEST_SEQ)
    if after is not None and before is not None:
        raise InvalidRequest("Ask for entries `after` a seq or `before` one, not both.")
    found = queries.entries(
        call.services, caller, call.id, after=after, before=before, limit=paging.limit_of(call)
    )
    items = [views.entry(entry) for entry in found]
    kept = paging.fitting(items if after is not None else items[::-1])
    items = items[:kept] if after is not None else items[len(items) - kept :]
    return Reply({"items": items, "next": None})


def _execute(call: Call, command: Command, agent: str | None = None) -> Answer:
    return execute(call.services, call.caller, call.id, command, key=call.key, agent=agent)


def _pause(call: Call, place: Address | str, body: requests.PauseRequest) -> Reply:
    command, profile = body.command(call.caller), None
    if isinstance(body, requests.PauseByAddress):
        profile = body.profile
    asked = pausing.Asked(command, body.named, profile)
    return _head(pausing.pause(call.services, call.caller, place, asked, call.key))


def _wanted(call: Call) -> queries.Wanted:
    query = call.query
    status = query.get("status")
    if status is not None and status not in list(Status):
        raise InvalidRequest("`status` is bot, waiting or agent.")
    owner = call.caller.id if query.get("owner") == "me" else requests.person(query.get("owner"))
    statuses = frozenset({Status(status)}) if status else None
    return queries.Wanted(statuses, query.get("queue"), owner, query.get("name"))


def _accepted(answer: Answer) -> Reply:
    return Reply(views.accepted(answer), 201 if answer.created else 200)


def _numbered(answer: Answer) -> Reply:
    return Reply({"conversation_id": answer.conversation_id, "seq": answer.seq}, 201)


def _head(answer: Answer) -> Reply:
    assert answer.head is not None, "commands that answer with a head keep it"
    return Reply(views.head(answer.head))
