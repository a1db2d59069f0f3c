"""An erasure on the engines: no row keeps a word of the user, whenever the sweep is killed."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from chalicelib.usecases.privacy import erase
from tests.api.data.canary import CANARY, come_back, everything_shown, live, react_to_all
from tests.api.data.canary import erase as erase_canary
from tests.contract.failures.faults import FOR_EVER, Send, faulty
from tests.support.api import DEMO_KEY, Api
from tests.support.engines import Stores
from tests.support.store_services import StoreServices

MINUTE = 60_000
WRITES = ("BatchWriteItem", "DeleteItem", "PutItem", "TransactWriteItems", "UpdateItem")


class Killed(BaseException):
    """Nothing in the process catches it."""


def items(stores: Stores) -> Iterator[dict[str, Any]]:
    """All rows of the table, as they are stored."""
    assert stores.table
    pages = stores.table.client.get_paginator("scan").paginate(
        TableName=stores.table.connection.table_name, ConsistentRead=True
    )
    for page in pages:
        yield from page["Items"]


def left(stores: Stores) -> list[dict[str, Any]]:
    return [item for item in items(stores) if CANARY in str(item)]


def sweep(services: StoreServices) -> int:
    return erase.sweep(services, services.clock.now() + MINUTE)


def test_no_row_of_the_table_keeps_a_word_of_an_erased_user(
    stores: Stores, caplog: pytest.LogCaptureFixture
) -> None:
    if stores.table is None:
        pytest.skip("tests/api/data/test_erasure.py looks into the stores in memory")
    caplog.set_level("INFO", "baton")
    services = StoreServices(stores)
    bot = Api(services, DEMO_KEY)
    ana, owner = bot.login("ana"), bot.login("owner")
    ids = live(services, bot, ana)
    kinds = {item["t"]["S"] for item in left(stores)}
    assert kinds >= {"h", "e", "m", "k", "o", "a", "p", "n", "i", "t"}, (
        "the canary is in every field"
    )

    erase_canary(owner)

    for answer in everything_shown(bot, owner, ids):
        assert CANARY not in answer.text.replace(f"web/u-{CANARY}/export", "")
    react_to_all(services, ids)
    services.clock.advance(MINUTE)
    assert sweep(services) == 2

    assert left(stores) == []
    assert CANARY not in caplog.text + repr([vars(record) for record in caplog.records])


def test_a_sweep_that_is_killed_after_each_write_goes_on_and_loses_no_new_message(
    on_moto: Stores,
) -> None:
    services = StoreServices(on_moto)
    bot = Api(services, DEMO_KEY)
    ids = live(services, bot, bot.login("ana"))
    erase_canary(bot.login("owner"))
    services.clock.advance(MINUTE)

    for kills in count():
        come_back(bot, f"message {kills}")
        if not is_killed_after(services, kills + 1):
            break

    assert kills > 3
    assert [row for row in left(on_moto) if not is_of_returned_user(row)] == []
    read = bot.get(f"/bots/demo/conversations/{ids[0]}/entries", after="0", limit="100").json
    said = [each["text"] for each in read["items"] if each["kind"] == "message"]
    assert said == [f"message {n}" for n in range(kills + 1)]


def is_killed_after(services: StoreServices, most: int) -> bool:
    """False if the sweep needed fewer writes."""
    writes = 0

    def die_after_write(request: AWSPreparedRequest, send: Send) -> AWSResponse | None:
        nonlocal writes
        answer = send()
        writes += attempts[-1] in WRITES
        if writes == most:
            raise Killed
        return answer

    with faulty("*", die_after_write, FOR_EVER) as attempts:
        try:
            sweep(services)
        except Killed:
            return True
    return False


def is_of_returned_user(row: dict[str, Any]) -> bool:
    """A returned user has an id and a thread with the word again, in the head, the address and as
    the author."""
    kind = row["t"]["S"]
    return kind in ("h", "a") or (kind == "e" and str(row.get("m")).startswith("{'S': 'message "))
