"""Killed at every point there is, and tried again: it is as if nothing had happened."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import Address, person_id
from chalicelib.domain.commands import (
    AgentMessage,
    Claim,
    Command,
    Note,
    Pause,
    Release,
    Tag,
    Unpause,
    UserMessage,
)
from chalicelib.domain.entries import Body
from chalicelib.domain.handoff import Request
from chalicelib.domain.queues import Limits, Queue
from chalicelib.domain.report import day_of
from chalicelib.entrypoints import timers
from chalicelib.usecases.conversations import execute
from chalicelib.usecases.delivery import SLOT_LEASE, deliver
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records import Committed, Connection, Cursor, IdempotencyKey, Metric
from chalicelib.usecases.world import World
from tests.operate.crashing import deaths, killed
from tests.support.world import MemoryWorld

BOT = Caller("demo", "Demo bot", Role.BOT, "demo")
ANA = Caller(person_id("ana@example.test"), "Ana", Role.AGENT, "demo")
PLACE = Address("demo", "web", "zoe")
CID = PLACE.conversation_id
GIVE_UP = 600
KEY = IdempotencyKey("demo", "event-1", "fingerprint")

STORY: tuple[tuple[Caller, Command], ...] = (
    (BOT, UserMessage(Body(text="help"), "m-1")),
    (BOT, Pause(Request(queue=None))),
    (ANA, Claim()),
    (ANA, AgentMessage(Body(text="hello"), "m-2")),
    (ANA, Note("n")),
    (BOT, Tag(("vip",))),
    (ANA, Release()),
    (ANA, Claim()),
    (ANA, Unpause()),
)


def world_after(steps: int) -> MemoryWorld:
    """With two agents connected, and a webhook."""
    world = MemoryWorld("https://bot.test/")
    for name in ("ana", "bo"):
        who = person_id(f"{name}@example.test")
        now = world.clock.now()
        world.sockets.connect(name)
        world.connections.open(Connection(name, who, 1, ("demo",), now, now + 7_200_000))
    for caller, command in STORY[:steps]:
        world.clock.advance(1000)
        execute(world, caller, PLACE, command)
    return world


def thread(world: MemoryWorld) -> object:
    """The conversation, as whoever reads it sees it."""
    entries = world.conversations.entries_after("demo", CID, 0, 100)
    handoffs = world.conversations.handoffs_in("demo", CID)
    return world.conversations.head("demo", CID), entries, handoffs


@dataclass(frozen=True)
class Act:
    """`begin` makes the world, `do` is what is cut off and then tried again, `seen` what may not
    differ from a time when nothing was cut off."""

    name: str
    begin: Callable[[], MemoryWorld]
    do: Callable[[World], object]
    seen: Callable[[MemoryWorld], object]
    pause: int = 0
    """Milliseconds between the death and the next try."""


def commands() -> Iterator[Act]:
    for number, (caller, command) in enumerate(STORY):

        def do(world: World, caller: Caller = caller, command: Command = command) -> object:
            return execute(world, caller, PLACE, command, key=KEY)

        def begin(number: int = number) -> MemoryWorld:
            return world_after(number)

        yield Act(f"command {number} {command.name}", begin, do, thread)


def effects(world: MemoryWorld) -> object:
    """What others have got, however often; what is counted, exactly."""
    today = day_of(world.clock.now())
    return (
        {name: set(frames) for name, frames in world.sockets.frames.items()},
        {json.dumps(p.message, sort_keys=True) for p in world.topic.published},
        {(nudge.conversation_id, nudge.seq) for nudge in world.nudges.waiting()},
        world.reports.by_queue("demo", today, today),
        world.reports.by_agent("demo", today, today),
        thread(world),
    )


def reactions() -> Iterator[Act]:
    for number in range(len(STORY)):

        def begin(number: int = number) -> MemoryWorld:
            return world_after(number + 1)

        def do(world: World) -> None:
            (*_, entry) = world.conversations.entries_after("demo", CID, 0, 100)
            react(world, Committed("demo", CID, entry))

        yield Act(f"reaction to {STORY[number][1].name}, {number}", begin, do, effects)


def told(world: MemoryWorld) -> object:
    """In which order the bot's server has first heard of each entry, and from where it goes on."""
    ids = [request.headers["webhook-id"] for request in world.receiver.requests]
    return list(dict.fromkeys(ids)), world.deliveries.cursor("demo", CID)


def delivery() -> Act:
    def do(world: World) -> object:
        return deliver(world, "demo", CID, "receipt")

    return Act("delivery", lambda: world_after(len(STORY)), do, told, SLOT_LEASE)


def swept(world: MemoryWorld) -> object:
    return thread(world), {c.id for c in world.connections.of_bot("demo")}


def sweep() -> Act:
    def begin() -> MemoryWorld:
        world = world_after(0)
        world.directory.put_queue("demo", Queue("sales", limits=Limits(give_up=GIVE_UP)))
        execute(world, BOT, PLACE, Pause(Request(queue="sales")))
        world.clock.advance(7_200_000)
        return world

    return Act("sweep", begin, timers.every_minute, swept)


ACTS = [*commands(), *reactions(), delivery(), sweep()]


def check(act: Act) -> None:
    whole = act.begin()
    act.do(whole)
    wanted = act.seen(whole)
    for call, after in deaths(act.do, act.begin):
        world = act.begin()
        killed(act.do, world, call, after=after)
        world.clock.advance(act.pause)
        act.do(world)
        assert act.seen(world) == wanted, (call, after)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_whatever_is_cut_off_anywhere_and_tried_again_ends_as_if_it_had_not_been(act: Act) -> None:
    check(act)


def test_the_points_are_many() -> None:
    assert sum(len(deaths(act.do, act.begin)) for act in ACTS) > 300


def moves_first(world: World) -> None:
    """Loses what it was about to send."""
    cursor = world.deliveries.cursor("demo", CID)
    if cursor.seq == 0 and world.deliveries.move("demo", CID, cursor, Cursor(1)):
        world.receiver.post("https://bot.test/", {"webhook-id": f"{CID}:1"}, b"")


def counts_each_time(world: World) -> None:
    world.metrics.record({Metric.LEAKS: 1})


PLANTED = [
    Act("moves first", lambda: world_after(1), moves_first, told),
    Act("counts", lambda: world_after(1), counts_each_time, lambda w: w.metrics.of(Metric.LEAKS)),
]


@pytest.mark.parametrize("act", PLANTED, ids=lambda act: act.name)
def test_an_act_that_does_not_bear_it_is_found(act: Act) -> None:
    with pytest.raises(AssertionError):
        check(act)
