"""Entries that a newer release has written: every reader passes over them and goes on behind them.

docs/operations.md promises this, so that two releases can work on one table, and so that an
upgrade can be taken back.
"""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.adapters.dynamodb.stream import read_record
from chalicelib.adapters.dynamodb.table import Table
from chalicelib.domain.conversation.commands import (
    AgentMessage,
    Claim,
    Command,
    Pause,
    Unpause,
    UserMessage,
)
from chalicelib.domain.conversation.entries import Body, Kind
from chalicelib.domain.report import local_day
from chalicelib.entrypoints.events import stream
from chalicelib.settings import LOCAL
from chalicelib.usecases.conversations import queries
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.records.webhooks import DeliveryCursor
from chalicelib.usecases.webhooks.worker import deliver
from infra.local.seed import seed
from tests.contract.table.release_rows import ANA, BOT, OPEN
from tests.support.engines import Stores
from tests.support.store_services import StoreServices

CONVERSATION = OPEN.conversation_id
STORY: list[tuple[Any, Command]] = [
    (BOT, UserMessage(Body(text="hi"))),
    (BOT, Pause()),
    (ANA, Claim()),
    (ANA, AgentMessage(Body(text="Hello"))),
    (ANA, Unpause()),
    (BOT, UserMessage(Body(text="thanks"))),
]
NEWER = {
    "a kind": (4, {"w": {"S": "snoozed"}}),
    "a sender": (4, {"f": {"S": "robot"}}),
    "another payload": (3, {"p": {"S": json.dumps({"owners": ["ana", "bo"]})}}),
}
"""By what is new: the number of an entry, and what the newer release stores in it."""


@pytest.fixture(params=NEWER)
def newer(request: pytest.FixtureRequest, on_moto: Stores) -> tuple[StoreServices, int]:
    """A conversation in which one entry was written by a newer release, and its number."""
    services = StoreServices(on_moto)
    for caller, command in STORY:
        execute(services, caller, OPEN, command)
    seq, written = NEWER[request.param]
    assert on_moto.table
    name = on_moto.table.connection.table_name
    item = {**row_of(on_moto.table, seq), **written}
    on_moto.table.client.put_item(TableName=name, Item=item)
    return services, seq


def row_of(table: Table, seq: int) -> dict[str, Any]:
    items = table.client.scan(TableName=table.connection.table_name)["Items"]
    item: dict[str, Any]
    (item,) = [each for each in items if each["sk"]["S"] == f"E#{seq:012d}"]
    return item


def test_the_store_names_it_unknown_and_keeps_its_number(newer: tuple[StoreServices, int]) -> None:
    services, seq = newer

    entries = services.conversations.entries_after("demo", CONVERSATION, 0, 100)

    assert [entry.seq for entry in entries] == list(range(1, len(STORY) + 1))
    assert [entry.seq for entry in entries if entry.kind is Kind.UNKNOWN] == [seq]


@pytest.mark.parametrize("limit", [1, 100])
def test_callers_and_watchers_read_the_entries_around_it(
    newer: tuple[StoreServices, int], limit: int
) -> None:
    services, seq = newer
    read: list[int] = []

    while page := queries.entries(
        services, BOT, CONVERSATION, after=read[-1] if read else 0, limit=limit
    ):
        read += [entry.seq for entry in page]

    assert read == [each for each in range(1, len(STORY) + 1) if each != seq]


def test_the_stream_passes_over_it(newer: tuple[StoreServices, int], on_moto: Stores) -> None:
    services, seq = newer
    assert on_moto.table
    image = {"NewImage": row_of(on_moto.table, seq), "SequenceNumber": "1"}
    event = {"Records": [{"eventName": "INSERT", "dynamodb": image}]}

    assert stream.handle(services, read_record, event) == {"batchItemFailures": []}
    assert services.topic.published == []
    assert services.webhook_queue.waiting() == []


def test_the_webhook_worker_goes_on_behind_it(newer: tuple[StoreServices, int]) -> None:
    services, seq = newer
    seed(services, LOCAL, "https://bot.test/hook")
    due = [2, 3, 4, 5]

    assert deliver(services, "demo", CONVERSATION, "receipt")

    sent = [
        json.loads(posted.body)["data"]["entry"]["seq"]
        for posted in services.webhook_client.requests
    ]
    assert sent == [each for each in due if each != seq]
    cursor = services.deliveries.cursor("demo", CONVERSATION)
    assert replace(cursor, attempts=0) == DeliveryCursor(5)


def test_the_report_counts_the_handoff_around_it(newer: tuple[StoreServices, int]) -> None:
    services, _ = newer
    (returned,) = services.conversations.entries_after("demo", CONVERSATION, 4, 1)
    today = local_day(returned.at)

    react(services, CommittedEntry("demo", CONVERSATION, returned))

    (counted,) = services.reports.by_queue("demo", today, today)
    assert (counted.tally["handoffs"], counted.tally["outcome_resolved"]) == (1, 1)
