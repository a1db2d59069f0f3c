"""Killed at every point there is, and tried again: it is as if nothing had happened."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import Address, person_id
from chalicelib.domain.conversation.commands import (
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
from chalicelib.domain.conversation.entries import Body
from chalicelib.domain.conversation.handoff import Request
from chalicelib.domain.report import utc_day
from chalicelib.domain.routing.queues import Limits, Queue
from chalicelib.entrypoints.events import minute
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records.answers import IdempotencyKey
from chalicelib.usecases.records.events import Committed
from chalicelib.usecases.records.people import Connection
from chalicelib.usecases.records.reports import Metric
from chalicelib.usecases.records.webhooks import Cursor
from chalicelib.usecases.services import Services
from chalicelib.usecases.webhooks.worker import SLOT_LEASE, deliver
from tests.operate.crashing import deaths, killed
from tests.support.services import MemoryServices

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


def services_after(steps: int) -> MemoryServices:
    """With two agents connected, and a webhook."""
    services = MemoryServices("https://bot.test/")
    for name in ("ana", "bo"):
        who = person_id(f"{name}@example.test")
        now = services.clock.now()
        services.sockets.connect(name)
        services.connections.open(Connection(name, who, 1, ("demo",), now, now + 7_200_000))
    for caller, command in STORY[:steps]:
        services.clock.advance(1000)
        execute(services, caller, PLACE, command)
    return services


def thread(services: MemoryServices) -> object:
    """The conversation, as whoever reads it sees it."""
    entries = services.conversations.entries_after("demo", CID, 0, 100)
    handoffs = services.conversations.handoffs_in("demo", CID)
    return services.conversations.head("demo", CID), entries, handoffs


@dataclass(frozen=True)
class Act:
    """`begin` makes the world, `do` is what is cut off and then tried again, `seen` what may not
    differ from a time when nothing was cut off."""

    name: str
    begin: Callable[[], MemoryServices]
    do: Callable[[Services], object]
    seen: Callable[[MemoryServices], object]
    pause: int = 0
    """Milliseconds between the death and the next try."""


def commands() -> Iterator[Act]:
    for number, (caller, command) in enumerate(STORY):

        def do(services: Services, caller: Caller = caller, command: Command = command) -> object:
            return execute(services, caller, PLACE, command, key=KEY)

        def begin(number: int = number) -> MemoryServices:
            return services_after(number)

        yield Act(f"command {number} {command.name}", begin, do, thread)


def effects(services: MemoryServices) -> object:
    """What others have got, however often; what is counted, exactly."""
    today = utc_day(services.clock.now())
    return (
        {name: set(frames) for name, frames in services.sockets.frames.items()},
        {json.dumps(p.message, sort_keys=True) for p in services.topic.published},
        {(queued.conversation_id, queued.seq) for queued in services.webhook_queue.waiting()},
        services.reports.by_queue("demo", today, today),
        services.reports.by_agent("demo", today, today),
        thread(services),
    )


def reactions() -> Iterator[Act]:
    for number in range(len(STORY)):

        def begin(number: int = number) -> MemoryServices:
            return services_after(number + 1)

        def do(services: Services) -> None:
            (*_, entry) = services.conversations.entries_after("demo", CID, 0, 100)
            react(services, Committed("demo", CID, entry))

        yield Act(f"reaction to {STORY[number][1].name}, {number}", begin, do, effects)


def told(services: MemoryServices) -> object:
    """In which order the bot's server has first heard of each entry, and from where it goes on."""
    ids = [request.headers["webhook-id"] for request in services.receiver.requests]
    return list(dict.fromkeys(ids)), services.deliveries.cursor("demo", CID)


def delivery() -> Act:
    def do(services: Services) -> object:
        return deliver(services, "demo", CID, "receipt")

    return Act("delivery", lambda: services_after(len(STORY)), do, told, SLOT_LEASE)


def swept(services: MemoryServices) -> object:
    return thread(services), {c.id for c in services.connections.of_bot("demo")}


def sweep() -> Act:
    def begin() -> MemoryServices:
        services = services_after(0)
        services.directory.put_queue("demo", Queue("sales", limits=Limits(give_up=GIVE_UP)))
        execute(services, BOT, PLACE, Pause(Request(queue="sales")))
        services.clock.advance(7_200_000)
        return services

    return Act("sweep", begin, minute.every_minute, swept)


ACTS = [*commands(), *reactions(), delivery(), sweep()]


def check(act: Act) -> None:
    whole = act.begin()
    act.do(whole)
    wanted = act.seen(whole)
    for call, after in deaths(act.do, act.begin):
        services = act.begin()
        killed(act.do, services, call, after=after)
        services.clock.advance(act.pause)
        act.do(services)
        assert act.seen(services) == wanted, (call, after)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_whatever_is_cut_off_anywhere_and_tried_again_ends_as_if_it_had_not_been(act: Act) -> None:
    check(act)


def test_the_points_are_many() -> None:
    assert sum(len(deaths(act.do, act.begin)) for act in ACTS) > 300


def moves_first(services: Services) -> None:
    """Loses what it was about to send."""
    cursor = services.deliveries.cursor("demo", CID)
    if cursor.seq == 0 and services.deliveries.move("demo", CID, cursor, Cursor(1)):
        services.receiver.post("https://bot.test/", {"webhook-id": f"{CID}:1"}, b"")


def counts_each_time(services: Services) -> None:
    services.metrics.record({Metric.LEAKS: 1})


PLANTED = [
    Act("moves first", lambda: services_after(1), moves_first, told),
    Act(
        "counts", lambda: services_after(1), counts_each_time, lambda w: w.metrics.of(Metric.LEAKS)
    ),
]


@pytest.mark.parametrize("act", PLANTED, ids=lambda act: act.name)
def test_an_act_that_does_not_bear_it_is_found(act: Act) -> None:
    with pytest.raises(AssertionError):
        check(act)
