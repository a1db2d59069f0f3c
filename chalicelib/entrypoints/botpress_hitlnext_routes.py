"""Botpress v12's module `hitlnext`. The routes only translate; what happens is the business of the
native use cases. A handoff id is the native one."""

from chalicelib.domain.access import Action, authorize
from chalicelib.domain.address import Address
from chalicelib.domain.default_texts import DEFAULT_TEXTS
from chalicelib.domain.errors import InvalidRequest
from chalicelib.domain.routing import HEARTBEAT_LOST_AFTER, PresenceStatus
from chalicelib.domain.texts import Text, Texts
from chalicelib.entrypoints import botpress_bodies as bodies
from chalicelib.entrypoints.botpress_callers import identify
from chalicelib.entrypoints.botpress_shapes import module_error, plain_text
from chalicelib.entrypoints.http import Call, Reply, Routes
from chalicelib.entrypoints.parsing import number
from chalicelib.usecases import botpress_handoffs as handoffs
from chalicelib.usecases import botpress_handoffs_view as view
from chalicelib.usecases import botpress_sessions, places, presence, reading
from chalicelib.usecases.botpress_handoffs_view import HandoffStatus
from chalicelib.usecases.botpress_view import stored_event
from chalicelib.usecases.representation import Json

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
    bot = call.world.directory.bot(call.caller.bot)
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
    now = call.world.clock.now()
    found = sorted(presence.agents(call.world, call.caller), key=lambda member: member.email)
    return Reply([view.agent(member, now) for member in found])


@routes.on("GET", NEXT + "/agents/me")
def myself(call: Call) -> Reply:
    caller = call.caller
    if not caller.is_person:
        raise InvalidRequest("A bot's key has no profile.")
    status = call.world.directory.presence(caller.id).at(call.world.clock.now())
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
    presence.choose(call.world, call.person, status)
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
    found = [view.handoff(each) for each in handoffs.latest(call.world, call.caller, most)]
    found.sort(key=lambda each: _place(each[column]), reverse=order[1])
    return Reply(found[:limit])


@routes.on("POST", NEXT + "/handoffs")
def create(call: Call) -> Reply:
    caller, wanted = call.caller, bodies.new_handoff(bodies.fields(call))
    address = Address(caller.bot, wanted.channel, wanted.user, wanted.thread)
    created = handoffs.create(call.world, caller, address, wanted.timeout, call.key)
    if created is None:
        return plain_text("OK")
    return Reply(view.handoff(created), 201)


@routes.on("POST", ONE)
def tag(call: Call) -> Reply:
    caller, wanted = call.caller, bodies.tags(bodies.fields(call))
    return Reply(view.handoff(handoffs.tag(call.world, caller, call.id, wanted, call.key)))


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
    episode, note = handoffs.write_note(call.world, call.caller, call.id, text, call.key)
    return Reply(view.comment(episode, note), 201)


@routes.on("GET", NEXT + "/conversations/{id}/messages")
def messages(call: Call) -> Reply:
    """The latest first, and by default all of them, as far as 1,000."""
    limit = number(call.query, "limit", 1, MOST_MESSAGES) or MOST_MESSAGES
    conversation_id = places.by_session(call.world, call.caller, call.id)
    head = reading.head(call.world, call.caller, conversation_id)
    said = botpress_sessions.transcript(call.world, call.caller, conversation_id, limit)
    return Reply([stored_event(head, entry) for entry in reversed(said)])


def _moved(call: Call, to: HandoffStatus) -> Reply:
    caller = call.caller
    bodies.fields(call)
    return Reply(view.handoff(handoffs.move(call.world, caller, call.id, to, call.key)))


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
