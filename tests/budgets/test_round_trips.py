"""The exact round trips of each command, over REST, without a retry: one call less is as
much news as one more."""

from dataclasses import replace
from functools import partial

import pytest
from msgspec import structs

from chalicelib.adapters.dynamodb.buckets import DynamoBuckets
from chalicelib.adapters.dynamodb.table import Table
from chalicelib.adapters.rate_limiter import ContainerRateLimits
from chalicelib.domain.limits import LIMITS
from tests.budgets.commands import COMMANDS, GATE, LISTS, Command
from tests.budgets.scene import Scene, scene
from tests.budgets.table_services import TableServices
from tests.support.clock import ManualClock
from tests.support.round_trips import counting


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_command_takes_as_many_round_trips_as_its_budget_says(
    table: Table, in_conversation: Scene, command: Command
) -> None:
    command.given(in_conversation)
    in_conversation.authenticate()

    with counting(table) as calls:
        answer = command.act(in_conversation)

    assert (tuple(calls), answer.status) == (command.calls, command.status)


@pytest.mark.parametrize("command", LISTS, ids=lambda command: command.name)
def test_a_list_takes_one_round_trip_more_for_each_further_shard(
    table: Table, clock: ManualClock, command: Command
) -> None:
    sharded = scene(TableServices(structs.replace(table, shards=3), clock))
    command.given(sharded)
    sharded.authenticate()

    with counting(table) as calls:
        command.act(sharded)

    query, heads = command.calls
    assert tuple(calls) == (query, query, query, heads)


@pytest.mark.parametrize("caller", ["bot", "ana"])
def test_authentication_takes_one_read_and_then_none_for_five_seconds(
    table: Table, clock: ManualClock, in_conversation: Scene, caller: str
) -> None:
    in_conversation.say()
    look = partial(in_conversation.look, getattr(in_conversation, caller))
    clock.advance(5000)

    with counting(table) as calls:
        look()
        clock.advance(4999)
        look()
        clock.advance(1)
        look()

    assert calls == ["BatchGetItem", "GetItem", "GetItem", "BatchGetItem", "GetItem"]


def test_rate_limits_cost_a_caller_in_normal_use_no_round_trip(
    table: Table, clock: ManualClock
) -> None:
    services, shared = TableServices(table, clock), DynamoBuckets(table, clock)
    vars(services)["rate_limits"] = ContainerRateLimits(LIMITS, lambda: shared, clock)
    limited = scene(services)
    limited.say()
    limited.authenticate()

    with counting(table) as calls:
        for _ in range(20):
            limited.look(limited.bot)

    assert calls == ["GetItem"] * 20


def test_leave_words_are_read_together_with_the_bots_key(
    table: Table, clock: ManualClock, in_conversation: Scene
) -> None:
    in_conversation.wait()
    clock.advance(5000)

    with counting(table) as calls:
        in_conversation.say()

    assert calls == ["BatchGetItem", "BatchGetItem", "TransactWriteItems"]


def test_a_refused_call_costs_one_read(table: Table, in_conversation: Scene) -> None:
    stranger = replace(in_conversation, bot=in_conversation.bot.as_("bk_nobody_knows"))

    with counting(table) as calls:
        answer = GATE.act(stranger)

    assert (calls, answer.status) == (["BatchGetItem"], 401)
