"""Runs a handoff from the first message to the return with the product's own routes, frames,
reactions and webhook worker, and counts everything that AWS charges for.

It is the most expensive case: steps are 20 seconds apart, so that no container has anything cached,
and each entry has its own invocation of the stream function.
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
from chalicelib.domain.bot_settings import BotSettings
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
from tests.support.api import ApiAnswer
from tests.support.clock import ManualClock
from tests.support.engines import REGION, moto
from tests.support.fakes import (
    FakeSockets,
    FakeTopic,
    FakeWebhookClient,
    FakeWebhookQueue,
    QueuedMessage,
)

STEP = 20_000
LIFE = 2 * 3600 * 1000
FRAME_BYTES = 32 * 1024
"""API Gateway charges for each started 32 KB of a frame."""
ANA = "ana"
SQS_CALLS_PER_MESSAGE = 3
"""Send, receive, delete."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Amounts that AWS charges for. `write` includes the indexes, `queue` counts SQS calls,
    `frames` counts both directions, and `runs` counts the invocations of all functions."""

    requests: float = 0
    frames: float = 0
    runs: float = 0
    calls: float = 0
    read: float = 0
    write: float = 0
    queue: float = 0
    topic: float = 0
    webhooks: float = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def __mul__(self, times: float) -> "Usage":
        return Usage(*(times * getattr(self, f.name) for f in fields(self)))


class HandoffRun:
    """One conversation of a bot with a webhook and `online` agents: Ana, who handles it, and others
    whose consoles show the list of conversations. `is_searched`: its words are indexed."""

    def __init__(self, table: Table, online: int, *, is_searched: bool = False) -> None:
        self.clock = ManualClock()
        self.services = TableServices(table, self.clock)
        self._table = table
        self._reader = boto3.client("dynamodb", region_name=REGION)
        self._sockets, self._queue = FakeSockets(), FakeWebhookQueue(self.clock)
        self._topic, self._receiver = FakeTopic(), FakeWebhookClient()
        vars(self.services).update(
            sockets=self._sockets,
            webhook_queue=self._queue,
            topic=self._topic,
            webhook_client=self._receiver,
        )
        bot = self.services.directory.bot(BOT)
        assert bot
        webhook = Webhook("https://bot.example.test/", (WEBHOOK_SECRET,))
        settings = BotSettings(search_messages=is_searched)
        self.services.directory.put_bot(replace(bot, webhook=webhook, settings=settings))
        for number in range(online - 1):
            self._join(f"agent-{number}")
        if online:
            self._open(ANA, person_id("ana@example.test"))
        self.scene: Scene = scene(self.services)
        self._handled_seq = 0
        self.read_of: dict[Place, float] = defaultdict(float)
        self.written_of: dict[Place, float] = defaultdict(float)

    def by_rest(self, act: Callable[[Scene], ApiAnswer]) -> Usage:
        """Makes one REST request and handles everything that follows from it."""
        answers = list[ApiAnswer]()
        used = self._run(lambda: answers.append(act(self.scene)), Usage(requests=1))
        assert answers[0].status < 400, answers[0].text
        return used + self._follow()

    def by_frame(self, action: str, **body: object) -> Usage:
        """Sends one frame as Ana and handles everything that follows from it."""
        frame = {"id": 1, "action": action, "conversation_id": self.scene.cid, "bot": BOT, **body}
        event = {"requestContext": {"connectionId": ANA}, "body": json.dumps(frame)}
        used = self._run(lambda: handlers.message(self.services, event), Usage(frames=1))
        reply = json.loads(self._sockets.frames[ANA][-1])
        assert reply["ok"], reply
        return used + self._follow()

    def minute(self) -> Usage:
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

    def _follow(self) -> Usage:
        """Runs the stream function for each new entry, then the worker for each queue message."""
        used, place = Usage(), (BOT, self.scene.cid)
        while entries := self.services.conversations.entries_after(*place, self._handled_seq, 1):
            self._handled_seq = entries[0].seq
            committed = CommittedEntry(*place, entries[0])
            used += self._run(partial(react, self.services, committed))
        while queued := self._queue.receive():
            used += self._run(partial(self._deliver, queued), Usage(queue=SQS_CALLS_PER_MESSAGE))
        return used

    def _deliver(self, queued: QueuedMessage) -> None:
        body = json.dumps({"bot": BOT, "conversation_id": self.scene.cid, "seq": queued.seq})
        record = {"messageId": "m", "receiptHandle": queued.receipt, "body": body}
        assert not webhook_queue.handle(self.services, {"Records": [record]})["batchItemFailures"]
        self._queue.done(queued.receipt)

    def _run(self, act: Callable[[], object], beside: Usage | None = None) -> Usage:
        """Counts one invocation of a function with expired caches."""
        self.clock.advance(STEP)
        before = self._outside()
        with metering(self._table, self._reader) as units:
            act()
        _add(self.read_of, units.read_of)
        _add(self.written_of, units.written_of)
        frames, topic, webhooks = map(sub, self._outside(), before)
        inside = Usage(runs=1, calls=len(units.calls), read=units.read)
        written = Usage(write=units.write + units.index)
        sent = Usage(frames=frames, topic=topic, webhooks=webhooks)
        return inside + written + sent + (beside or Usage())

    def _outside(self) -> tuple[int, int, int]:
        sent = (frame for frames in self._sockets.frames.values() for frame in frames)
        frames = sum(-(-len(frame) // FRAME_BYTES) for frame in sent)
        return frames, len(self._topic.published), len(self._receiver.requests)


def _add(to: dict[Place, float], more: Mapping[Place, float]) -> None:
    for place, units in more.items():
        to[place] += units


@contextmanager
def handoff_run(online: int, *, is_searched: bool = False) -> Iterator[HandoffRun]:
    with TemporaryDirectory() as folder, moto(Path(folder)) as fresh, fresh() as stores:
        assert stores.table
        yield HandoffRun(stores.table, online, is_searched=is_searched)


PARTS = ("with the bot", "request", "open and claim", "messages", "return")
MESSAGES_WITH_BOT, MESSAGES_WITH_AGENT = 4, 20


def handoff(online: int) -> dict[str, Usage]:
    """The usage of each part: two turns with the bot, the request, Ana opens and claims the
    conversation, twenty messages between her and the user, the return. The bot uses REST, Ana's
    console uses frames."""
    with handoff_run(online) as run:
        return dict(zip(PARTS, parts(run), strict=True))


def parts(run: HandoffRun) -> Iterator[Usage]:
    said = {who: partial(Scene.say, sender=who) for who in ("user", "bot")}
    turns = [
        run.by_rest(said[who]) for _ in range(MESSAGES_WITH_BOT // 2) for who in ("user", "bot")
    ]
    yield total(turns)
    yield run.by_rest(lambda s: s.do(s.bot, "pause", {"reason": "wants a person"}))
    yield run.by_frame("watch") + run.by_frame("claim")
    yield total(
        run.by_frame("message", text="Hello, how can I help?") + run.by_rest(Scene.say)
        for _ in range(MESSAGES_WITH_AGENT // 2)
    )
    yield run.by_frame("unpause")


def gate() -> Usage:
    """One gate call of a bot that is not cached."""
    with handoff_run(0) as run:
        run.by_rest(Scene.say)
        return run.by_rest(lambda s: s.look(s.bot, "/gate"))


def gated_message(online: int) -> Usage:
    """A user's message, not the first one, that the bot handles alone; the answer contains the
    gate's decision."""
    with handoff_run(online) as run:
        run.by_rest(Scene.say)
        return run.by_rest(Scene.say)


def indexed_message(words: int) -> Usage:
    """The index of words adds this to a message of so many different words."""
    return _said(words, is_searched=True) + _said(words, is_searched=False) * -1


def _said(words: int, *, is_searched: bool) -> Usage:
    said = {"from": "user", "text": " ".join(f"word{n}" for n in range(words))}
    with handoff_run(0, is_searched=is_searched) as run:
        run.by_rest(Scene.say)
        return run.by_rest(lambda s: s.do(s.bot, "messages", said))


def ping() -> Usage:
    with handoff_run(1) as run:
        return run.by_frame("ping")


def idle_minute() -> Usage:
    """One run of the sweep with the two demo bots and nobody online."""
    with handoff_run(0) as run:
        return run.minute()


def total(parts: Iterable[Usage]) -> Usage:
    return sum(parts, Usage())
