"""The estimate in the report rests on what is measured, not on what was once believed."""

from dataclasses import replace

import boto3
import pytest

from bench.meter import metering
from chalicelib.adapters.dynamodb.table import Table
from chalicelib.domain.cost import MESSAGE, MOVE, Usage
from tests.budgets.commands import COMMANDS
from tests.budgets.scene import Scene
from tests.support.engines import REGION

NAMED = {command.name: command for command in COMMANDS}


@pytest.mark.parametrize(
    ("name", "usage"),
    [
        ("next message", MESSAGE),
        ("agent's message", MESSAGE),
        ("pause", MOVE),
        ("claim", MOVE),
        ("unpause", MOVE),
    ],
)
def test_what_an_entry_writes_is_no_more_than_the_estimate_says_and_not_much_less(
    table: Table, in_conversation: Scene, name: str, usage: Usage
) -> None:
    command = NAMED[name]
    command.given(in_conversation)
    in_conversation.authenticate()

    with metering(table, boto3.client("dynamodb", region_name=REGION)) as units:
        command.act(in_conversation)

    written = units.write + units.index
    assert 0.7 * usage.writes <= written <= usage.writes
    assert units.read <= usage.reads
    assert usage == replace(usage, requests=1)
