"""All that can be asked of each function, once: REST, frames, the stream, nudges, a minute."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from chalicelib import wiring
from chalicelib.domain.access import Role
from chalicelib.domain.address import person_id
from chalicelib.domain.hours import Hours
from chalicelib.domain.queues import Limits, Mode, Queue
from chalicelib.domain.routing import HEARTBEAT_LOST_AFTER, Member
from chalicelib.entrypoints import change_stream, nudge_queue, socket_handlers, timers
from chalicelib.usecases.records import Person
from tests.api.calls import NATIVE, ROWS, U_1, Row, filled, staged
from tests.api.scene import BOT, ok, one
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
def at_work(world: Recorder, function: str) -> Iterator[None]:
    before, world.function = world.function, function
    try:
        yield
    finally:
        world.function = before


def tell_all(world: Recorder) -> None:
    """Each function, through all that it may meet."""
    callers = everybody(world)
    rest(world, callers)
    open_queues(world)
    in_the_office(world)
    day_is_over(world)
    given_up(world)


def in_the_office(world: Recorder) -> None:
    is_back_when_somebody_waits(world)
    frames = Frames(world)
    frames.connect("c-ana", "ana")
    frames.connect("c-sam", "sam")
    frames.all()
    typing(world)
    waits(world, "u-offered", "sales")
    waits(world, "u-closed", "night")
    stream(world)
    delivered(world)
    frames.goodbye()


def day_is_over(world: Recorder) -> None:
    """One connection is gone before anybody has said so, another one outlives its time."""
    world.hands.advance(HOUR)
    frames = Frames(world)
    frames.connect("c-late", "ana")
    frames.send("c-late", "watch", {"conversation_id": ZOE, "after": 0})
    waits(world, "u-late", "sales")
    a_minute(world)
    world.sockets.disconnect("c-late")
    stream(world)


def everybody(world: Recorder) -> dict[str, Api]:
    with at_work(world, "api_handler"):
        bot = Api(world, DEMO_KEY)
        who = person_id("ada@example.test")
        hashed = world.passwords.hash("ada-demo")
        world.directory.add_person(Person(who, "ada@example.test", "Ada", hashed))
        sales = frozenset({"sales"})
        for name, role in (("ada", Role.ADMIN), ("ana", Role.AGENT)):
            email = f"{name}@example.test"
            member = Member(person_id(email), name.title(), email, role, sales, 9)
            world.directory.add_member("demo", member)
        return {"bot": bot, "nobody": bot.as_(None)} | {
            role: bot.login(name) for role, name in NAMES.items()
        }


def open_queues(world: Recorder) -> None:
    """After the routes, which delete theirs."""
    offering = Queue("sales", mode=Mode.OFFER, limits=Limits(give_up=60, first_alert=10))
    closed = Queue("night", hours=Hours("UTC", {}), fallback="sales")
    for queue in (offering, closed):
        world.directory.put_queue("demo", queue)


def rest(world: Recorder, callers: dict[str, Api]) -> None:
    with at_work(world, "api_handler"):
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
                world.hands.advance(1000)
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

    def __init__(self, world: Recorder) -> None:
        self._world, self._ids = world, count(1)

    def connect(self, name: str, person: str) -> None:
        with at_work(self._world, "api_handler"):
            ticket = ok(Api(self._world).login(person).post("/socket/ticket"))["ticket"]
        headers = {"Origin": ORIGIN, "Sec-WebSocket-Protocol": f"baton.v1, {ticket}"}
        self._world.sockets.connect(name)
        with at_work(self._world, "connect"):
            answer = socket_handlers.connect(self._world, _event(name) | {"headers": headers})
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
        with at_work(self._world, "message"):
            socket_handlers.message(self._world, _event(connection) | {"body": frame})
        reply = json.loads(self._world.sockets.frames[connection][-1])
        assert reply["ok"], reply
        self._world.hands.advance(1000)

    def goodbye(self) -> None:
        """With a conversation in hand, which is then looked after."""
        self.send("c-ana", "pause", {"conversation_id": ZOE, "agent": "ana@example.test"})
        with at_work(self._world, "disconnect"):
            socket_handlers.disconnect(self._world, _event("c-ana"))


def _event(connection: str) -> dict[str, Any]:
    return {"requestContext": {"connectionId": connection, "requestId": "r"}}


def stream(world: Recorder) -> None:
    with at_work(world, "on_change"):
        told = change_stream.handle(world, wiring.read_record, {"Records": world.news()})
    assert told == {"batchItemFailures": []}


def delivered(world: Recorder) -> None:
    while records := world.received():
        assert handed(world, records) == []


def given_up(world: Recorder) -> None:
    """Refused, put off, and in the end buried; then the endpoint says that it is gone for good."""
    delivered(world)
    records = unheard(world, "u-unheard", FakeReceiver(otherwise=500))
    while handed(world, records):
        world.hands.advance(24 * HOUR)
    handed(world, unheard(world, "u-gone", FakeReceiver(otherwise=410)))


def unheard(world: Recorder, user: str, receiver: FakeReceiver) -> list[dict[str, Any]]:
    vars(world)["receiver"] = receiver
    waits(world, user, None)
    stream(world)
    return world.received()


def is_back_when_somebody_waits(world: Recorder) -> None:
    with at_work(world, "api_handler"):
        ok(Api(world).login("ana").put("/agents/me/status", {"status": "online"}))
    waits(world, "u-early", "sales")
    world.hands.advance(HEARTBEAT_LOST_AFTER + 1)


def typing(world: Recorder) -> None:
    """Of the user, whom the agents see."""
    with at_work(world, "api_handler"):
        path = f"{one(ZOE)}/typing"
        answer = Api(world, DEMO_KEY).post(path, {"from": "user"})
    assert answer.status == 202, answer.text


def handed(world: Recorder, records: list[dict[str, Any]]) -> object:
    """Those that stay in the queue."""
    with at_work(world, "on_nudge"):
        return nudge_queue.handle(world, {"Records": records})["batchItemFailures"]


def waits(world: Recorder, user: str, queue: str | None) -> None:
    asked = {"channel": "web", "user": user} | ({"queue": queue} if queue else {})
    with at_work(world, "api_handler"):
        ok(Api(world, DEMO_KEY).post(f"{BOT}/pause", asked))


def a_minute(world: Recorder) -> None:
    """And one a good while later."""
    with at_work(world, "on_minute"):
        timers.every_minute(world)
        world.hands.advance(2 * HOUR)
        timers.every_minute(world)
