"""Runs each function through everything that it can be asked to do: REST routes, frames, stream
records, queue messages and the minute sweep."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pyotp
from msgspec.structs import replace

from chalicelib import wiring
from chalicelib.domain.access import Role
from chalicelib.domain.address import Address, person_id
from chalicelib.domain.limit_names import MOST_SOCKETS
from chalicelib.domain.routing.hours import Hours
from chalicelib.domain.routing.members import HEARTBEAT_LOST_AFTER, Member
from chalicelib.domain.routing.queues import Limits, Mode, Queue
from chalicelib.entrypoints.events import minute, push_queue, webhook_queue
from chalicelib.entrypoints.events import stream as change_stream
from chalicelib.entrypoints.http.route import LOGIN_FUNCTION, REST_FUNCTION
from chalicelib.entrypoints.http.router import all_routes
from chalicelib.entrypoints.websocket import handlers
from chalicelib.usecases.admin import members
from chalicelib.usecases.live.push import HANDSHAKE_MS
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.records.second_factor import SecondFactorRule
from infra.template.policies import PUSH_QUEUE
from tests.api.calls import NATIVE, ROWS, U_1, Row, filled, staged, uploaded_file
from tests.api.conversation_setup import BOT, ok, one
from tests.deploy.recording import Recorder
from tests.support.api import DEMO_KEY, Api, ApiAnswer, full_path
from tests.support.fakes import FakeWebhookClient

HOUR = 60 * 60 * 1000
ZOE = U_1
"""The id of the conversation that all stories use."""
NAMES = {"agent": "ana", "supervisor": "sam", "admin": "ada", "owner": "owner"}
LIST_QUERIES = (
    "conversations?name=ze",
    "conversations?status=waiting",
    "conversations?status=agent&owner=none",
    "conversations?status=bot",
    "handoffs?status=open",
    "handoffs?queue=sales",
    "handoffs?agent=ana@example.test",
    "handoffs?conversation_id=c_none",
)
ORIGIN = "http://127.0.0.1:8000"
REMOVAL = ("DELETE", "/api/v1/bots/{bot}")
CREATED_BOT = "shop"
"""The bot that an earlier route created; it is removed instead of the shared bot."""


@contextmanager
def running_as(services: Recorder, function: str) -> Iterator[None]:
    before, services.function = services.function, function
    try:
        yield
    finally:
        services.function = before


def run_all(services: Recorder) -> None:
    callers = create_people(services)
    second_factor_is_required_of_admins(services, callers["nobody"])
    second_factor_is_set_up(services, callers)
    rest(services, callers)
    user_is_erased(services)
    open_queues(services)
    agent_session(services)
    connection_expires(services)
    connections_end_silently(services)
    browsers_are_told(services)
    stream_loses_records(services)
    webhook_secret_is_sealed(services)
    deliveries_fail(services)
    webhook_is_set_again(services)
    passwords_are_set(services)


def agent_session(services: Recorder) -> None:
    agent_is_lost(services)
    frames = Frames(services)
    frames.connect("c-ana", "ana")
    frames.connect("c-sam", "sam")
    frames.all()
    typing(services)
    request_handoff(services, "u-offered", "sales")
    request_handoff(services, "u-closed", "night")
    stream(services)
    deliver_all(services)
    frames.disconnect_as_owner()


def connection_expires(services: Recorder) -> None:
    """One connection is closed without a $disconnect, another exceeds its lifetime."""
    services.manual_clock.advance(HOUR)
    frames = Frames(services)
    frames.connect("c-late", "ana")
    frames.send("c-late", "watch", {"conversation_id": ZOE, "after": 0})
    request_handoff(services, "u-late", "sales")
    run_sweep(services)
    services.sockets.disconnect("c-late")
    stream(services)


def connections_end_silently(services: Recorder) -> None:
    """The next connection finds out that the most that a person may have are gone."""
    frames = Frames(services)
    for number in range(MOST_SOCKETS):
        frames.connect(f"c-gone-{number}", "bo")
        services.sockets.disconnect(f"c-gone-{number}")
    services.manual_clock.advance(HANDSHAKE_MS)
    frames.connect("c-after-ten", "bo")


def browsers_are_told(services: Recorder) -> None:
    """Ada sees no console. The push service does not answer first, and has then forgotten her
    browser; she subscribes again."""
    subscribe(services)
    request_handoff(services, "u-told", None)
    stream(services)
    (record, *_) = services.received(PUSH_QUEUE)
    before = services.webhook_client
    for status, is_repeated in ((503, True), (410, False)):
        vars(services)["webhook_client"] = FakeWebhookClient(otherwise=status)
        with running_as(services, "on_push_queue"):
            answer = push_queue.handle(services, {"Records": [record]})
        assert bool(answer["batchItemFailures"]) == is_repeated
    vars(services)["webhook_client"] = before
    subscribe(services)


def subscribe(services: Recorder) -> None:
    with running_as(services, "api_handler"):
        ada = RecordedApi(services).login("ada")
        body = ROWS["PUT", "/api/v1/auth/push-subscription"].body or {}
        ok(ada.put("/auth/push-subscription", {**body, "waiting": True}))


def stream_loses_records(services: Recorder) -> None:
    """The sweep has to push, publish and deliver, also to a console that has gone silently."""
    frames = Frames(services)
    frames.connect("c-silent", "ana")
    frames.send("c-silent", "watch", {"conversation_id": ZOE, "after": 0})
    request_handoff(services, "u-lost", None)
    services.stream_records()
    services.sockets.disconnect("c-silent")
    send_file(services, "u-lost")
    services.manual_clock.advance(HOUR // 60)
    run_sweep(services)


def send_file(services: Recorder, user: str) -> None:
    """The user of a conversation sends a file."""
    conversation_id = Address("demo", "web", user, None).conversation_id
    with running_as(services, "api_handler"):
        bot = RecordedApi(services, DEMO_KEY)
        payload = {"upload_id": uploaded_file(services, conversation_id)}
        body = {"from": "user", "type": "file", "payload": payload}
        ok(bot.post(f"{one(conversation_id)}/messages", body))


def create_people(services: Recorder) -> dict[str, Api]:
    with running_as(services, "api_handler"):
        bot: Api = RecordedApi(services, DEMO_KEY)
        who = person_id("ada@example.test")
        with running_as(services, LOGIN_FUNCTION):
            hashed = services.passwords.hash("ada-demo")
        services.directory.put_person(Person(who, "ada@example.test", "Ada", hashed))
        sales = frozenset({"sales"})
        for name, role in (("ada", Role.ADMIN), ("ana", Role.AGENT)):
            email = f"{name}@example.test"
            member = Member(person_id(email), name.title(), email, role, sales, 9)
            services.directory.put_member("demo", member)
        return {"bot": bot, "nobody": bot.as_(None)} | {
            role: bot.login(name) for role, name in NAMES.items()
        }


def second_factor_is_required_of_admins(services: Recorder, nobody: Api) -> None:
    before = services.second_factor_rule
    services.second_factor_rule = SecondFactorRule.ADMINS
    nobody.login("ada")
    services.second_factor_rule = before


def second_factor_is_set_up(services: Recorder, callers: dict[str, Api]) -> None:
    """The secret is sealed, and opened to check the first code."""
    ana, proof = callers["agent"], {"password": "ana-demo"}
    secret = ok(ana.post("/auth/totp", proof))["secret"]
    code = pyotp.TOTP(secret).at(services.clock.now() // 1000)
    ok(ana.post("/auth/totp/confirm", {"code": code}))
    callers["nobody"].unchecked("POST", "/auth/login", {"email": "ana@example.test", **proof})
    ana.unchecked("DELETE", "/auth/totp", json.dumps(proof).encode())
    callers["agent"] = callers["bot"].login("ana")


def open_queues(services: Recorder) -> None:
    """Runs after the routes, because they delete their queues, and their members lose them."""
    offering = Queue("sales", mode=Mode.OFFER, limits=Limits(give_up=60, first_alert=10))
    closed = Queue("night", hours=Hours("UTC", {}), fallback="sales")
    for queue in (offering, closed):
        services.directory.put_queue("demo", queue)
    for member in services.directory.roster("demo"):
        services.administration.update_member(
            "demo", replace(member, queues=member.queues | {"sales"})
        )


def rest(services: Recorder, callers: dict[str, Api]) -> None:
    frames = Frames(services)
    with running_as(services, "api_handler"):
        for method, path in NATIVE:
            row = ROWS[method, path]
            for by in callers_of(row):
                ids = staged(callers["bot"], callers["agent"], row.at)
                sent = json.dumps(row.body_from(by)).encode() if row.body else None
                bot = CREATED_BOT if (method, path) == REMOVAL else "demo"
                place = filled(path, ids.of(path), bot)
                key = f"{by}-{path}"[:99]
                if path.endswith("/logout"):
                    frames.connect("c-signed-out", NAMES[by])
                callers[by].unchecked(method, place, sent, Idempotency_Key=key)
                callers["bot"].unchecked("POST", f"{one(ids.conversation)}/unpause", b"{}")
                services.manual_clock.advance(1000)
                if path.endswith("/logout"):
                    callers[by] = callers["bot"].login(NAMES[by])
        list_queries(callers["bot"])


def list_queries(bot: Api) -> None:
    """The list queries that the route table's single row for each route does not cover."""
    for query in LIST_QUERIES:
        ok(bot.get(f"{BOT}/{query}"))


def callers_of(row: Row) -> list[str]:
    """One person and the bot, because authentication reads different rows for them."""
    people = [by for by in ("agent", "supervisor", "owner", "nobody") if by in row.may]
    return people[:1] + ["bot"] * ("bot" in row.may)


class RecordedApi(Api):
    """Runs each call as the function that serves its route."""

    services: Recorder

    def unchecked(self, method: str, path: str, body: object = None, **headers: str) -> ApiAnswer:
        with running_as(self.services, _function_of(method, path.partition("?")[0])):
            return super().unchecked(method, path, body, **headers)


def _function_of(method: str, path: str) -> str:
    for route in all_routes():
        pattern = re.sub(r"\{\w+\}", "[^/]+", route.path)
        if route.method == method and re.fullmatch(pattern, full_path(path)):
            return route.function
    return REST_FUNCTION


class Frames:
    """The WebSocket connections of agents, by name."""

    def __init__(self, services: Recorder) -> None:
        self._services, self._ids = services, count(1)

    def connect(self, name: str, person: str) -> None:
        with running_as(self._services, "api_handler"):
            ticket = ok(RecordedApi(self._services).login(person).post("/socket/ticket"))["ticket"]
        headers = {"Origin": ORIGIN, "Sec-WebSocket-Protocol": f"baton.v1, {ticket}"}
        self._services.sockets.connect(name)
        with running_as(self._services, "connect"):
            answer = handlers.connect(self._services, _event(name) | {"headers": headers})
        assert answer["statusCode"] == 200, answer

    def all(self) -> None:
        one = {"conversation_id": ZOE}
        with running_as(self._services, "api_handler"):
            file = uploaded_file(self._services, ZOE)
        steps: list[tuple[str, str, dict[str, Any]]] = [
            ("c-ana", "ping", {}),
            ("c-ana", "presence", {"status": "online"}),
            ("c-ana", "subscribe", {"events": ["hitl.message", "hitlnext:demo"]}),
            ("c-sam", "watch", {**one, "after": 0}),
            ("c-ana", "watch", {**one, "after": 0}),
            ("c-ana", "unpause", one),
            ("c-ana", "pause", {**one, "reason": "Lost.", "queue": "sales"}),
            ("c-ana", "sync", {}),
            ("c-ana", "claim", one),
            ("c-ana", "typing", one),
            ("c-ana", "message", {**one, "text": "Hi.", "message_id": "m-frames"}),
            ("c-ana", "message", {**one, "type": "file", "payload": {"upload_id": file}}),
            ("c-ana", "note", {**one, "text": "Called before."}),
            ("c-ana", "release", one),
            ("c-sam", "transfer", {**one, "agent": "ana@example.test", "note": "Yours."}),
            ("c-ana", "unpause", {**one, "variables": {"paid": True}}),
            ("c-sam", "read", {**one, "seq": 3}),
            ("c-sam", "unwatch", one),
            ("c-sam", "watch", {**one, "after": 0}),
        ]
        for step in steps:
            self.send(*step)

    def send(self, connection: str, action: str, fields: dict[str, Any]) -> None:
        frame = json.dumps({"id": next(self._ids), "action": action, **fields})
        with running_as(self._services, "message"):
            handlers.message(self._services, _event(connection) | {"body": frame})
        reply = json.loads(self._services.sockets.frames[connection][-1])
        assert reply["ok"], reply
        self._services.manual_clock.advance(1000)

    def disconnect_as_owner(self) -> None:
        """Disconnects an agent who owns a conversation, which starts the agent-lost timer."""
        self.send("c-ana", "pause", {"conversation_id": ZOE, "agent": "ana@example.test"})
        with running_as(self._services, "disconnect"):
            handlers.disconnect(self._services, _event("c-ana"))


def _event(connection: str) -> dict[str, Any]:
    return {"requestContext": {"connectionId": connection, "requestId": "r"}}


def stream(services: Recorder) -> None:
    with running_as(services, "on_change"):
        answer = change_stream.handle(
            services, wiring.read_record, {"Records": services.stream_records()}
        )
    assert answer == {"batchItemFailures": []}


def deliver_all(services: Recorder) -> None:
    while records := services.received():
        assert handle_messages(services, records) == []


def webhook_secret_is_sealed(services: Recorder) -> None:
    """The seeded one is not; the second change opens what the first one has sealed."""
    with running_as(services, "api_handler"):
        owner = RecordedApi(services).login("owner")
        for path in ("hook", "hook2"):
            ok(owner.put(f"{BOT}/webhook", {"url": f"https://bot.example.test/{path}"}))


def deliveries_fail(services: Recorder) -> None:
    """The endpoint refuses all attempts until the entry is a dead letter; another answers 410."""
    deliver_all(services)
    records = pause_with_receiver(services, "u-refused", FakeWebhookClient(otherwise=500))
    with running_as(services, "api_handler"):
        refused = Address("demo", "web", "u-refused", None).conversation_id
        ok(RecordedApi(services, DEMO_KEY).post(f"{one(refused)}/unpause", {}))
    while handle_messages(services, records):
        services.manual_clock.advance(24 * HOUR)
    handle_messages(
        services, pause_with_receiver(services, "u-gone", FakeWebhookClient(otherwise=410))
    )


def pause_with_receiver(
    services: Recorder, user: str, receiver: FakeWebhookClient
) -> list[dict[str, Any]]:
    vars(services)["webhook_client"] = receiver
    request_handoff(services, user, None)
    stream(services)
    return services.received()


def agent_is_lost(services: Recorder) -> None:
    with running_as(services, "api_handler"):
        ok(RecordedApi(services).login("ana").put("/agents/me/status", {"status": "online"}))
    request_handoff(services, "u-early", "sales")
    services.manual_clock.advance(HEARTBEAT_LOST_AFTER + 1)


def typing(services: Recorder) -> None:
    with running_as(services, "api_handler"):
        path = f"{one(ZOE)}/typing"
        answer = RecordedApi(services, DEMO_KEY).post(path, {"from": "user"})
    assert answer.status == 202, answer.text


def handle_messages(services: Recorder, records: list[dict[str, Any]]) -> object:
    """The worker's answer: the messages that stay in the queue."""
    with running_as(services, "on_webhook_queue"):
        return webhook_queue.handle(services, {"Records": records})["batchItemFailures"]


def request_handoff(services: Recorder, user: str, queue: str | None) -> None:
    asked = {"channel": "web", "user": user} | ({"queue": queue} if queue else {})
    with running_as(services, "api_handler"):
        ok(RecordedApi(services, DEMO_KEY).post(f"{BOT}/pause", asked))


def user_is_erased(services: Recorder) -> None:
    """The next sweep deletes what is hidden."""
    request_handoff(services, "u-erased", None)
    send_file(services, "u-erased")
    with running_as(services, "api_handler"):
        owner = RecordedApi(services).login("owner")
        assert owner.send("DELETE", f"{BOT}/users/web/u-erased").status == 202


def webhook_is_set_again(services: Recorder) -> None:
    """After the 410, with a conversation whose entries wait for it."""
    with running_as(services, "api_handler"):
        body = {"url": "https://bot.example.test/hook"}
        ok(RecordedApi(services).login("owner").put(f"{BOT}/webhook", body))


def passwords_are_set(services: Recorder) -> None:
    """An invited agent chooses a password, connects twice, and changes the password. One of the
    two connections has gone silently."""
    owner = RecordedApi(services).login("owner")
    new = {"email": "christina@example.test", "name": "Christina", "role": "agent"}
    ok(owner.post(f"{BOT}/agents", new))
    deliver_all(services)
    person = services.directory.person(person_id(new["email"]), fresh=True)
    assert person
    invited = members.invitation(services, person).token
    accepted = {"invitation": invited, "password": "christina-demo"}
    token = ok(owner.as_(None).post("/auth/invitation", accepted))["payload"]["token"]
    frames = Frames(services)
    for connection in ("c-cy", "c-cy-gone"):
        frames.connect(connection, "christina")
    services.sockets.disconnect("c-cy-gone")
    changed = {"current": "christina-demo", "new": "another-password"}
    ok(owner.as_(token).post("/auth/password", changed))


def run_sweep(services: Recorder) -> None:
    """Runs the sweep now and two hours later."""
    with running_as(services, "on_minute"):
        minute.every_minute(services)
        services.manual_clock.advance(2 * HOUR)
        minute.every_minute(services)
