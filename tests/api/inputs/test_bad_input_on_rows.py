"""The same on DynamoDB's own rows: a table refuses what memory would take."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.domain.routing.queues import Queue
from tests.api.calls import NATIVE, ROWS, best_caller, filled
from tests.api.conversation_setup import BOT, begun, log, message, ok
from tests.api.inputs.hostile_values import IDS, JSON, PATHS, TEXTS, VALUES
from tests.support.api import DEMO_KEY, Api
from tests.support.engines import ENGINES
from tests.support.store_services import StoreServices

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def table_bot() -> Iterator[Api]:
    """One table for all tests here: each has users of its own."""
    with ENGINES["moto"](Path()) as fresh, fresh() as stores:
        yield Api(StoreServices(stores), DEMO_KEY)


@pytest.fixture(scope="module")
def ana(table_bot: Api) -> Api:
    """Logs in once: the number of passwords from one address is limited."""
    return table_bot.login("ana")


@pytest.fixture(scope="module")
def owner(table_bot: Api) -> Api:
    return table_bot.login("owner")


def test_texts_come_back_exactly_as_they_were_sent(table_bot: Api) -> None:
    for text in TEXTS:
        path = begun(table_bot, user={"id": "texts"}, text=text)

    assert [entry["text"] for entry in log(table_bot, path)] == TEXTS


@pytest.mark.parametrize("name", IDS)
def test_an_id_comes_back_exactly_as_it_was_sent(name: str, table_bot: Api) -> None:
    ids = {"channel": name, "thread": name, "message_id": name}
    path = begun(table_bot, **ids, user={"id": name, "name": name})
    table_bot.services.directory.put_queue("demo", Queue(name))
    ok(table_bot.post(f"{path}/pause", {"queue": name}, Idempotency_Key=name.encode().hex()))

    found = ok(table_bot.get(f"{BOT}/conversations/lookup", channel=name, user=name, thread=name))

    kept = ("channel", "user", "thread", "user_name", "queue")
    assert [found[field] for field in kept] == [name] * len(kept)
    assert table_bot.post(f"{BOT}/messages", message(**ids, user={"id": name})).status == 200
    for query in ({"queue": name}, {"name": name}):
        listed = ok(table_bot.get(f"{BOT}/conversations", **query))["items"]
        assert found["id"] in [head["id"] for head in listed]


def test_json_comes_back_exactly_as_it_was_sent(table_bot: Api) -> None:
    for sent in JSON:
        path = begun(table_bot, user={"id": "json"}, type="x", text=None, payload=sent)

    assert [entry["payload"] for entry in log(table_bot, path)] == JSON


@pytest.mark.parametrize("sent", PATHS)
def test_a_path_that_names_nothing_is_not_found(
    sent: str, table_bot: Api, ana: Api, owner: Api
) -> None:
    for method, path in (resource for resource in NATIVE if "{id}" in resource[1]):
        row = ROWS[method, path]
        caller, name = best_caller((method, path), table_bot, ana, owner)
        answer = caller.send(method, filled(path, sent), row.body_from(name))
        assert answer.status == 404, (path, answer.text)


@pytest.mark.parametrize("name", ["queue", "owner", "name"])
def test_a_filter_is_text_and_nothing_else(name: str, table_bot: Api) -> None:
    for value in VALUES:
        for status in ("", "status=waiting&"):
            answer = table_bot.send("GET", f"{BOT}/conversations?limit=2&{status}{name}={value}")
            assert answer.status == 200, (value, answer.text)


@pytest.mark.parametrize("key", ["#", "é", "%23", "x" * 255, "😀" * 60, " ", "\u0000"])
def test_an_idempotency_key_may_hold_anything(key: str, table_bot: Api) -> None:
    sent = message(user={"id": "keys"}, text=key)

    first, again = (table_bot.post(f"{BOT}/messages", sent, Idempotency_Key=key) for _ in range(2))

    assert (first.status, again.text) == (201, first.text)
