"""Each operation is killed at every possible point and tried again; the result must be the same as
without the kill."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import Address, handoff_id, person_id
from chalicelib.domain.conversation.commands import (
    AgentMessage,
    Claim,
    Command,
    Note,
    Pause,
    RateHandoff,
    Release,
    Tag,
    Unpause,
    UserMessage,
)
from chalicelib.domain.conversation.entries import Body
from chalicelib.domain.conversation.handoff import Request
from chalicelib.domain.report import local_day
from chalicelib.domain.routing.queues import Limits, Queue
from chalicelib.entrypoints.events import minute
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records.answers import IdempotencyKey
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.metrics import Metric
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.records.webhooks import DeliveryCursor
from chalicelib.usecases.services import Services
from chalicelib.usecases.webhooks.worker import SLOT_LEASE, deliver
from tests.operate.killed_process import crash_points, run_until_killed
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
    (BOT, RateHandoff(handoff_id(CID, 2), 4, "Quick.")),
)


def services_after(steps: int) -> MemoryServices:
    """Services with two connected agents and a webhook, after the first steps of the story."""
    services = MemoryServices("https://bot.test/")
    for name in ("ana", "bo"):
        who = person_id(f"{name}@example.test")
        now = services.clock.now()
        services.sockets.connect(name)
        services.connections.put(SocketConnection(name, who, 1, ("demo",), now, now + 7_200_000))
    for caller, command in STORY[:steps]:
        services.clock.advance(1000)
        execute(services, caller, PLACE, command)
    return services


def thread(services: MemoryServices) -> object:
    """The stored conversation: head, entries and handoffs."""
    entries = services.conversations.entries_after("demo", CID, 0, 100)
    handoffs = services.conversations.handoffs_of_conversation("demo", CID)
    return services.conversations.head("demo", CID), entries, handoffs


@dataclass(frozen=True)
class Operation:
    """`begin` creates the services, `do` is killed and tried again, `seen` is the result that must
    not differ from a run without a kill."""

    name: str
    begin: Callable[[], MemoryServices]
    do: Callable[[Services], object]
    seen: Callable[[MemoryServices], object]
    pause: int = 0
    """Milliseconds between the kill and the next try."""


def commands() -> Iterator[Operation]:
    for number, (caller, command) in enumerate(STORY):

        def do(services: Services, caller: Caller = caller, command: Command = command) -> object:
            return execute(services, caller, PLACE, command, key=KEY)

        def begin(number: int = number) -> MemoryServices:
            return services_after(number)

        yield Operation(f"command {number} {command.name}", begin, do, thread)


def effects(services: MemoryServices) -> object:
    """The messages that others received, without repeats, and the counts of the reports."""
    today = local_day(services.clock.now())
    return (
        {name: set(frames) for name, frames in services.sockets.frames.items()},
        {json.dumps(p.message, sort_keys=True) for p in services.topic.published},
        {(queued.conversation_id, queued.seq) for queued in services.webhook_queue.waiting()},
        services.reports.by_queue("demo", today, today),
        services.reports.by_agent("demo", today, today),
        services.reports.by_channel("demo", today, today),
        thread(services),
    )


def reactions() -> Iterator[Operation]:
    for number in range(len(STORY)):

        def begin(number: int = number) -> MemoryServices:
            return services_after(number + 1)

        def do(services: Services) -> None:
            (*_, entry) = services.conversations.entries_after("demo", CID, 0, 100)
            react(services, CommittedEntry("demo", CID, entry))

        yield Operation(f"reaction to {STORY[number][1].name}, {number}", begin, do, effects)


def deliveries_of(services: MemoryServices) -> object:
    """The order in which the webhook first received each entry, and the delivery cursor."""
    ids = [request.headers["webhook-id"] for request in services.webhook_client.requests]
    return list(dict.fromkeys(ids)), services.deliveries.cursor("demo", CID)


def delivery() -> Operation:
    def do(services: Services) -> object:
        return deliver(services, "demo", CID, "receipt")

    return Operation("delivery", lambda: services_after(len(STORY)), do, deliveries_of, SLOT_LEASE)


def swept(services: MemoryServices) -> object:
    return thread(services), {c.id for c in services.connections.of_bot("demo")}


def sweep() -> Operation:
    def begin() -> MemoryServices:
        services = services_after(0)
        services.directory.put_queue("demo", Queue("sales", limits=Limits(give_up=GIVE_UP)))
        execute(services, BOT, PLACE, Pause(Request(queue="sales")))
        services.clock.advance(7_200_000)
        return services

    return Operation("sweep", begin, minute.every_minute, swept)


OPERATIONS = [*commands(), *reactions(), delivery(), sweep()]


def check(operation: Operation) -> None:
    whole = operation.begin()
    operation.do(whole)
    wanted = operation.seen(whole)
    for call, after in crash_points(operation.do, operation.begin):
        services = operation.begin()
        run_until_killed(operation.do, services, call, after=after)
        services.clock.advance(operation.pause)
        operation.do(services)
        assert operation.seen(services) == wanted, (call, after)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_an_operation_that_is_killed_and_tried_again_ends_with_the_same_result(
    operation: Operation,
) -> None:
    check(operation)


def test_there_are_more_than_300_crash_points() -> None:
    assert sum(len(crash_points(operation.do, operation.begin)) for operation in OPERATIONS) > 300


def moves_cursor_first(services: Services) -> None:
    """A planted bug: a kill after the move loses the delivery."""
    cursor = services.deliveries.cursor("demo", CID)
    if cursor.seq == 0 and services.deliveries.advance_cursor(
        "demo", CID, cursor, DeliveryCursor(1)
    ):
        services.webhook_client.post("https://bot.test/", {"webhook-id": f"{CID}:1"}, b"")


def counts_each_time(services: Services) -> None:
    services.metrics.record({Metric.LEAKS: 1})


PLANTED = [
    Operation(
        "moves the cursor first", lambda: services_after(1), moves_cursor_first, deliveries_of
    ),
    Operation(
        "counts", lambda: services_after(1), counts_each_time, lambda w: w.metrics.of(Metric.LEAKS)
    ),
]


@pytest.mark.parametrize("operation", PLANTED, ids=lambda operation: operation.name)
def test_the_check_finds_an_operation_that_cannot_be_repeated(operation: Operation) -> None:
    with pytest.raises(AssertionError):
        check(operation)
