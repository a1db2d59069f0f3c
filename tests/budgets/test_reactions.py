"""The round trips of the reactions to an entry."""

from collections.abc import Callable

import boto3
import pytest

from bench.capacity.meter import metering
from chalicelib.adapters.dynamodb.table import Table
from chalicelib.domain.access import Role
from chalicelib.domain.address import Address, person_id
from chalicelib.domain.routing.members import Member
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.records.stream import CommittedEntry
from tests.budgets.scene import BOT, scene
from tests.budgets.table_services import TableServices
from tests.support.clock import ManualClock
from tests.support.engines import REGION
from tests.support.fakes import FakeSockets
from tests.support.round_trips import counting

ADDRESS = Address(BOT, "web", "user-0", "t")


def with_agents(services: TableServices, online: int) -> None:
    for number in range(online):
        name = f"agent-{number}"
        services.directory.put_person(Person(name, f"{name}@example.test", name, ""))
        services.directory.put_member(BOT, Member(name, name, f"{name}@example.test", Role.AGENT))
        now = services.clock.now()
        services.connections.put(SocketConnection(name, name, 1, (BOT,), now, now + 60_000))


def latest(services: TableServices) -> CommittedEntry:
    (entry,) = services.conversations.entries_before(BOT, ADDRESS.conversation_id, None, 1)
    return CommittedEntry(BOT, ADDRESS.conversation_id, entry)


@pytest.mark.parametrize(("online", "calls"), [(0, 3), (1, 5), (20, 5)])
def test_the_cost_of_a_conversation_with_the_bot_does_not_depend_on_agents_online(
    table: Table, clock: ManualClock, online: int, calls: int
) -> None:
    services = TableServices(table, clock)
    with_agents(services, online)
    scene(services).say()
    committed = latest(services)
    services.push_subscriptions.are_used()  # A function asks once a minute.

    with counting(table) as made:
        react(services, committed)

    assert len(made) == calls


def test_the_recovery_costs_one_write_unit_for_an_agents_word_and_none_for_the_bot(
    table: Table, clock: ManualClock
) -> None:
    """The commit itself costs as much as without it: head and entry, twice in a transaction. The
    index of words costs one more for the one word of each message."""
    services = TableServices(table, clock)
    one = scene(services)
    one.own()

    agents = _written(table, services, lambda: one.do(one.ana, "messages", {"text": "Hi"}))
    one.do(one.ana, "unpause")
    bots = _written(table, services, lambda: one.say("bot"))

    assert (agents, bots) == ((4, 0, 2, 0), (4, 0, 1, 0))


def _written(
    table: Table, services: TableServices, act: Callable[[], object]
) -> tuple[float, float, float, float]:
    """The write units of the commit and of what follows, each in the table and in its indexes."""
    reader = boto3.client("dynamodb", region_name=REGION)
    with metering(table, reader) as commit:
        act()
    with metering(table, reader) as after:
        react(services, latest(services))
    return commit.write, commit.index, after.write, after.index


OF_AN_OWNER = 8
"""Connections, head, watchers, who of those that hear is logged in, who is a member; head and entry
once more, and the index of words; and the mark that the reactions have run."""
READ_OF_CONNECTIONS, READ_OF_ROSTER = 1 / 15, 1 / 20
"""Read units, at most, for each agent: some 250 and 200 bytes."""


def said_to_its_owner(services: TableServices) -> CommittedEntry:
    """Ana is there, owns the conversation, and its user has said something."""
    ana = services.directory.person(person_id("ana@example.test"))
    assert ana
    now = services.clock.now()
    vars(services)["sockets"] = FakeSockets(["ana"])
    services.connections.put(
        SocketConnection("ana", ana.id, ana.token_version, (BOT,), now, now + 60_000)
    )
    one = scene(services)
    one.own()
    one.say()
    services.push_subscriptions.are_used()
    return latest(services)


@pytest.mark.parametrize("online", [1, 61])
def test_a_message_to_an_owner_reads_at_most_two_lists_about_other_agents(
    table: Table, clock: ManualClock, online: int
) -> None:
    services = TableServices(table, clock)
    with_agents(services, online)
    committed = said_to_its_owner(services)

    with metering(table, boto3.client("dynamodb", region_name=REGION)) as units:
        react(services, committed)

    assert len(units.calls) == OF_AN_OWNER
    assert units.write == 2
    assert units.read <= OF_AN_OWNER + online * (READ_OF_CONNECTIONS + READ_OF_ROSTER) + 1
