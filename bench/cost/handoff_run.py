"""A handoff from the user's first word to the return, played by the product's own code: routes,
frames, reactions, the webhook worker. Everything that AWS would charge for is counted on the way.

Each step comes 20 seconds after the one before, so that no container remembers who anybody is, and
each entry has its run of the stream's function to itself: the dearest case.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import partial
from operator import sub
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3
from msgspec.structs import replace

from bench.capacity.meter import Item, Place, metering
from chalicelib.adapters.dynamodb.table import Table
from chalicelib.domain.access import Role
from chalicelib.domain.address import person_id
from chalicelib.domain.routing.members import Member
from chalicelib.entrypoints.events import minute as timers
from chalicelib.entrypoints.events import webhook_queue
from chalicelib.entrypoints.websocket import handlers
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.records.webhooks import Webhook
from infra.local.seed import WEBHOOK_SECRET
from tests.budgets.scene import BOT, Scene, scene
from tests.budgets.table_services import TableServices
from tests.support.api import Answer
from tests.support.clock import ManualClock
from tests.support.engines import REGION, moto
from tests.support.fakes import FakeNudges, FakeReceiver, FakeSockets, FakeTopic, QueuedMessage

STEP = 20_000
LIFE = 2 * 3600 * 1000
FRAME_BYTES = 32 * 1024
"""API Gateway charges for each that a frame has begun."""
ANA = "ana"
CALLS_OF_A_NUDGE = 3
"""Sent, received, deleted."""


@dataclass(frozen=True, slots=True)
class Used:
    """`write` includes the indexes; `queue` are calls of SQS, `frames` those in both directions,
    `runs` those of all functions."""

    requests: float = 0
    frames: float = 0
    runs: float = 0
    calls: float = 0
    read: float = 0
    write: float = 0
    queue: float = 0
    topic: float = 0
    webhooks: float = 0

    def __add__(self, other: "Used") -> "Used":
        return Used(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def __mul__(self, times: float) -> "Used":
        return Used(*(times * getattr(self, f.name) for f in fields(self)))


class Play:
    """One conversation of a bot with a webhook, and so many agents online: Ana, and others whose
    consoles show the board."""

    def __init__(self, table: Table, online: int) -> None:
        self.clock = ManualClock()
        self.services = TableServices(table, self.clock)
        self._table = table
        self._reader = boto3.client("dynamodb", region_name=REGION)
        self._sockets, self._nudges = FakeSockets(), FakeNudges(self.clock)
        self._topic, self._receiver = FakeTopic(), FakeReceiver()
        vars(self.services).update(
            sockets=self._sockets,
            webhook_queue=self._nudges,
            topic=self._topic,
            receiver=self._receiver,
        )
        bot = self.services.directory.bot(BOT)
        assert bot
        webhook = Webhook("https://bot.example.test/", (WEBHOOK_SECRET,))
        self.services.directory.put_bot(replace(bot, webhook=webhook))
        for number in range(online - 1):
            self._join(f"agent-{number}")
        if online:
            self._open(ANA, person_id("ana@example.test"))
        self.scene: Scene = scene(self.services)
        self._told = 0
        self.read_of: dict[Place, float] = defaultdict(float)
        self.written_of: dict[Place, float] = defaultdict(float)

    def by_rest(self, act: Callable[[Scene], Answer]) -> Used:
        """One request, and all that follows from it."""
        answers = list[Answer]()
        used = self._run(lambda: answers.append(act(self.scene)), Used(requests=1))
        assert answers[0].status < 400, answers[0].text
        return used + self._follow()

    def by_frame(self, action: str, **body: object) -> Used:
        """One frame of Ana's, its reply, and all that follows from it."""
        frame = {"id": 1, "action": action, "conversation_id": self.scene.cid, "bot": BOT, **body}
        event = {"requestContext": {"connectionId": ANA}, "body": json.dumps(frame)}
        used = self._run(lambda: handlers.message(self.services, event), Used(frames=1))
        reply = json.loads(self._sockets.frames[ANA][-1])
        assert reply["ok"], reply
        return used + self._follow()

    def minute(self) -> Used:
        return self._run(lambda: timers.every_minute(self.services))

    def rows(self, partition: str) -> list[Item]:
        found: list[Item] = self._reader.query(
            TableName=self._table.connection.table_name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": partition}},
        )["Items"]
        return found

    def _join(self, name: str) -> None:
        self.services.directory.put_person(Person(name, f"{name}@example.test", name, ""))
        member = Member(name, name, f"{name}@example.test", Role.AGENT)
        self.services.directory.put_member(BOT, member)
        self._open(name, name)

    def _open(self, connection: str, person: str) -> None:
        now = self.clock.now()
        opened = SocketConnection(connection, person, 0, (BOT,), now, now + LIFE)
        known = self.services.directory.person(person)
        assert known
        self.services.connections.put(replace(opened, token_version=known.token_version))
        self._sockets.connect(connection)

    def _follow(self) -> Used:
        """The stream's function for each new entry, then the worker for each nudge."""
        used, place = Used(), (BOT, self.scene.cid)
        while entries := self.services.conversations.entries_after(*place, self._told, 1):
            self._told = entries[0].seq
            committed = CommittedEntry(*place, entries[0])
            used += self._run(partial(react, self.services, committed))
        while queued := self._nudges.receive():
            used += self._run(partial(self._deliver, queued), Used(queue=CALLS_OF_A_NUDGE))
        return used

    def _deliver(self, queued: QueuedMessage) -> None:
        body = json.dumps({"bot": BOT, "conversation_id": self.scene.cid, "seq": queued.seq})
        record = {"messageId": "m", "receiptHandle": queued.receipt, "body": body}
        assert not webhook_queue.handle(self.services, {"Records": [record]})["batchItemFailures"]
        self._nudges.done(queued.receipt)

    def _run(self, act: Callable[[], object], beside: Used | None = None) -> Used:
        """One run of a function; nobody is remembered from the run before."""
        self.clock.advance(STEP)
        before = self._outside()
        with metering(self._table, self._reader) as units:
            act()
        _add(self.read_of, units.read_of)
        _add(self.written_of, units.written_of)
        frames, topic, webhooks = map(sub, self._outside(), before)
        inside = Used(runs=1, calls=len(units.calls), read=units.read)
        written = Used(write=units.write + units.index)
        told = Used(frames=frames, topic=topic, webhooks=webhooks)
        return inside + written + told + (beside or Used())

    def _outside(self) -> tuple[int, int, int]:
        sent = (frame for frames in self._sockets.frames.values() for frame in frames)
        frames = sum(-(-len(frame) // FRAME_BYTES) for frame in sent)
        return frames, len(self._topic.published), len(self._receiver.requests)


def _add(to: dict[Place, float], more: Mapping[Place, float]) -> None:
    for place, units in more.items():
        to[place] += units


@contextmanager
def playing(online: int) -> Iterator[Play]:
    with TemporaryDirectory() as folder, moto(Path(folder)) as fresh, fresh() as stores:
        assert stores.table
        yield Play(stores.table, online)


PARTS = ("with the bot", "request", "look and claim", "messages", "return")
SAID_WITH_BOT, SAID_WITH_PERSON = 4, 20


def handoff(online: int) -> dict[str, Used]:
    """By part: two turns with the bot, the request, Ana who looks and claims, twenty messages
    between her and the user, the return. The bot's platform calls by REST, Ana's console by
    frames."""
    with playing(online) as play:
        return dict(zip(PARTS, parts(play), strict=True))


def parts(play: Play) -> Iterator[Used]:
    said = {who: partial(Scene.say, sender=who) for who in ("user", "bot")}
    turns = [play.by_rest(said[who]) for _ in range(SAID_WITH_BOT // 2) for who in ("user", "bot")]
    yield total(turns)
    yield play.by_rest(lambda s: s.do(s.bot, "pause", {"reason": "wants a person"}))
    yield play.by_frame("watch") + play.by_frame("claim")
    yield total(
        play.by_frame("message", text="Hello, how can I help?") + play.by_rest(Scene.say)
        for _ in range(SAID_WITH_PERSON // 2)
    )
    yield play.by_frame("unpause")


def gate() -> Used:
    """One question, asked by a bot that this container does not remember."""
    with playing(0) as play:
        play.by_rest(Scene.say)
        return play.by_rest(lambda s: s.look(s.bot, "/gate"))


def gated_message(online: int) -> Used:
    """A later message of a user that the bot handles alone; its answer says whether the bot may
    speak."""
    with playing(online) as play:
        play.by_rest(Scene.say)
        return play.by_rest(Scene.say)


def ping() -> Used:
    with playing(1) as play:
        return play.by_frame("ping")


def idle_minute() -> Used:
    """Of the sweep, with the two bots of the seed and nobody online."""
    with playing(0) as play:
        return play.minute()


def total(parts: Iterable[Used]) -> Used:
    return sum(parts, Used())
