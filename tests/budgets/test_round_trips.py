"""What each command costs in round trips, over REST, with no retry. Exact: one call less is as
much news as one more."""

from contextlib import AbstractContextManager
from functools import partial

import pytest

from chalicelib.adapters.cached import LIFE
from tests.budgets.commands import COMMANDS, GATE, LISTS, Command
from tests.budgets.scene import Scene, scene
from tests.budgets.world import TableWorld
from tests.support.engines import Stores, with_shards
from tests.support.round_trips import counting


def counted(stores: Stores) -> AbstractContextManager[list[str]]:
    assert stores.table
    return counting(stores.table)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_command_takes_as_many_round_trips_as_its_budget_says(
    stores: Stores, in_conversation: Scene, command: Command
) -> None:
    command.given(in_conversation)
    in_conversation.authenticate()

    with counted(stores) as calls:
        answer = command.act(in_conversation)

    assert (tuple(calls), answer.status) == (command.calls, command.status)


@pytest.mark.parametrize("command", LISTS, ids=lambda command: command.name)
def test_a_list_takes_one_round_trip_more_for_each_further_shard(
    stores: Stores, in_conversation: Scene, command: Command
) -> None:
    sharded = scene(TableWorld(with_shards(stores, 3)))
    command.given(in_conversation)
    sharded.authenticate()

    with counted(stores) as calls:
        command.act(sharded)

    query, heads = command.calls
    assert tuple(calls) == (query, query, query, heads)


@pytest.mark.parametrize("caller", ["bot", "ana"])
def test_authentication_takes_one_read_and_then_none_for_five_seconds(
    stores: Stores, in_conversation: Scene, caller: str
) -> None:
    in_conversation.say()
    look = partial(in_conversation.look, getattr(in_conversation, caller))
    stores.clock.advance(LIFE)

    with counted(stores) as calls:
        look()
        stores.clock.advance(LIFE - 1)
        look()
        stores.clock.advance(1)
        look()

    assert LIFE == 5000
    assert calls == ["BatchGetItem", "GetItem", "GetItem", "BatchGetItem", "GetItem"]


def test_who_is_refused_costs_one_read(stores: Stores, in_conversation: Scene) -> None:
    stranger = in_conversation.bot.as_("bk_nobody_knows")
    stores.clock.advance(LIFE)

    with counted(stores) as calls:
        answer = GATE.act(Scene(stranger, stranger, stranger, stranger))

    assert (calls, answer.status) == (["BatchGetItem"], 401)
