"""The conformance table: one row per route and outcome, the request and the exact answer.

Written from the description of Botpress' wire and of the few differences, not from the code.
Names in braces are those of `stage`; "$time" and "$text" stand for any.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DOCS = "https://botpress.com/docs"
LATER_PAGE = "x" * 129


@dataclass(frozen=True, slots=True)
class Row:
    """`given` are steps of the stage; `answer` is text, or else JSON."""

    name: str
    by: str
    request: str
    status: int
    answer: Any
    given: tuple[str, ...] = ()
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


def error(status: int, code: str, type_: str, message: str, **facts: Any) -> dict[str, Any]:
    shown = {"statusCode": status, "errorCode": code, "type": type_, "message": message}
    return {**shown, "details": "", "docs": DOCS, **facts}


def plain(status: int, message: str) -> dict[str, Any]:
    """hitlnext's own: without a code, and of no type."""
    shown = {"statusCode": status, "type": "Exception", "message": message}
    return {**shown, "details": "", "docs": DOCS}


def unauthorized(why: str) -> dict[str, Any]:
    return error(401, "BP_0041", "UnauthorizedError", f"Unauthorized: {why}")


def forbidden(why: str) -> dict[str, Any]:
    return error(403, "BP_0043", "ForbiddenError", f"Forbidden: {why}")


def not_found(what: str) -> dict[str, Any]:
    return error(404, "BP_0044", "NotFoundError", f"Not Found: {what}")


def may_not_write(module: str) -> str:
    return f'user does not have sufficient permissions to "write" on resource "{module}"'


NO_BOT = not_found("Invalid Bot ID")
NOT_THERE = not_found("$text")
NO_ACCESS = forbidden('User "{eve\'s email}" doesn\'t have access to workspace "default"')
OFFLINE = plain(422, "You must be online to perform this action")
MALFORMED = {
    "statusCode": 400,
    "type": "entity.parse.failed",
    "message": "$text",
    "details": "",
    "docs": DOCS,
}

MESSAGE = {
    "id": "{session}:1",
    "type": "text",
    "source": "user",
    "text": "hi C",
    "raw_message": {"type": "text", "text": "hi C"},
    "direction": "in",
    "ts": "$time",
}
SESSION = {
    "id": "{session}",
    "botId": "{bot}",
    "channel": "web",
    "threadId": "T1",
    "lastEventOn": "$time",
    "lastHeardOn": "$time",
    "isPaused": False,
    "pausedBy": None,
    "lastMessage": MESSAGE,
    "user": {"id": "C", "fullName": "Zed", "avatarUrl": None, "attributes": {"language": "fr"}},
}
PAUSED = {**SESSION, "isPaused": True, "pausedBy": "operator"}
TRANSCRIPT = [{**MESSAGE, "session_id": "{session}"}]


def candidate(id_: str, user: str, thread: str, name: str | None) -> dict[str, Any]:
    return {"id": id_, "channel": "web", "user": user, "thread": thread, "name": name}


HANDOFF = {
    "id": "{handoff}",
    "botId": "{bot}",
    "agentId": None,
    "userId": "C",
    "userThreadId": "T1",
    "userChannel": "web",
    "agentThreadId": None,
    "status": "pending",
    "tags": None,
    "assignedAt": None,
    "resolvedAt": None,
    "createdAt": "$time",
    "updatedAt": "$time",
    "comments": [],
    "user": {"id": "C", "attributes": {"language": "fr", "fullName": "Zed"}},
    "userConversation": {
        "id": "{session}:1",
        "direction": "incoming",
        "botId": "{bot}",
        "channel": "web",
        "success": None,
        "createdOn": "$time",
        "threadId": "T1",
        "type": "text",
        "event": {"preview": "hi C", "payload": {"type": "text", "text": "hi C"}},
    },
}
ASSIGNED = {
    **HANDOFF,
    "status": "assigned",
    "agentId": "{ana's id}",
    "agentThreadId": "{session}",
    "assignedAt": "$time",
}
RESOLVED = {**ASSIGNED, "status": "resolved", "resolvedAt": "$time"}
REJECTED = {**HANDOFF, "status": "rejected", "resolvedAt": "$time"}
COMMENT = {
    "id": "$text",
    "agentId": "{ana's id}",
    "handoffId": "{handoff}",
    "threadId": "T1",
    "content": "note",
    "createdAt": "$time",
    "updatedAt": "$time",
}
OPEN = ("talked", "requested")
OWNED = (*OPEN, "ana online", "assigned")


def wanted(**more: Any) -> dict[str, Any]:
    return {"userId": "C", "userThreadId": "T1", "userChannel": "web", **more}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in wanted().items() if key != name}


CHAIN_PATHS = (
    ("GET hitl/sessions", "module.hitl"),
    ("GET hitl/sessions/x", "module.hitl"),
    ("POST hitl/sessions/x/message", "module.hitl"),
    ("POST hitl/sessions/x/isPaused", "module.hitl"),
    ("POST hitl/sessions/x/pause", "module.hitl"),
    ("POST hitl/channel/web/user/x/isPaused", "module.hitl"),
    ("POST hitl/channel/web/user/x/pause", "module.hitl"),
    ("GET hitl/config/attributes", "module.hitl"),
    ("GET hitlnext/config", "module.hitlnext"),
    ("GET hitlnext/agents/me", "module.hitlnext"),
    ("GET hitlnext/agents", "module.hitlnext"),
    ("POST hitlnext/agents/me/online", "module.hitlnext"),
    ("GET hitlnext/handoffs", "module.hitlnext"),
    ("POST hitlnext/handoffs", "module.hitlnext"),
    ("POST hitlnext/handoffs/x", "module.hitlnext"),
    ("POST hitlnext/handoffs/x/assign", "module.hitlnext"),
    ("POST hitlnext/handoffs/x/resolve", "module.hitlnext"),
    ("POST hitlnext/handoffs/x/reject", "module.hitlnext"),
    ("POST hitlnext/handoffs/x/comments", "module.hitlnext"),
    ("GET hitlnext/conversations/x/messages", "module.hitlnext"),
)


def _abroad(request: str) -> str:
    method, _, path = request.partition(" ")
    return f"{method} /api/v1/bots/nosuch/mod/{path}"


def _chain(request: str) -> list[Row]:
    """The bot exists, then the token, then whether the two belong together."""
    headers: dict[str, tuple[str | None, str]] = {
        "no header": (None, "Authorization header is missing"),
        "another scheme": ("Basic YTpi", 'Unknown scheme "Basic"'),
        "no token": ("Bearer", "Authentication token is missing"),
        "no JWT": ("bearer nonsense", "Invalid authentication token"),
        "no key": ("Bearer bk_nosuch_key", "Invalid authentication token"),
    }
    rows = [
        Row(
            f"{request}: {why}",
            "nobody",
            request,
            401,
            unauthorized(message),
            headers={"Authorization": value} if value else {},
        )
        for why, (value, message) in headers.items()
    ]
    return [
        *rows,
        Row(f"{request}: no such bot, and no token", "nobody", _abroad(request), 404, NO_BOT),
        Row(f"{request}: no such bot", "ana", _abroad(request), 404, NO_BOT),
        Row(f"{request}: of another bot", "eve", request, 403, NO_ACCESS),
        Row(
            f"{request}: the key of another bot",
            "other",
            request,
            403,
            forbidden('User "{other}" doesn\'t have access to workspace "default"'),
        ),
    ]


CHAIN = [row for request, _ in CHAIN_PATHS for row in _chain(request)]

HITL = [
    # H1
    Row("no sessions", "ana", "GET hitl/sessions", 200, []),
    Row("a session", "ana", "GET hitl/sessions", 200, [SESSION], ("talked",)),
    Row("a session, by key", "bot", "GET hitl/sessions", 200, [SESSION], ("talked",)),
    Row("a paused session", "ana", "GET hitl/sessions", 200, [PAUSED], ("talked", "paused")),
    Row("only paused: none", "ana", "GET hitl/sessions?pausedOnly=true", 200, [], ("talked",)),
    Row(
        "only paused",
        "ana",
        "GET hitl/sessions?pausedOnly=true",
        200,
        [PAUSED],
        ("talked", "paused", "two threads"),
    ),
    Row(
        "pausedOnly=1 means nothing",
        "ana",
        "GET hitl/sessions?pausedOnly=1",
        200,
        [SESSION],
        ("talked",),
    ),
    Row("by name", "ana", "GET hitl/sessions?searchText=zE", 200, [SESSION], ("talked",)),
    Row("by user id", "ana", "GET hitl/sessions?searchText=C", 200, [SESSION], ("talked",)),
    Row("by thread id", "ana", "GET hitl/sessions?searchText=T1", 200, [SESSION], ("talked",)),
    Row(
        "by session id",
        "ana",
        "GET hitl/sessions?searchText={session}",
        200,
        [SESSION],
        ("talked",),
    ),
    Row(
        "by nothing that fits", "ana", "GET hitl/sessions?searchText=O'Brien", 200, [], ("talked",)
    ),
    Row(
        "by an injection",
        "ana",
        "GET hitl/sessions?searchText=%27%20OR%201%3D1%20--",
        200,
        [],
        ("talked",),
    ),
    Row("by wildcards", "ana", "GET hitl/sessions?searchText=%25", 200, [], ("talked",)),
    Row(
        "of this bot alone", "ana", "GET hitl/sessions?searchText=D", 200, [], ("talked to other",)
    ),
    # H2
    Row("a transcript", "ana", "GET hitl/sessions/{session}", 200, TRANSCRIPT, ("talked",)),
    Row("a transcript by thread id", "ana", "GET hitl/sessions/T1", 200, TRANSCRIPT, ("talked",)),
    Row("no transcript", "ana", "GET hitl/sessions/nosuch", 404, NOT_THERE),
    Row(
        "no other bot's transcript",
        "ana",
        "GET hitl/sessions/{abroad}",
        404,
        NOT_THERE,
        ("talked to other",),
    ),
    # H3
    Row(
        "an answer",
        "ana",
        "POST hitl/sessions/{session}/message",
        200,
        "OK",
        ("talked", "paused"),
        {"message": "yo"},
    ),
    Row(
        "an answer while with the bot",
        "ana",
        "POST hitl/sessions/{session}/message",
        200,
        "OK",
        ("talked",),
        {"message": "yo"},
    ),
    Row(
        "an answer to nobody",
        "ana",
        "POST hitl/sessions/nosuch/message",
        404,
        "Not Found",
        (),
        {"message": "yo"},
    ),
    Row(
        "an answer to another bot's user",
        "ana",
        "POST hitl/sessions/{abroad}/message",
        404,
        "Not Found",
        ("talked to other",),
        {"message": "yo"},
    ),
    Row(
        "an answer without words",
        "ana",
        "POST hitl/sessions/{session}/message",
        400,
        error(400, "BP_0040", "BadRequestError", "Bad Request: $text"),
        ("talked",),
        {},
    ),
    Row(
        "an answer where another agent has it",
        "bo",
        "POST hitl/sessions/{session}/message",
        409,
        error(
            409, "BP_0049", "ConflictError", "Conflict: Ana has this conversation.", owner="$text"
        ),
        OWNED,
        {"message": "yo"},
    ),
    Row(
        "an answer by the bot",
        "bot",
        "POST hitl/sessions/{session}/message",
        403,
        forbidden(may_not_write("module.hitl")),
        ("talked",),
        {"message": "yo"},
    ),
    # H4
    Row("not paused", "bot", "POST hitl/sessions/{session}/isPaused", 200, False, ("talked",)),
    Row("paused", "bot", "POST hitl/sessions/{session}/isPaused", 200, True, ("talked", "paused")),
    Row(
        "paused, by thread id",
        "bot",
        "POST hitl/sessions/T1/isPaused",
        200,
        True,
        ("talked", "paused"),
    ),
    Row("is nobody paused?", "bot", "POST hitl/sessions/nosuch/isPaused", 404, NOT_THERE),
    Row(
        "is another bot's paused?",
        "bot",
        "POST hitl/sessions/{abroad}/isPaused",
        404,
        NOT_THERE,
        ("talked to other",),
    ),
    # H5
    Row("pause", "bot", "POST hitl/sessions/{session}/pause", 200, "OK", ("talked",)),
    Row("pause by a person", "ana", "POST hitl/sessions/{session}/pause", 200, "OK", ("talked",)),
    Row(
        "pause twice", "bot", "POST hitl/sessions/{session}/pause", 200, "OK", ("talked", "paused")
    ),
    Row("pause by thread id", "bot", "POST hitl/sessions/T1/pause", 200, "OK", ("talked",)),
    Row(
        "pause with a login in the body",
        "ana",
        "POST hitl/sessions/T1/pause",
        200,
        "OK",
        ("talked",),
        {"email": "x", "password": "y"},
    ),
    Row("unpause", "bot", "POST hitl/sessions/{session}/unpause", 200, "OK", ("talked", "paused")),
    Row(
        "unpause what is with the bot",
        "bot",
        "POST hitl/sessions/{session}/unpause",
        200,
        "OK",
        ("talked",),
    ),
    Row("pause nobody", "bot", "POST hitl/sessions/nosuch/pause", 404, NOT_THERE),
    Row(
        "pause an event's id",
        "bot",
        "POST hitl/sessions/156085638552453280/pause",
        404,
        NOT_THERE,
        ("talked",),
    ),
    Row(
        "pause another bot's",
        "bot",
        "POST hitl/sessions/{abroad}/pause",
        404,
        NOT_THERE,
        ("talked to other",),
    ),
    Row(
        "a slip of the pen",
        "bot",
        "POST hitl/sessions/{session}/pasue",
        404,
        NOT_THERE,
        ("talked",),
    ),
    Row("capitals", "bot", "POST hitl/sessions/{session}/Pause", 404, NOT_THERE, ("talked",)),
    Row(
        "no JSON",
        "bot",
        "POST hitl/sessions/{session}/pause",
        400,
        MALFORMED,
        ("talked",),
        b"{nope",
    ),
    Row(
        "pause a thread id of two",
        "bot",
        "POST hitl/sessions/T1/pause",
        409,
        error(
            409,
            "BP_0049",
            "ConflictError",
            "Conflict: 2 conversations fit; name one by its id.",
            candidates="$two",
        ),
        ("talked", "two users, one thread id"),
    ),
    # H6
    Row("no address paused", "bot", "POST hitl/channel/web/user/C/isPaused", 200, False),
    Row(
        "address not paused",
        "bot",
        "POST hitl/channel/web/user/C/isPaused?threadId=T1",
        200,
        False,
        ("talked",),
    ),
    Row(
        "address paused",
        "bot",
        "POST hitl/channel/web/user/C/isPaused?threadId=T1",
        200,
        True,
        ("talked", "paused"),
    ),
    Row(
        "the user's only one paused",
        "bot",
        "POST hitl/channel/web/user/C/isPaused",
        200,
        True,
        ("talked", "paused"),
    ),
    Row(
        "another thread of the user",
        "bot",
        "POST hitl/channel/web/user/C/isPaused?threadId=T9",
        200,
        False,
        ("talked", "paused"),
    ),
    Row(
        "another channel",
        "bot",
        "POST hitl/channel/sms/user/C/isPaused",
        200,
        False,
        ("talked", "paused"),
    ),
    Row(
        "which thread?",
        "bot",
        "POST hitl/channel/web/user/C/isPaused",
        409,
        error(
            409,
            "BP_0049",
            "ConflictError",
            "Conflict: 2 conversations fit; name one by its id.",
            candidates="$two",
        ),
        ("talked", "two threads"),
    ),
    # H7
    Row("pause before the first message", "bot", "POST hitl/channel/web/user/C/pause", 200, "OK"),
    Row(
        "pause a thread before its first message",
        "bot",
        "POST hitl/channel/web/user/C/pause?threadId=T1",
        200,
        "OK",
    ),
    Row(
        "pause an address",
        "bot",
        "POST hitl/channel/web/user/C/pause?threadId=T1",
        200,
        "OK",
        ("talked",),
    ),
    Row(
        "unpause an address",
        "bot",
        "POST hitl/channel/web/user/C/unpause?threadId=T1",
        200,
        "OK",
        ("talked", "paused"),
    ),
    Row("unpause nobody", "bot", "POST hitl/channel/web/user/C/unpause", 404, NOT_THERE),
    Row(
        "a slip at an address",
        "bot",
        "POST hitl/channel/web/user/C/resume",
        404,
        NOT_THERE,
        ("talked",),
    ),
    Row(
        "an address too long",
        "bot",
        f"POST hitl/channel/web/user/{LATER_PAGE}/pause",
        400,
        error(400, "BP_0040", "BadRequestError", "$text"),
    ),
    # H8
    Row(
        "attributes",
        "ana",
        "GET hitl/config/attributes",
        200,
        [{"label": "Language", "attributePath": "language"}],
    ),
]


def agent(name: str, role: str = "agent", *, online: bool = False) -> dict[str, Any]:
    return {
        "email": f"{{{name}'s email}}",
        "strategy": "default",
        "role": role,
        "workspace": "default",
        "attributes": {"firstname": name.title(), "lastname": "", "picture_url": None},
        "agentId": f"{{{name}'s id}}",
        "online": online,
    }


PERMISSIONS = [
    {"res": "*", "op": "+r"},
    {"res": "module.hitl", "op": "+r+w"},
    {"res": "module.hitlnext", "op": "+r+w"},
    {"res": "module.hitlnext.reject", "op": "+r+w"},
]
PROFILE = {
    "firstname": "Ana",
    "lastname": "",
    "email": "{ana's email}",
    "picture_url": None,
    "strategyType": "basic",
    "strategy": "default",
    "isSuperAdmin": False,
    "fullName": "Ana",
    "permissions": PERMISSIONS,
}
EVENT = {
    "id": "{session}:1",
    "direction": "incoming",
    "botId": "{bot}",
    "channel": "web",
    "threadId": "T1",
    "target": "C",
    "type": "text",
    "createdOn": "$time",
}
STORED = {
    **EVENT,
    "messageId": "m1",
    "sessionId": "{bot}::web::C::T1",
    "incomingEventId": None,
    "workflowId": None,
    "feedback": None,
    "success": None,
    "event": {**EVENT, "preview": "hi C", "payload": {"type": "text", "text": "hi C"}},
}
HANDOFFS = "POST hitlnext/handoffs"
ONE = "POST hitlnext/handoffs/{handoff}"

HITLNEXT = [
    # N2-N4
    Row(
        "myself",
        "ana",
        "GET hitlnext/agents/me",
        200,
        {"agentId": "{ana's id}", "online": False, "attributes": PROFILE},
    ),
    Row(
        "myself, online",
        "ana",
        "GET hitlnext/agents/me",
        200,
        {"agentId": "{ana's id}", "online": True, "attributes": PROFILE},
        ("ana online",),
    ),
    Row(
        "a key is nobody",
        "bot",
        "GET hitlnext/agents/me",
        400,
        error(400, "BP_0040", "BadRequestError", "$text"),
    ),
    Row(
        "agents",
        "bot",
        "GET hitlnext/agents",
        200,
        [agent("ada", "admin"), agent("ana", online=True), agent("bo"), agent("sam")],
        ("ana online",),
    ),
    Row(
        "online",
        "ana",
        "POST hitlnext/agents/me/online",
        200,
        {"online": True},
        (),
        {"online": True},
    ),
    Row(
        "offline",
        "ana",
        "POST hitlnext/agents/me/online",
        200,
        {"online": False},
        (),
        {"online": False},
    ),
    Row(
        "offline by default", "ana", "POST hitlnext/agents/me/online", 200, {}, ("ana online",), {}
    ),
    Row(
        "a key is never online",
        "bot",
        "POST hitlnext/agents/me/online",
        403,
        forbidden(may_not_write("module.hitlnext")),
        (),
        {"online": True},
    ),
    # N5
    Row("no handoffs", "ana", "GET hitlnext/handoffs", 200, []),
    Row("a handoff", "bot", "GET hitlnext/handoffs", 200, [HANDOFF], OPEN),
    Row("a closed one, too", "bot", "GET hitlnext/handoffs", 200, [RESOLVED], (*OWNED, "resolved")),
    Row(
        "handoffs of this bot alone",
        "bot",
        "GET hitlnext/handoffs",
        200,
        [],
        ("talked to other", "requested of other"),
    ),
    Row(
        "no such column",
        "bot",
        "GET hitlnext/handoffs?column=password",
        400,
        error(400, "BP_0040", "BadRequestError", "$text"),
    ),
    Row(
        "no such limit",
        "bot",
        "GET hitlnext/handoffs?limit=many",
        400,
        error(400, "BP_0040", "BadRequestError", "$text"),
    ),
    # N6
    Row("a new handoff", "bot", HANDOFFS, 201, {**HANDOFF, "id": "$text"}, ("talked",), wanted()),
    Row(
        "a new one that expires",
        "bot",
        HANDOFFS,
        201,
        {**HANDOFF, "id": "$text"},
        ("talked",),
        wanted(timeoutDelay=30),
    ),
    Row(
        "a new one before the first message",
        "bot",
        HANDOFFS,
        201,
        {k: v for k, v in HANDOFF.items() if k != "user"} | {"id": "$text", "userConversation": {}},
        (),
        wanted(),
    ),
    Row("while one waits", "bot", HANDOFFS, 200, "OK", OPEN, wanted()),
    Row("while one is assigned", "bot", HANDOFFS, 200, "OK", OWNED, wanted()),
    Row(
        "after one",
        "bot",
        HANDOFFS,
        201,
        {**HANDOFF, "id": "$text"},
        (*OWNED, "resolved"),
        wanted(),
    ),
    Row(
        "without a user",
        "bot",
        HANDOFFS,
        422,
        plain(422, '"userId" is required'),
        (),
        without("userId"),
    ),
    Row(
        "without a thread",
        "bot",
        HANDOFFS,
        422,
        plain(422, '"userThreadId" is required'),
        (),
        without("userThreadId"),
    ),
    Row(
        "without a channel",
        "bot",
        HANDOFFS,
        422,
        plain(422, '"userChannel" is required'),
        (),
        without("userChannel"),
    ),
    Row(
        "a number for a thread",
        "bot",
        HANDOFFS,
        422,
        plain(422, '"userThreadId" must be a string'),
        (),
        wanted(userThreadId=1),
    ),
    Row(
        "an empty thread",
        "bot",
        HANDOFFS,
        422,
        plain(422, '"userThreadId" is not allowed to be empty'),
        (),
        wanted(userThreadId=""),
    ),
    Row(
        "a word for a time",
        "bot",
        HANDOFFS,
        422,
        plain(422, '"timeoutDelay" must be a number'),
        (),
        wanted(timeoutDelay="soon"),
    ),
    # N7
    Row(
        "tags",
        "bot",
        ONE,
        200,
        {**HANDOFF, "tags": ["a", "b"]},
        OPEN,
        {"tags": ["a", "b", "a"], "status": "resolved"},
    ),
    Row("tags by an agent", "ana", ONE, 200, {**ASSIGNED, "tags": ["a"]}, OWNED, {"tags": ["a"]}),
    Row("no tags", "bot", ONE, 422, plain(422, '"tags" is required'), OPEN, {}),
    Row(
        "a word for tags",
        "bot",
        ONE,
        422,
        plain(422, '"tags" must be an array'),
        OPEN,
        {"tags": "a"},
    ),
    Row(
        "a number for a tag",
        "bot",
        ONE,
        422,
        plain(422, '"tags[1]" must be a string'),
        OPEN,
        {"tags": ["a", 1]},
    ),
    Row("tags of nothing", "bot", "POST hitlnext/handoffs/1", 404, NOT_THERE, (), {"tags": ["a"]}),
    Row(
        "another bot's tags",
        "bot",
        "POST hitlnext/handoffs/{handoff abroad}",
        404,
        NOT_THERE,
        ("talked to other", "requested of other"),
        {"tags": ["EVIL"]},
    ),
    # N8
    Row("assign", "ana", ONE + "/assign", 200, ASSIGNED, (*OPEN, "ana online"), {}),
    Row("assign while offline", "ana", ONE + "/assign", 422, OFFLINE, OPEN, {}),
    Row(
        "assign what is assigned",
        "bo",
        ONE + "/assign",
        422,
        plain(422, 'Status "assigned" can only transition to "resolved"'),
        (*OWNED, "bo online"),
        {},
    ),
    Row(
        "assign what is resolved",
        "ana",
        ONE + "/assign",
        422,
        plain(422, 'Status "resolved" can\'t transition to "assigned"'),
        (*OWNED, "resolved"),
        {},
    ),
    Row(
        "assign what is rejected",
        "ana",
        ONE + "/assign",
        422,
        plain(422, 'Status "rejected" can\'t transition to "assigned"'),
        (*OPEN, "rejected", "ana online"),
        {},
    ),
    Row(
        "assign by key",
        "bot",
        ONE + "/assign",
        403,
        forbidden(may_not_write("module.hitlnext")),
        OPEN,
        {},
    ),
    Row(
        "assign nothing",
        "ana",
        "POST hitlnext/handoffs/1/assign",
        404,
        NOT_THERE,
        ("ana online",),
        {},
    ),
    Row(
        "assign another bot's",
        "ana",
        "POST hitlnext/handoffs/{handoff abroad}/assign",
        404,
        NOT_THERE,
        ("talked to other", "requested of other", "ana online"),
        {},
    ),
    # N9
    Row("resolve", "ana", ONE + "/resolve", 200, RESOLVED, OWNED),
    Row("resolve by a supervisor", "sam", ONE + "/resolve", 200, RESOLVED, (*OWNED, "sam online")),
    Row(
        "resolve by another agent",
        "bo",
        ONE + "/resolve",
        422,
        plain(422, "You must be assigned to this handoff to perform this action"),
        (*OWNED, "bo online"),
    ),
    Row("resolve while offline", "sam", ONE + "/resolve", 422, OFFLINE, OWNED),
    Row("resolve by key", "bot", ONE + "/resolve", 422, OFFLINE, OWNED),
    Row(
        "resolve what waits",
        "ana",
        ONE + "/resolve",
        422,
        plain(422, 'Status "pending" can only transition to "assigned"'),
        (*OPEN, "ana online"),
    ),
    Row(
        "resolve twice",
        "ana",
        ONE + "/resolve",
        422,
        plain(422, 'Status "resolved" can\'t transition to "resolved"'),
        (*OWNED, "resolved"),
    ),
    Row(
        "resolve what is rejected",
        "ana",
        ONE + "/resolve",
        422,
        plain(422, 'Status "rejected" can\'t transition to "resolved"'),
        (*OPEN, "rejected", "ana online"),
    ),
    Row(
        "resolve nothing",
        "ana",
        "POST hitlnext/handoffs/1/resolve",
        404,
        NOT_THERE,
        ("ana online",),
    ),
    # N10
    Row("reject while offline", "ana", ONE + "/reject", 200, REJECTED, OPEN),
    Row("reject by key", "bot", ONE + "/reject", 200, REJECTED, OPEN),
    Row("reject one's own", "ana", ONE + "/reject", 200, {**RESOLVED, "status": "rejected"}, OWNED),
    Row(
        "reject another agent's",
        "bo",
        ONE + "/reject",
        403,
        plain(403, may_not_write("module.hitlnext.reject")),
        OWNED,
    ),
    Row(
        "reject what is resolved",
        "ana",
        ONE + "/reject",
        422,
        plain(422, 'Status "resolved" can\'t transition to "rejected"'),
        (*OWNED, "resolved"),
    ),
    Row(
        "reject twice",
        "ana",
        ONE + "/reject",
        422,
        plain(422, 'Status "rejected" can\'t transition to "rejected"'),
        (*OPEN, "rejected"),
    ),
    Row("reject nothing", "ana", "POST hitlnext/handoffs/1/reject", 404, NOT_THERE),
    # N11
    Row(
        "a comment while offline", "ana", ONE + "/comments", 201, COMMENT, OPEN, {"content": "note"}
    ),
    Row(
        "a comment is part of the handoff",
        "ana",
        "GET hitlnext/handoffs",
        200,
        [{**HANDOFF, "comments": [COMMENT]}],
        (*OPEN, "noted"),
    ),
    Row(
        "an empty comment",
        "ana",
        ONE + "/comments",
        422,
        plain(422, '"content" is not allowed to be empty'),
        OPEN,
        {"content": ""},
    ),
    Row("no comment", "ana", ONE + "/comments", 422, plain(422, '"content" is required'), OPEN, {}),
    Row(
        "more than a comment",
        "ana",
        ONE + "/comments",
        422,
        plain(422, '"foo" is not allowed'),
        OPEN,
        {"content": "note", "foo": 1},
    ),
    Row(
        "a comment by key",
        "bot",
        ONE + "/comments",
        403,
        forbidden(may_not_write("module.hitlnext")),
        OPEN,
        {"content": "note"},
    ),
    Row(
        "a comment on nothing",
        "ana",
        "POST hitlnext/handoffs/1/comments",
        404,
        NOT_THERE,
        (),
        {"content": "note"},
    ),
    Row(
        "a comment on another bot's",
        "ana",
        "POST hitlnext/handoffs/{handoff abroad}/comments",
        404,
        NOT_THERE,
        ("talked to other", "requested of other"),
        {"content": "EVIL"},
    ),
    # N12
    Row("messages", "ana", "GET hitlnext/conversations/T1/messages", 200, [STORED], ("talked",)),
    Row(
        "messages of a session id",
        "bot",
        "GET hitlnext/conversations/{session}/messages?limit=1&desc=true",
        200,
        [STORED],
        ("talked",),
    ),
    Row("messages of nothing", "ana", "GET hitlnext/conversations/nosuch/messages", 404, NOT_THERE),
]

STRATEGIES = {
    "strategies": [
        {
            "strategyType": "basic",
            "strategyId": "default",
            "label": "$text",
            "hidden": False,
            "loginUrl": "/login/basic/default",
            "registerUrl": "$text",
        }
    ],
    "isFirstUser": False,
}
LOGIN = {"email": "{ana's email}", "password": "correct horse battery staple"}
WRONG = error(401, "BP_0009", "InvalidCredentialsError", "Invalid credentials")


def success(payload: Any, message: str = "$text") -> dict[str, Any]:
    return {"status": "success", "message": message, "payload": payload}


LOGGED_IN = success(
    {"token": "$text", "jwt": "$text", "exp": 3_600_000, "refresh": "$text"}, "Login successful"
)
LOGINS = (
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/login/basic/default",
    "POST /api/v1/admin/auth/login/basic/default",
    "POST /api/v2/admin/auth/login/basic/default",
)

AUTH = [
    *(Row(f"{path}: in", "nobody", path, 200, LOGGED_IN, (), LOGIN) for path in LOGINS),
    *(
        Row(f"{path}: a wrong password", "nobody", path, 401, WRONG, (), {**LOGIN, "password": "x"})
        for path in LOGINS
    ),
    *(
        Row(
            f"{path}: no e-mail",
            "nobody",
            path,
            400,
            error(400, "BP_0040", "BadRequestError", "$text"),
            (),
            {"password": "x"},
        )
        for path in LOGINS
    ),
    Row("config", "nobody", "GET /api/v1/auth/config", 200, success(STRATEGIES)),
    Row("admin's config", "nobody", "GET /api/v1/admin/auth/config", 200, success(STRATEGIES)),
    Row(
        "refresh",
        "ana",
        "GET /api/v1/auth/refresh",
        200,
        success({"newToken": {"jwt": "$text", "exp": 3_600_000}}),
    ),
    Row(
        "refresh nothing",
        "nobody",
        "GET /api/v1/auth/refresh",
        401,
        unauthorized("Authorization header is missing"),
    ),
    Row("ping", "ana", "GET /api/v1/admin/ping", 200, success({"serverId": "$text"}, "Pong")),
    Row(
        "ping without a token",
        "nobody",
        "GET /api/v1/admin/ping",
        401,
        unauthorized("Authorization header is missing"),
    ),
    Row(
        "ping with nonsense",
        "nobody",
        "GET /api/v1/admin/ping",
        401,
        unauthorized("Invalid authentication token"),
        headers={"Authorization": "Bearer x.y.z"},
    ),
    Row(
        "profile",
        "ana",
        "GET /api/v1/admin/user/profile",
        200,
        success(PROFILE),
        headers={"X-BP-Workspace": "default"},
    ),
    Row(
        "profile without a workspace",
        "ana",
        "GET /api/v1/admin/user/profile",
        400,
        error(
            400,
            "BP_0006",
            "InvalidOperationError",
            "Invalid operation: Workspace is missing. Set header X-BP-Workspace",
        ),
    ),
]

ROWS = [*AUTH, *CHAIN, *HITL, *HITLNEXT]
