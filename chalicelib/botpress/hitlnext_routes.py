"""Botpress v12's module `hitlnext`. The routes only translate; what happens is the business of the
native use cases. A handoff id is the native one."""

from chalicelib.botpress import bodies, handoffs, sessions
from chalicelib.botpress import handoff_views as view
from chalicelib.botpress.callers import identify
from chalicelib.botpress.handoff_views import HandoffStatus
from chalicelib.botpress.responses import module_error, plain_text
from chalicelib.botpress.views import stored_event
from chalicelib.domain.access import Action, authorize
from chalicelib.domain.address import Address
from chalicelib.domain.default_texts import DEFAULT_TEXTS
from chalicelib.domain.errors import InvalidRequest
from chalicelib.domain.routing.members import HEARTBEAT_LOST_AFTER, PresenceStatus
from chalicelib.domain.texts import Text, Texts
from chalicelib.entrypoints.http.framework import Call, Reply, Routes
from chalicelib.entrypoints.http.schemas.parsing import number
from chalicelib.usecases.conversations import lookup, queries
from chalicelib.usecases.routing import presence
from chalicelib.usecases.views import Json

NEXT = "/api/v1/bots/{bot}/mod/hitlnext"
ONE = NEXT + "/handoffs/{id}"
MOST_MESSAGES = 1000
COLUMNS = (
    "id",
    "botId",
    "agentId",
    "userId",
    "userThreadId",
    "userChannel",
    "agentThreadId",
    "status",
    "tags",
    "assignedAt",
    "resolvedAt",
    "createdAt",
    "updatedAt",
)
LATEST_FIRST = ("createdAt", True)
routes = Routes(__name__, module_error("module.hitlnext"), identify)


@routes.on("GET", NEXT + "/config")
def config(call: Call) -> Reply:
    """What Botpress' module is set to by default, with this bot's texts; no address of a webhook
    and no header of one."""
    bot = call.services.directory.bot(call.caller.bot)
    own: Texts = bot.settings.texts if bot else {}
    return Reply(
        {
            "agentSessionTimeout": f"{HEARTBEAT_LOST_AFTER // 60_000}m",
            "autoComplete": {"trigger": ":", "shortcuts": []},
            "messageCount": 10,
            "handoffAlert": 5,
            "defaultUsername": False,
            "botAvatarUrl": "",
            "tags": [],
            "enableConversationDeletion": False,
            "transferMessage": _texts(Text.REQUESTED, own),
            "assignMessage": _texts(Text.CLAIMED, own),
        }
    )


# Agents


@routes.on("GET", NEXT + "/agents")
def agents(call: Call) -> Reply:
    now = call.services.clock.now()
    found = sorted(
        presence.list_agents(call.services, call.caller), key=lambda member: member.email
    )
    return Reply([view.agent(member, now) for member in found])


@routes.on("GET", NEXT + "/agents/me")
def myself(call: Call) -> Reply:
    caller = call.caller
    if not caller.is_person:
        raise InvalidRequest("A bot's key has no profile.")
    status = call.services.directory.presence(caller.id).at(call.services.clock.now())
    shown: Json = {
        "agentId": view.agent_id(call.person.email),
        "online": status is PresenceStatus.ONLINE,
        "attributes": view.profile(call.person, view.permissions(caller.role)),
    }
    return Reply(shown)


@routes.on("POST", NEXT + "/agents/me/online")
def set_online(call: Call) -> Reply:
    """Without the field, offline; the answer repeats what was sent."""
    authorize(call.caller, Action.CLAIM)
    body = bodies.fields(call)
    online = bool(body.get("online"))
    status = PresenceStatus.ONLINE if online else PresenceStatus.OFFLINE
    presence.set_status(call.services, call.person, status)
    return Reply({"online": online} if "online" in body else {})


# Handoffs


@routes.on("GET", NEXT + "/handoffs")
def listed(call: Call) -> Reply:
    """Open and closed ones. Without a `column`, in the order of their creation."""
    limit = number(call.query, "limit", 1, handoffs.MOST) or handoffs.MOST
    column = call.query.get("column") or "createdAt"
    if column not in COLUMNS:
        raise InvalidRequest(f"There is no column {column[:40]}.")
    order = (column, call.query.get("desc") == "true")
    most = limit if order == LATEST_FIRST else handoffs.MOST
    found = [view.handoff(each) for each in handoffs.latest(call.services, call.caller, most)]
    found.sort(key=lambda each: _place(each[column]), reverse=order[1])
    return Reply(found[:limit])


@routes.on("POST", NEXT + "/handoffs")
def create(call: Call) -> Reply:
    caller, wanted = call.caller, bodies.new_handoff(bodies.fields(call))
    address = Address(caller.bot, wanted.channel, wanted.user, wanted.thread)
    created = handoffs.create(call.services, caller, address, wanted.timeout, call.key)
    if created is None:
        return plain_text("OK")
    return Reply(view.handoff(created), 201)


@routes.on("POST", ONE)
def tag(call: Call) -> Reply:
    caller, wanted = call.caller, bodies.tags(bodies.fields(call))
    return Reply(view.handoff(handoffs.tag(call.services, caller, call.id, wanted, call.key)))


@routes.on("POST", ONE + "/assign")
def assign(call: Call) -> Reply:
    return _moved(call, HandoffStatus.ASSIGNED)


@routes.on("POST", ONE + "/resolve")
def resolve(call: Call) -> Reply:
    return _moved(call, HandoffStatus.RESOLVED)


@routes.on("POST", ONE + "/reject")
def reject(call: Call) -> Reply:
    return _moved(call, HandoffStatus.REJECTED)


@routes.on("POST", ONE + "/comments")
def comment(call: Call) -> Reply:
    authorize(call.caller, Action.NOTE)
    text = bodies.content(bodies.fields(call))
    episode, note = handoffs.write_note(call.services, call.caller, call.id, text, call.key)
    return Reply(view.comment(episode, note), 201)


@routes.on("GET", NEXT + "/conversations/{id}/messages")
def messages(call: Call) -> Reply:
    """The latest first, and by default all of them, as far as 1,000."""
    limit = number(call.query, "limit", 1, MOST_MESSAGES) or MOST_MESSAGES
    conversation_id = lookup.by_session(call.services, call.caller, call.id)
    head = queries.head(call.services, call.caller, conversation_id)
    said = sessions.transcript(call.services, call.caller, conversation_id, limit)
    return Reply([stored_event(head, entry) for entry in reversed(said)])


def _moved(call: Call, to: HandoffStatus) -> Reply:
    caller = call.caller
    bodies.fields(call)
    return Reply(view.handoff(handoffs.move(call.services, caller, call.id, to, call.key)))


def _place(value: object) -> tuple[bool, str]:
    """What is not there yet comes last."""
    return value is None, str(value)


def _texts(name: Text, own: Texts) -> dict[str, str]:
    """By locale, with Botpress' placeholder."""
    merged = {locale: {**texts, **own.get(locale, {})} for locale, texts in DEFAULT_TEXTS.items()}
    found = {locale: texts.get(name) for locale, texts in {**own, **merged}.items()}
    return {
        locale: text.replace("{agent}", "{{agentName}}") for locale, text in found.items() if text
    }
