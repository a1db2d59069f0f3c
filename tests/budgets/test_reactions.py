"""What an entry costs after its commit, in round trips."""

import pytest

from chalicelib.adapters.dynamodb.table import Table
from chalicelib.domain.access import Role
from chalicelib.domain.address import Address
from chalicelib.domain.routing import Member
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records import Committed, Connection, Person
from tests.budgets.scene import BOT, scene
from tests.budgets.world import TableWorld
from tests.support.clock import ManualClock
from tests.support.round_trips import counting

ADDRESS = Address(BOT, "web", "user-0", "t")


def said_to_the_bot(world: TableWorld, online: int) -> Committed:
    """The entry of a user's message that the bot answers, with so many agents online."""
    for number in range(online):
        name = f"agent-{number}"
        world.directory.add_person(Person(name, f"{name}@example.test", name, ""))
        world.directory.add_member(BOT, Member(name, name, f"{name}@example.test", Role.AGENT))
        now = world.clock.now()
        world.connections.open(Connection(name, name, 1, (BOT,), now, now + 60_000))
    scene(world).say()
    (entry,) = world.conversations.entries_after(BOT, ADDRESS.conversation_id, 0, 1)
    return Committed(BOT, ADDRESS.conversation_id, entry)


@pytest.mark.parametrize(("online", "calls"), [(0, 1), (1, 3), (20, 3)])
def test_what_the_bot_handles_alone_costs_the_same_however_many_agents_are_online(
    table: Table, clock: ManualClock, online: int, calls: int
) -> None:
    world = TableWorld(table, clock)
    committed = said_to_the_bot(world, online)

    with counting(table) as made:
        react(world, committed)

    assert len(made) == calls
