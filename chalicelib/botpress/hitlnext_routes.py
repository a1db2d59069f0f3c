"""Botpress v12's module `hitlnext`. Each handler translates and calls the native use cases.

A handoff id is the native one.
"""

from chalicelib.botpress import handoff_views, handoffs, sessions
from chalicelib.botpress.bodies import Comment, Fields, NewHandoff, TagList
from chalicelib.botpress.handoff_views import HandoffStatus
from chalicelib.botpress.hitl_routes import plain_text
from chalicelib.botpress.views import stored_event
from chalicelib.domain.address import Address
from chalicelib.domain.default_texts import DEFAULT_TEXTS
from chalicelib.domain.errors import InvalidRequest, invalid_field
from chalicelib.domain.routing.members import HEARTBEAT_LOST_AFTER, PresenceStatus
from chalicelib.domain.texts import Text, Texts
from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.paging import cut
from chalicelib.entrypoints.http.schemas.parsing import number
from chalicelib.usecases.conversations import lookup, queries
from chalicelib.usecases.routing import presence
from chalicelib.usecases.views import Json

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


def get_config(call: Call) -> Reply:
    """The default configuration of Botpress' module with this bot's texts, without a webhook."""
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


def list_agents(call: Call) -> Reply:
    now = call.services.clock.now()
    found = sorted(
        presence.list_agents(call.services, call.caller), key=lambda member: member.email
    )
    return cut([handoff_views.agent(member, now) for member in found])


def get_own_agent(call: Call) -> Reply:
    caller = call.caller
    if not caller.is_person:
        raise InvalidRequest("A bot's key has no profile.")
    status = call.services.directory.presence(caller.id).at(call.services.clock.now())
    shown: Json = {
        "agentId": handoff_views.agent_id(call.person.email),
        "online": status is PresenceStatus.ONLINE,
        "attributes": handoff_views.profile(call.person, handoff_views.permissions(caller.role)),
    }
    return Reply(shown)


def set_online(call: Call, body: Fields) -> Reply:
    """Without `online`, the agent goes offline. The answer repeats the field."""
    online = bool(body.get("online"))
    status = PresenceStatus.ONLINE if online else PresenceStatus.OFFLINE
    presence.set_status(call.services, call.person, status)
    return Reply({"online": online} if "online" in body else {})


# Handoffs


def list_handoffs(call: Call) -> Reply:
    """Open and closed ones. Without a `column`, they are in the order of their creation."""
    limit = number(call.query, "limit", 1, handoffs.MOST) or handoffs.MOST
    column = call.query.get("column") or "createdAt"
    if column not in COLUMNS:
        raise invalid_field("column", f"There is no column {column[:40]}.")
    order = (column, call.query.get("desc") == "true")
    most = limit if order == LATEST_FIRST else handoffs.MOST
    found = [
        handoff_views.handoff(each) for each in handoffs.latest(call.services, call.caller, most)
    ]
    found.sort(key=lambda each: _sort_key(each[column]), reverse=order[1])
    return cut(found[:limit])


def create_handoff(call: Call, body: NewHandoff) -> Reply:
    place = _place(call.caller.bot, body)
    created = handoffs.create(call.services, call.caller, place, body.timeout, call.key)
    if created is None:
        return plain_text("OK")
    return Reply(handoff_views.handoff(created), 201)


def tag_handoff(call: Call, body: TagList) -> Reply:
    tagged = handoffs.tag(call.services, call.caller, call.id, body.tags, call.key)
    return Reply(handoff_views.handoff(tagged))


def assign_handoff(call: Call, _: Fields) -> Reply:
    return _move(call, HandoffStatus.ASSIGNED)


def resolve_handoff(call: Call, _: Fields) -> Reply:
    return _move(call, HandoffStatus.RESOLVED)


def reject_handoff(call: Call, _: Fields) -> Reply:
    return _move(call, HandoffStatus.REJECTED)


def add_comment(call: Call, body: Comment) -> Reply:
    handoff, note = handoffs.write_note(call.services, call.caller, call.id, body.content, call.key)
    return Reply(handoff_views.comment(handoff, note), 201)


def list_messages(call: Call) -> Reply:
    """The latest first; by default all of them, at most 1,000."""
    limit = number(call.query, "limit", 1, MOST_MESSAGES) or MOST_MESSAGES
    conversation_id = lookup.by_session(call.services, call.caller, call.id)
    head = queries.head(call.services, call.caller, conversation_id)
    said = sessions.transcript(call.services, call.caller, conversation_id, limit)
    return cut([stored_event(head, entry) for entry in reversed(said)])


def _place(bot: str, body: NewHandoff) -> Address | str:
    """A conversation without a thread shows its own id as its thread, so that id means itself."""
    threadless = Address(bot, body.channel, body.user).conversation_id
    if body.thread == threadless:
        return threadless
    return Address(bot, body.channel, body.user, body.thread)


def _move(call: Call, to: HandoffStatus) -> Reply:
    moved = handoffs.move(call.services, call.caller, call.id, to, call.key)
    return Reply(handoff_views.handoff(moved))


def _sort_key(value: object) -> tuple[bool, str]:
    """None comes last."""
    return value is None, str(value)


def _texts(name: Text, own: Texts) -> dict[str, str]:
    """The text by locale, with Botpress' placeholder for the agent's name."""
    merged = {locale: {**texts, **own.get(locale, {})} for locale, texts in DEFAULT_TEXTS.items()}
    found = {locale: texts.get(name) for locale, texts in {**own, **merged}.items()}
    return {
        locale: text.replace("{agent}", "{{agentName}}") for locale, text in found.items() if text
    }
