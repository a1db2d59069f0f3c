"""Writes the rows that a release leaves in its table to `releases/<version>.json`.

Run `python -m tests.contract.table.release_rows 0.1.0` once for each release; until it is out, also
after each change of a row. Later releases must read these rows (test_releases.py).
"""

import json
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from chalicelib.adapters.dynamodb.table import Table
from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import (
    AgentMessage,
    BotMessage,
    Claim,
    Note,
    Pause,
    Profile,
    Tag,
    Unpause,
    UserMessage,
)
from chalicelib.domain.conversation.entries import Body
from chalicelib.domain.conversation.handoff import Request
from chalicelib.domain.errors import Refused
from chalicelib.domain.routing.queues import Limits, Queue
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records.answers import IdempotencyKey
from chalicelib.usecases.records.notifications import Notification
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.records.webhooks import DeliveryCursor
from chalicelib.usecases.services import Services
from tests.support.engines import CREDENTIALS, moto
from tests.support.store_services import StoreServices

RELEASES = Path(__file__).with_name("releases")
BOT = Caller("demo", "Demo bot", Role.BOT, "demo")
ANA = Caller("ana", "Ana", Role.AGENT, "demo", frozenset({"sales"}))
OPEN, ENDED = Address("demo", "web", "zoe", "t#1"), Address("demo", "web", "max")
KEY = IdempotencyKey("demo", "event-1", "fingerprint")
PAUSE = Pause(Request("a refund", "sales", 3, language="de", context={"order": 123456789012345678}))
SAID = UserMessage(Body(text="Grüße 👋"), "m-1", Profile("Zoe", {"tier": "gold"}))
ANSWERED = AgentMessage(Body(text="Hello"), "m-2")


def tell(services: Services) -> None:
    """A life of every kind of row."""
    services.directory.put_queue("demo", Queue("sales", limits=Limits(give_up=600)))
    execute(services, BOT, OPEN, SAID)
    execute(services, BOT, OPEN, PAUSE, key=KEY)
    execute(services, ANA, OPEN.conversation_id, Claim())
    execute(services, ANA, OPEN.conversation_id, ANSWERED)
    execute(services, ANA, OPEN.conversation_id, Note("called before"))
    execute(services, BOT, OPEN.conversation_id, Tag(("vip",)))
    with suppress(Refused):
        execute(services, BOT, OPEN, BotMessage(Body(text="out of turn")))
    execute(services, BOT, ENDED, Pause(Request()))
    execute(services, ANA, ENDED.conversation_id, Claim())
    execute(services, ANA, ENDED.conversation_id, Unpause())
    for entry in services.conversations.entries_after("demo", ENDED.conversation_id, 0, 9):
        react(services, CommittedEntry("demo", ENDED.conversation_id, entry))
    services.deliveries.advance_cursor(
        "demo", OPEN.conversation_id, DeliveryCursor(), DeliveryCursor(2, 1)
    )
    now = services.clock.now()
    services.notifications.add(Notification("n_1", "demo", "Look", "info", now), None)


def rows(table: Table) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table.client.scan(TableName=table.connection.table_name)["Items"]
    return sorted(found, key=lambda row: (row["pk"]["S"], row["sk"]["S"]))


def put(table: Table, items: list[dict[str, Any]]) -> None:
    for item in items:
        table.client.put_item(TableName=table.connection.table_name, Item=item)


def main(version: str) -> None:
    os.environ.update(CREDENTIALS)
    with moto(Path(tempfile.gettempdir())) as fresh, fresh() as stores:
        assert stores.table
        tell(StoreServices(stores))
        lines = ",\n".join(json.dumps(row, sort_keys=True) for row in rows(stores.table))
    (RELEASES / f"{version}.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main(sys.argv[1])
