"""All that can be asked of each function, once: REST, frames, the stream, nudges, a minute."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from chalicelib import wiring
from chalicelib.domain.access import Role
from chalicelib.domain.address import person_id
from chalicelib.domain.routing.hours import Hours
from chalicelib.domain.routing.members import HEARTBEAT_LOST_AFTER, Member
from chalicelib.domain.routing.queues import Limits, Mode, Queue
from chalicelib.entrypoints.events import minute, webhook_queue
from chalicelib.entrypoints.events import stream as change_stream
from chalicelib.entrypoints.websocket import handlers
from chalicelib.usecases.records.people import Person
from tests.api.calls import NATIVE, ROWS, U_1, Row, filled, staged
from tests.api.conversation_setup import BOT, ok, one
from tests.deploy.recording import Recorder
from tests.support.api import DEMO_KEY, Api
from tests.support.fakes import FakeReceiver

HOUR = 60 * 60 * 1000
ZOE = U_1
"""The conversation that everybody works in."""
NAMES = {"agent": "ana", "supervisor": "sam", "admin": "ada", "owner": "owner"}
LOOKS = (
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
MADE = "shop"
"""The bot that an earlier route has made, to be removed in the place of everybody's."""


@contextmanager
def at_work(services: Recorder, function: str) -> Iterator[None]:
    before, services.function = services.function, function
    try:
        yield
    finally:
        services.function = before


def tell_all(services: Recorder) -> None:
    """Each function, through all that it may meet."""
    callers = everybody(services)
    rest(services, callers)
    open_queues(services)
    in_the_office(services)
    day_is_over(services)
    given_up(services)


def in_the_office(services: Recorder) -> None:
    is_back_when_somebody_waits(services)
    frames = Frames(services)
    frames.connect("c-ana", "ana")
    frames.connect("c-sam", "sam")
    frames.all()
    typing(services)
    waits(services, "u-offered", "sales")
    waits(services, "u-closed", "night")
    stream(services)
    delivered(services)
    frames.goodbye()


def day_is_over(services: Recorder) -> None:
    """One connection is gone before anybody has said so, another one outlives its time."""
    services.hands.advance(HOUR)
    frames = Frames(services)
    frames.connect("c-late", "ana")
    frames.send("c-late", "watch", {"conversation_id": ZOE, "after": 0})
    waits(services, "u-late", "sales")
    a_minute(services)
    services.sockets.disconnect("c-late")
    stream(services)


def everybody(services: Recorder) -> dict[str, Api]:
    with at_work(services, "api_handler"):
        bot = Api(services, DEMO_KEY)
        who = person_id("ada@example.test")
        hashed = services.passwords.hash("ada-demo")
        services.directory.add_person(Person(who, "ada@example.test", "Ada", hashed))
        sales = frozenset({"sales"})
        for name, role in (("ada", Role.ADMIN), ("ana", Role.AGENT)):
            email = f"{name}@example.test"
            member = Member(person_id(email), name.title(), email, role, sales, 9)
            services.directory.add_member("demo", member)
        return {"bot": bot, "nobody": bot.as_(None)} | {
            role: bot.login(name) for role, name in NAMES.items()
        }


def open_queues(services: Recorder) -> None:
    """After the routes, which delete theirs."""
    offering = Queue("sales", mode=Mode.OFFER, limits=Limits(give_up=60, first_alert=10))
    closed = Queue("night", hours=Hours("UTC", {}), fallback="sales")
    for queue in (offering, closed):
        services.directory.put_queue("demo", queue)


def rest(services: Recorder, callers: dict[str, Api]) -> None:
    with at_work(services, "api_handler"):
        for method, path in NATIVE:
            row = ROWS[method, path]
            for by in callers_of(row):
                ids = staged(callers["bot"], callers["agent"], row.at)
                sent = json.dumps(row.body_from(by)).encode() if row.body else None
                bot = MADE if (method, path) == REMOVAL else "demo"
                place = filled(path, ids.of(path), bot)
                key = f"{by}-{path}"[:99]
                callers[by].unchecked(method, place, sent, Idempotency_Key=key)
                callers["bot"].unchecked("POST", f"{one(ids.conversation)}/unpause", b"{}")
                services.hands.advance(1000)
                if path.endswith("/logout"):
                    callers[by] = callers["bot"].login(NAMES[by])
        looks(callers["bot"])


def looks(bot: Api) -> None:
    """The lists and look-ups that a route's one row does not ask for."""
    for query in LOOKS:
        ok(bot.get(f"{BOT}/{query}"))


def callers_of(row: Row) -> list[str]:
    """A bot and a person: each asks the table in its own way."""
    people = [by for by in ("agent", "supervisor", "owner", "nobody") if by in row.may]
    return people[:1] + ["bot"] * ("bot" in row.may)


class Frames:
    """People's connections, by name."""

    def __init__(self, services: Recorder) -> None:
        self._services, self._ids = services, count(1)

    def connect(self, name: str, person: str) -> None:
        with at_work(self._services, "api_handler"):
            ticket = ok(Api(self._services).login(person).post("/socket/ticket"))["ticket"]
        headers = {"Origin": ORIGIN, "Sec-WebSocket-Protocol": f"baton.v1, {ticket}"}
        self._services.sockets.connect(name)
        with at_work(self._services, "connect"):
            answer = handlers.connect(self._services, _event(name) | {"headers": headers})
        assert answer["statusCode"] == 200, answer

    def all(self) -> None:
        one = {"conversation_id": ZOE}
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
            ("c-ana", "note", {**one, "text": "Called before."}),
            ("c-ana", "release", one),
            ("c-sam", "transfer", {**one, "agent": "ana@example.test", "note": "Yours."}),
            ("c-ana", "unpause", {**one, "variables": {"paid": True}}),
            ("c-sam", "unwatch", one),
            ("c-sam", "watch", {**one, "after": 0}),
        ]
        for step in steps:
            self.send(*step)

    def send(self, connection: str, action: str, fields: dict[str, Any]) -> None:
        frame = json.dumps({"id": next(self._ids), "action": action, **fields})
        with at_work(self._services, "message"):
            handlers.message(self._services, _event(connection) | {"body": frame})
        reply = json.loads(self._services.sockets.frames[connection][-1])
        assert reply["ok"], reply
        self._services.hands.advance(1000)

    def goodbye(self) -> None:
        """With a conversation in hand, which is then looked after."""
        self.send("c-ana", "pause", {"conversation_id": ZOE, "agent": "ana@example.test"})
        with at_work(self._services, "disconnect"):
            handlers.disconnect(self._services, _event("c-ana"))


def _event(connection: str) -> dict[str, Any]:
    return {"requestContext": {"connectionId": connection, "requestId": "r"}}


def stream(services: Recorder) -> None:
    with at_work(services, "on_change"):
        told = change_stream.handle(services, wiring.read_record, {"Records": services.news()})
    assert told == {"batchItemFailures": []}


def delivered(services: Recorder) -> None:
    while records := services.received():
        assert handed(services, records) == []


def given_up(services: Recorder) -> None:
    """Refused, put off, and in the end buried; then the endpoint says that it is gone for good."""
    delivered(services)
    records = unheard(services, "u-unheard", FakeReceiver(otherwise=500))
    while handed(services, records):
        services.hands.advance(24 * HOUR)
    handed(services, unheard(services, "u-gone", FakeReceiver(otherwise=410)))


def unheard(services: Recorder, user: str, receiver: FakeReceiver) -> list[dict[str, Any]]:
    vars(services)["receiver"] = receiver
    waits(services, user, None)
    stream(services)
    return services.received()


def is_back_when_somebody_waits(services: Recorder) -> None:
    with at_work(services, "api_handler"):
        ok(Api(services).login("ana").put("/agents/me/status", {"status": "online"}))
    waits(services, "u-early", "sales")
    services.hands.advance(HEARTBEAT_LOST_AFTER + 1)


def typing(services: Recorder) -> None:
    """Of the user, whom the agents see."""
    with at_work(services, "api_handler"):
        path = f"{one(ZOE)}/typing"
        answer = Api(services, DEMO_KEY).post(path, {"from": "user"})
    assert answer.status == 202, answer.text


def handed(services: Recorder, records: list[dict[str, Any]]) -> object:
    """Those that stay in the queue."""
    with at_work(services, "on_webhook_queue"):
        return webhook_queue.handle(services, {"Records": records})["batchItemFailures"]


def waits(services: Recorder, user: str, queue: str | None) -> None:
    asked = {"channel": "web", "user": user} | ({"queue": queue} if queue else {})
    with at_work(services, "api_handler"):
        ok(Api(services, DEMO_KEY).post(f"{BOT}/pause", asked))


def a_minute(services: Recorder) -> None:
    """And one a good while later."""
    with at_work(services, "on_minute"):
        minute.every_minute(services)
        services.hands.advance(2 * HOUR)
        minute.every_minute(services)
