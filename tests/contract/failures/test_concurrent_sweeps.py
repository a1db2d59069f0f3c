"""Eight concurrent sweeps apply each deadline once."""

from collections.abc import Mapping, Sequence
from functools import partial

import pytest

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import Cause, Claim, Pause
from chalicelib.domain.conversation.entries import Entry, Kind
from chalicelib.domain.conversation.handoff import Request
from chalicelib.domain.report import local_day, sum_tallies
from chalicelib.domain.routing.members import Member, Presence, PresenceStatus
from chalicelib.domain.routing.queues import NO_LIMITS, Limits, Mode, Queue
from chalicelib.entrypoints.events import minute
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records.metrics import Metric
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.routing import assign
from tests.contract.store_setup import at_once
from tests.support.engines import Stores
from tests.support.store_services import StoreServices

BOT = Caller("demo", "Demo bot", Role.BOT, "demo")
MINUTE = 60
OVERDUE = 5 * MINUTE
SWEEPS = 8
EACH = 5
"""Conversations of each kind."""
AGENTS = [f"agent-{n}" for n in range(EACH)]

QUEUES = (
    Queue("alerts", limits=Limits(first_alert=OVERDUE)),
    Queue("offers", mode=Mode.OFFER, offer_seconds=OVERDUE, limits=NO_LIMITS),
    Queue("given up", limits=Limits(give_up=OVERDUE)),
    Queue("idle", limits=Limits(agent_idle=OVERDUE)),
)

HAPPENS = {
    "alerts": [(Kind.ESCALATED, None)],
    "offers": [(Kind.DECLINED, Cause.TIMEOUT), (Kind.OFFERED, None)],
    "given up": [(Kind.RETURNED, Cause.GIVE_UP)],
    "idle": [(Kind.RELEASED, Cause.AGENT_IDLE)],
}
"""By queue: what the sweep adds to the log of each conversation."""


def place(queue: str, number: int) -> Address:
    return Address("demo", "web", f"{queue}-{number}")


PLACES = [(queue, place(queue, n)) for queue in HAPPENS for n in range(EACH)]


@pytest.fixture
def services(stores: Stores) -> StoreServices:
    """Twenty conversations, five of them with an agent and five offered to one, all overdue."""
    services = StoreServices(stores)
    for settings in QUEUES:
        services.directory.put_queue("demo", settings)
    for agent in AGENTS:
        queues = frozenset({"offers", "idle"})
        services.directory.put_member("demo", Member(agent, agent, "", Role.AGENT, queues))
        services.directory.set_presence(agent, Presence(PresenceStatus.ONLINE, stores.clock.now()))
    for queue, where in PLACES:
        execute(services, BOT, where, Pause(Request(queue=queue)))
    for number, agent in enumerate(AGENTS):
        owner = Caller(agent, agent, Role.AGENT, "demo", frozenset({"idle"}))
        execute(services, owner, place("idle", number).conversation_id, Claim())
        assert assign.offer(services, "demo", place("offers", number).conversation_id)
    follow(services, {where: log(services, where) for _, where in PLACES})
    services.topic.published.clear()
    stores.clock.advance(OVERDUE * 1000)
    return services


def test_each_deadline_takes_effect_once_when_eight_sweeps_run_concurrently(
    services: StoreServices,
) -> None:
    before = {where: len(log(services, where)) for _, where in PLACES}

    met = at_once([partial(deadlines_met, services)] * SWEEPS)
    news = {where: log(services, where)[before[where] :] for _, where in PLACES}
    follow(services, news)

    assert sum(met) == len(PLACES)  # type: ignore[arg-type]
    assert services.metrics.of(Metric.DEADLINES_FAILED) == [0] * SWEEPS
    for queue, where in PLACES:
        happened = [(e.kind, (e.record.payload or {}).get("cause")) for e in news[where]]
        assert happened == HAPPENS[queue]
    assert sorted(offered_to(services, place("offers", n)) for n in range(EACH)) == AGENTS
    assert sorted(alerted(services)) == sorted(
        place("alerts", n).conversation_id for n in range(EACH)
    )
    assert counted(services) == {"handoffs": EACH, "outcome_expired": EACH}
    assert not any(member.open for member in services.directory.members("demo"))


def deadlines_met(services: StoreServices) -> int:
    met = minute.every_minute(services)["deadlines_met"]
    assert isinstance(met, int)
    return met


def offered_to(services: StoreServices, where: Address) -> str:
    head = services.conversations.head("demo", where.conversation_id)
    offer = head.offer if head else None
    assert offer
    return offer.agent.id


def follow(services: StoreServices, news: Mapping[Address, Sequence[Entry]]) -> None:
    """As the stream does, which brings what has ended a second time."""
    for where, entries in news.items():
        committed = [CommittedEntry("demo", where.conversation_id, entry) for entry in entries]
        repeated = [each for each in committed if each.entry.kind is Kind.RETURNED]
        for each in committed + repeated:
            react(services, each)


def alerted(services: StoreServices) -> list[str]:
    """The sweep also publishes what this test leaves untold, such as queues that nobody serves."""
    published = (each.message for each in services.topic.published)
    return [str(m["conversation_id"]) for m in published if m["type"] == "handoff.escalated"]


def counted(services: StoreServices) -> dict[str, int]:
    """The report's count of handoffs, and of their outcomes."""
    today = local_day(services.clock.now())
    found = sum_tallies(each.tally for each in services.reports.by_queue("demo", today, today))
    return {n: c for n, c in found.items() if n == "handoffs" or n.startswith("outcome_")}


def log(services: StoreServices, where: Address) -> list[Entry]:
    """Without a gap."""
    entries = services.conversations.entries_after("demo", where.conversation_id, 0, 100)
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    return entries
