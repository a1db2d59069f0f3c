"""Every native route: who may call it, and one sound request for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from chalicelib.domain.access import Role
from chalicelib.domain.address import Address, person_id
from chalicelib.domain.files import NewFile, new_upload, upload_of
from chalicelib.domain.routing.members import Member
from chalicelib.entrypoints.http import route_table
from chalicelib.entrypoints.http.turn_tickets import turn_ticket
from chalicelib.usecases.accounts.authenticate import hash_secret
from chalicelib.usecases.records.bots import BotKey
from chalicelib.usecases.records.people import Person, Session
from chalicelib.usecases.records.second_factor import SecondFactor
from chalicelib.usecases.records.webhooks import DeliveryAttempt, Webhook
from chalicelib.usecases.services import Services
from tests.api.conversation_setup import BOT, begun, id_of, message, ok, owned, waiting
from tests.support.api import Api
from tests.support.memory.files import send_form
from tests.support.services import SECRET

Resource = tuple[str, str]
"""Method and path, as routes name it."""

BOT_KEY = frozenset({"bot"})
PEOPLE = frozenset({"agent", "supervisor", "admin", "owner"})
ADMINS = frozenset({"admin", "owner"})
OWNER = frozenset({"owner"})
SUPERVISORS = ADMINS | {"supervisor"}
BOTH = BOT_KEY | PEOPLE
ANYBODY = BOTH | {"nobody"}


@dataclass(frozen=True)
class Row:
    """`at` is how the conversation stands that `{id}` names: begun, waiting, owned by Ana, or
    returned to the bot."""

    may: frozenset[str]
    body: dict[str, Any] | None = None
    at: str = "begun"

    def body_from(self, caller: str) -> dict[str, Any] | None:
        """People leave `from` out."""
        if self.body and caller in self.may & PEOPLE:
            return {name: value for name, value in self.body.items() if name != "from"}
        return self.body


HOOK = Webhook("https://bot.test/hook", ("whsec_" + "d2ViaG9vay1zZWNyZXQtY2FuYXJ5LW9ubHk=",))
OTHER_HOOK = replace(HOOK, url="https://crm.test/hook", id="w_" + "a" * 13)
U_1 = Address("demo", "web", "u-1").conversation_id
"""The conversation in which `message()` is."""
INVITED = person_id("nell@example.test")
"""Nell, who has no password yet."""
LOGIN = {"email": "ana@example.test", "password": "ana-demo"}
PERSON = "/api/v1/people/{id}"
IN_BOT = "/api/v1/bots/{bot}"
ONE = IN_BOT + "/conversations/{id}"

ROWS: dict[Resource, Row] = {
    ("POST", "/api/v1/auth/login"): Row(ANYBODY, LOGIN),
    ("POST", "/api/v1/auth/login/basic/{strategy}"): Row(ANYBODY, LOGIN),
    ("POST", "/api/v1/auth/refresh"): Row(ANYBODY, {"refresh": "a refresh token"}),
    ("POST", "/api/v1/auth/invitation"): Row(
        ANYBODY, {"invitation": "an invitation", "password": "long enough"}
    ),
    ("POST", "/api/v1/auth/password"): Row(PEOPLE, {"current": "wrong", "new": "long enough"}),
    ("POST", "/api/v1/auth/logout"): Row(PEOPLE, {}),
    ("GET", "/api/v1/auth/logout"): Row(PEOPLE),
    ("GET", "/api/v1/auth/sessions"): Row(PEOPLE),
    ("DELETE", "/api/v1/auth/sessions"): Row(PEOPLE),
    ("DELETE", "/api/v1/auth/sessions/{id}"): Row(PEOPLE),
    ("GET", "/api/v1/auth/me"): Row(PEOPLE),
    ("PUT", "/api/v1/auth/me"): Row(PEOPLE, {"name": "Anna"}),
    ("GET", "/api/v1/auth/push-subscription"): Row(PEOPLE),
    ("PUT", "/api/v1/auth/push-subscription"): Row(
        PEOPLE,
        {
            "endpoint": "https://push.test/send/1",
            "keys": {
                "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8p"
                "ZGH6SRpkNtoIAiw4",
                "auth": "BTBZMqHH6r4Tts7J_aSIgg",
            },
        },
    ),
    ("DELETE", "/api/v1/auth/push-subscription"): Row(PEOPLE),
    ("GET", "/api/v1/people"): Row(OWNER),
    ("POST", "/api/v1/auth/password/reset"): Row(
        ANYBODY, {"token": "a link", "password": "long enough"}
    ),
    ("POST", "/api/v1/auth/password/forgotten"): Row(ANYBODY, {"email": "ana@example.test"}),
    ("POST", PERSON + "/password-reset"): Row(OWNER, {}),
    ("DELETE", PERSON): Row(OWNER),
    ("POST", PERSON + "/disable"): Row(OWNER, {}),
    ("POST", PERSON + "/enable"): Row(OWNER, {}),
    ("POST", PERSON + "/confirm"): Row(OWNER, {}),
    ("GET", PERSON + "/sessions"): Row(OWNER),
    ("DELETE", PERSON + "/sessions"): Row(OWNER),
    ("GET", "/api/v1/auth/oidc"): Row(ANYBODY),
    ("GET", "/api/v1/auth/oidc/start"): Row(ANYBODY),
    ("GET", "/api/v1/auth/oidc/callback"): Row(ANYBODY),
    ("POST", "/api/v1/auth/oidc/token"): Row(ANYBODY, {"code": "none", "verifier": "v" * 43}),
    ("POST", "/api/v1/auth/login/totp"): Row(ANYBODY, {"challenge": "none", "code": "123456"}),
    ("GET", "/api/v1/auth/totp"): Row(PEOPLE),
    ("POST", "/api/v1/auth/totp"): Row(PEOPLE, {"password": None}),
    ("POST", "/api/v1/auth/totp/confirm"): Row(PEOPLE, {"code": "123456"}),
    ("DELETE", "/api/v1/auth/totp"): Row(PEOPLE, {"code": "123456"}),
    ("DELETE", PERSON + "/totp"): Row(OWNER),
    ("POST", "/api/v1/socket/ticket"): Row(PEOPLE, {}),
    ("GET", "/api/v1/agents/me"): Row(PEOPLE),
    ("PUT", "/api/v1/agents/me/status"): Row(PEOPLE, {"status": "away"}),
    ("GET", "/api/v1/agents/me/views"): Row(PEOPLE),
    ("PUT", "/api/v1/agents/me/views/{name}"): Row(PEOPLE, {"query": "refund"}),
    ("DELETE", "/api/v1/agents/me/views/{name}"): Row(PEOPLE),
    ("GET", IN_BOT + "/views"): Row(PEOPLE),
    ("PUT", IN_BOT + "/views/{name}"): Row(SUPERVISORS, {"filters": {"status": "waiting"}}),
    ("DELETE", IN_BOT + "/views/{name}"): Row(SUPERVISORS),
    ("GET", "/api/v1/bots"): Row(PEOPLE),
    ("POST", "/api/v1/bots"): Row(OWNER, {"id": "shop", "name": "Shop"}),
    ("GET", IN_BOT): Row(ADMINS),
    ("PUT", IN_BOT): Row(ADMINS, {"name": "Shop"}),
    ("DELETE", IN_BOT): Row(OWNER),
    ("DELETE", IN_BOT + "/users/{channel}/{user}"): Row(ADMINS),
    ("GET", IN_BOT + "/users/{channel}/{user}/export"): Row(ADMINS),
    ("GET", IN_BOT + "/export"): Row(ADMINS),
    ("GET", IN_BOT + "/audit"): Row(ADMINS),
    ("GET", "/api/v1/audit"): Row(OWNER),
    ("GET", IN_BOT + "/agents"): Row(BOTH),
    ("POST", IN_BOT + "/messages"): Row(BOT_KEY, message()),
    ("POST", IN_BOT + "/pause"): Row(BOTH, {"channel": "web", "user": "u-1"}),
    ("GET", IN_BOT + "/conversations"): Row(BOTH),
    ("GET", IN_BOT + "/conversations/lookup"): Row(BOTH),
    ("GET", IN_BOT + "/search"): Row(PEOPLE),
    ("GET", ONE): Row(BOTH),
    ("GET", ONE + "/entries"): Row(BOTH),
    ("GET", ONE + "/transcript"): Row(BOTH),
    ("GET", ONE + "/export"): Row(ADMINS),
    ("GET", ONE + "/gate"): Row(BOT_KEY),
    ("GET", ONE + "/user"): Row(BOTH),
    ("POST", ONE + "/messages"): Row(BOTH, {"text": "Hi", "from": "user"}, "owned"),
    ("POST", IN_BOT + "/uploads"): Row(
        BOTH,
        {"conversation_id": U_1, "name": "a.png", "mime": "image/png", "size": 9},
    ),
    ("GET", IN_BOT + "/files/{id}"): Row(BOTH),
    ("POST", ONE + "/typing"): Row(BOT_KEY, {"from": "user"}),
    ("POST", ONE + "/pause"): Row(BOTH, {"reason": "Lost."}),
    ("PATCH", ONE + "/handoff"): Row(BOT_KEY, {"reason": "Wants two."}, "waiting"),
    ("POST", ONE + "/unpause"): Row(BOTH, {"outcome": "resolved"}, "owned"),
    ("POST", ONE + "/claim"): Row(PEOPLE, {}, "waiting"),
    ("POST", ONE + "/release"): Row(PEOPLE, {}, "owned"),
    ("POST", ONE + "/transfer"): Row(PEOPLE, {"queue": "billing"}, "owned"),
    ("POST", ONE + "/snooze"): Row(PEOPLE, {"until": None}, "owned"),
    ("POST", ONE + "/resend"): Row(PEOPLE, {"seq": 2}, "owned"),
    ("POST", ONE + "/notes"): Row(PEOPLE, {"text": "Called before."}),
    ("POST", ONE + "/suggestions"): Row(BOT_KEY, {"text": "Offer a refund."}),
    ("PUT", ONE + "/tags"): Row(BOTH, {"tags": ["vip"]}),
    ("GET", IN_BOT + "/handoffs"): Row(BOTH),
    ("GET", IN_BOT + "/handoffs/{id}"): Row(BOTH, at="waiting"),
    ("POST", IN_BOT + "/handoffs/{id}/rating"): Row(BOT_KEY, {"score": 4}, "returned"),
    ("POST", IN_BOT + "/notifications"): Row(BOT_KEY, {"message": "Look."}),
    ("GET", IN_BOT + "/notifications"): Row(PEOPLE),
    ("POST", IN_BOT + "/notifications/{id}/read"): Row(PEOPLE, {}),
    ("GET", IN_BOT + "/availability"): Row(BOT_KEY),
    ("GET", ONE + "/position"): Row(BOT_KEY, at="waiting"),
    ("POST", IN_BOT + "/turns"): Row(BOT_KEY, {"conversation_id": U_1}),
    ("POST", IN_BOT + "/turns/{ticket}/commit"): Row(BOT_KEY, {}),
    ("GET", IN_BOT + "/queues"): Row(SUPERVISORS),
    ("PUT", IN_BOT + "/queues/{name}"): Row(ADMINS, {"priority": 3}),
    ("DELETE", IN_BOT + "/queues/{name}"): Row(ADMINS),
    ("GET", IN_BOT + "/settings"): Row(ADMINS),
    ("PUT", IN_BOT + "/settings"): Row(ADMINS, {"leave_words": ["/end"]}),
    ("GET", IN_BOT + "/report"): Row(SUPERVISORS),
    ("GET", IN_BOT + "/keys"): Row(ADMINS),
    ("POST", IN_BOT + "/keys"): Row(ADMINS, {"name": "Staging", "scopes": ["read"]}),
    ("DELETE", IN_BOT + "/keys/{id}"): Row(ADMINS),
    ("POST", IN_BOT + "/keys/{id}/rotate"): Row(ADMINS, {"overlap_s": 60}),
    ("GET", IN_BOT + "/webhook"): Row(ADMINS),
    ("PUT", IN_BOT + "/webhook"): Row(ADMINS, {"url": "https://bot.example.test/hook"}),
    ("DELETE", IN_BOT + "/webhook"): Row(ADMINS),
    ("POST", IN_BOT + "/webhook/rotate"): Row(ADMINS, {"overlap_s": 60}),
    ("POST", IN_BOT + "/webhook/test"): Row(ADMINS, {}),
    ("GET", IN_BOT + "/webhooks"): Row(ADMINS),
    ("POST", IN_BOT + "/webhooks"): Row(ADMINS, {"url": "https://crm.example.test/hook"}),
    ("GET", IN_BOT + "/webhooks/{id}"): Row(ADMINS),
    ("PUT", IN_BOT + "/webhooks/{id}"): Row(ADMINS, {"url": "https://crm.example.test/hook"}),
    ("DELETE", IN_BOT + "/webhooks/{id}"): Row(ADMINS),
    ("POST", IN_BOT + "/webhooks/{id}/rotate"): Row(ADMINS, {"overlap_s": 60}),
    ("POST", IN_BOT + "/webhooks/{id}/test"): Row(ADMINS, {}),
    ("GET", IN_BOT + "/deliveries"): Row(BOT_KEY | SUPERVISORS),
    ("POST", IN_BOT + "/socket/ticket"): Row(BOT_KEY, {}),
    ("GET", IN_BOT + "/deliveries/{id}"): Row(SUPERVISORS),
    ("POST", IN_BOT + "/deliveries/{id}/replay"): Row(ADMINS, {}),
    ("POST", IN_BOT + "/agents"): Row(ADMINS, {"email": "new@example.test", "name": "Neo"}),
    ("PUT", IN_BOT + "/agents/{id}"): Row(ADMINS, {"role": "agent", "queues": ["sales"]}),
    ("DELETE", IN_BOT + "/agents/{id}"): Row(ADMINS),
    ("PUT", IN_BOT + "/agents/{id}/status"): Row(SUPERVISORS, {"status": "away"}),
    ("POST", IN_BOT + "/agents/{id}/invitation"): Row(ADMINS, {}),
    ("GET", IN_BOT + "/texts"): Row(ADMINS),
    ("GET", IN_BOT + "/replies"): Row(PEOPLE),
    ("PUT", IN_BOT + "/replies/{name}"): Row(ADMINS, {"text": "Hello {user}, {agent} here."}),
    ("DELETE", IN_BOT + "/replies/{name}"): Row(ADMINS),
    ("GET", IN_BOT + "/me/replies"): Row(PEOPLE),
    ("PUT", IN_BOT + "/me/replies/{name}"): Row(PEOPLE, {"text": "Hi {user}.", "tags": ["hi"]}),
    ("DELETE", IN_BOT + "/me/replies/{name}"): Row(PEOPLE),
    ("GET", "/healthz"): Row(ANYBODY),
    ("GET", "/readyz"): Row(ANYBODY),
    ("GET", "/openapi.json"): Row(ANYBODY),
    ("GET", "/asyncapi.json"): Row(ANYBODY),
}

ROUTES = [(route.method, route.path) for route in route_table.NATIVE]
"""The rows of the native route table. Pages and plug-ins have tests of their own."""

NATIVE = [resource for resource in ROUTES if resource in ROWS]
IN_A_BOT = [resource for resource in NATIVE if "{bot}" in resource[1]]
OF_PEOPLE = "/api/v1/people"
"""The owner's routes for people, who belong to no bot."""
WITH_ID = [
    (method, path) for method, path in NATIVE if "{id}" in path and not path.startswith(OF_PEOPLE)
]
WITH_BODY = [resource for resource in NATIVE if ROWS[resource].body is not None]
GUARDED = [resource for resource in NATIVE if "nobody" not in ROWS[resource].may]


@dataclass(frozen=True)
class Ids:
    """The values of `{id}` in the routes of the bot `demo`: by the words before it, else the
    conversation."""

    conversation: str
    others: Mapping[str, str]
    services: Services

    def of(self, path: str) -> str:
        """A file is uploaded when a path names one: an upload takes longer than most calls."""
        place = path.partition("/{id}")[0]
        if place.endswith("/files"):
            return used_file(self.services, self.conversation)
        found = (value for words, value in self.others.items() if place.endswith(f"/{words}"))
        return next(found, self.conversation)


def uploaded_file(services: Services, conversation_id: str) -> str:
    """The id of a file that no message uses yet."""
    content = b"a file"
    upload = new_upload(conversation_id, services.clock.now(), services.random.token())
    file = NewFile("demo", upload, "a.txt", "text/plain", len(content))
    assert send_form(services.files, services.files.form(file, 60), content) == 204
    return upload.id


def used_file(services: Services, conversation_id: str) -> str:
    """The id of a file that a message uses."""
    upload = upload_of(uploaded_file(services, conversation_id))
    assert upload
    arrived = services.files.arrived("demo", upload)
    assert arrived
    assert services.files.keep("demo", upload, arrived, "text/plain")
    return upload.id


def staged(bot: Api, ana: Api, at: str) -> Ids:
    """One conversation that stands so, its handoff, a notification, and what admins look after."""
    path = {"begun": lambda: begun(bot), "waiting": lambda: waiting(bot)}.get(
        at, lambda: owned(bot, ana)
    )()
    handoff = ok(bot.get(path))["handoff"]
    if at == "returned":
        ok(bot.post(f"{path}/unpause", {}))
    told = ok(bot.post(f"{BOT}/notifications", {"message": "Look."}))
    directory, administration = bot.services.directory, bot.services.administration
    directory.put_key(BotKey("staged", "demo", hash_secret("secret")))
    administration.update_webhook("demo", administration.webhook("demo"), HOOK)
    administration.update_webhook("demo", None, OTHER_HOOK)
    tried = DeliveryAttempt("demo", id_of(path), 1, 1, "agent.message", bot.services.clock.now())
    bot.services.deliveries.record_attempt(tried)
    for name in ("ana", "sam", "ada", "owner"):
        person, now = person_id(f"{name}@example.test"), bot.services.clock.now()
        bot.services.sessions.add(Session("staged", person, 1, now, now, now + 1000, "staged"))
    others = {
        "auth/sessions": "staged",
        "handoffs": handoff["id"] if handoff else "h_none",
        "notifications": told["id"],
        "keys": "staged",
        "agents": INVITED,
        "people": INVITED,
        "deliveries": tried.id,
        "webhooks": OTHER_HOOK.id,
    }
    nell = Member(INVITED, "Nell", "nell@example.test", Role.AGENT)
    administration.create_person(Person(INVITED, nell.email, nell.name, ""))
    directory.put_member("demo", nell)
    bot.services.second_factors.replace(None, SecondFactor(INVITED, "", confirmed_at=1))
    return Ids(id_of(path), others, bot.services)


def best_caller(
    resource: Resource, bot: Api, agent: Api, owner: Api | None = None
) -> tuple[Api, str]:
    """The least of those who may make this call, and their role: the bot, an agent, the owner, who
    logs in unless they are given."""
    may = ROWS[resource].may
    if "bot" in may:
        return bot, "bot"
    return (agent, "agent") if "agent" in may else (owner or agent.login("owner"), "owner")


def filled(path: str, conversation: str, bot: str = "demo") -> str:
    """With the query that a sound request needs."""
    ticket = turn_ticket(SECRET, bot, f"1 {conversation}")
    named = {"strategy": "default", "name": "sales", "ticket": ticket, "action": "pause"}
    named |= {"channel": "web", "user": "u-1", "release": "r", "file": "x.js"}
    full = path.format(bot=bot, id=conversation, **named)
    return full + "?channel=web&user=u-1" if path.endswith("/lookup") else full
