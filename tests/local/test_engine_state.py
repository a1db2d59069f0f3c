"""The engine stores each change before it answers, and keeps a file that it cannot read."""

import os
import re
import resource
import signal
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from infra.local.aws.engine import Engine, EngineError
from infra.local.aws.engine_watch import EngineWatch
from infra.local.aws.messaging import create_messaging
from infra.local.aws.state_database import FORMAT, StateDatabase, StateNotWritten, StateRow
from tests.local.conftest import create_table
from tests.local.waiting import eventually
from tests.support.chaos import rounds

WRITERS = 4
ENOUGH = 60
"""Accepted writes after which the engine is killed."""


@pytest.fixture
def running(state: Path) -> Iterator[Engine]:
    """An engine of its own, with one table."""
    engine = Engine(state)
    engine.start()
    create_table(engine, "kept")
    yield engine
    if engine.pid:
        engine.stop()


def kill(engine: Engine) -> None:
    assert engine.pid
    os.kill(engine.pid, signal.SIGKILL)
    assert eventually(engine.has_ended)


def write_pairs(engine: Engine, writer: int, accepted: list[str]) -> None:
    """Writes two items in each transaction until the engine is gone; notes what was accepted."""
    client = engine.client("dynamodb", retries={"total_max_attempts": 1})
    for number in range(100_000):
        name = f"{writer}-{number}"
        puts = [
            {"Put": {"TableName": "kept", "Item": {"id": {"S": f"{half}{name}"}}}} for half in "ab"
        ]
        try:
            client.transact_write_items(TransactItems=puts)
        except (BotoCoreError, ClientError):
            return
        accepted.append(name)


def holds_at_least(names: list[str], goal: int) -> bool:
    return len(names) >= goal


def stored(engine: Engine) -> set[str]:
    pages = engine.client("dynamodb").get_paginator("scan").paginate(TableName="kept")
    return {item["id"]["S"] for page in pages for item in page["Items"]}


def test_a_kill_loses_no_accepted_change_and_halves_no_transaction(running: Engine) -> None:
    accepted: list[str] = []
    for _ in range(rounds(3)):
        goal = len(accepted) + ENOUGH
        writers = [
            threading.Thread(target=write_pairs, args=(running, len(accepted) + n, accepted))
            for n in range(WRITERS)
        ]
        for writer in writers:
            writer.start()
        assert eventually(partial(holds_at_least, accepted, goal), within=30)
        kill(running)
        for writer in writers:
            writer.join()

        running.restart()

        found = stored(running)
        assert {half + name for half in "ab" for name in accepted} <= found
        assert {i[1:] for i in found if i[0] == "a"} == {i[1:] for i in found if i[0] == "b"}


def test_deleted_and_changed_items_stay_as_they_were_after_a_kill(running: Engine) -> None:
    table = running.client("dynamodb")
    for name in ("gone", "changed"):
        table.put_item(TableName="kept", Item={"id": {"S": name}, "n": {"N": "1"}})
    table.delete_item(TableName="kept", Key={"id": {"S": "gone"}})
    table.update_item(
        TableName="kept",
        Key={"id": {"S": "changed"}},
        UpdateExpression="SET n = :two, t = :text",
        ExpressionAttributeValues={":two": {"N": "2"}, ":text": {"S": "ü 😀 __bytes__"}},
    )

    kill(running)
    running.restart()

    found = running.client("dynamodb").scan(TableName="kept")["Items"]
    assert found == [{"id": {"S": "changed"}, "n": {"N": "2"}, "t": {"S": "ü 😀 __bytes__"}}]


def test_a_table_that_is_created_again_is_empty_after_a_kill(running: Engine) -> None:
    running.client("dynamodb").put_item(TableName="kept", Item={"id": {"S": "old"}})
    running.client("dynamodb").delete_table(TableName="kept")
    create_table(running, "kept")

    kill(running)
    running.restart()

    assert stored(running) == set()


def test_messages_queues_and_topics_survive_a_kill_and_another_port(
    running: Engine, state: Path
) -> None:
    sqs, sns = running.client("sqs"), running.client("sns")
    messaging = create_messaging(sns, sqs, "kept")
    sqs.create_queue(QueueName="subscriber")
    sns.subscribe(
        TopicArn=messaging.topic_arn,
        Protocol="sqs",
        Endpoint="arn:aws:sqs:us-east-1:000000000000:subscriber",
    )
    for body in ("first", "second", "third"):
        sqs.send_message(
            QueueUrl=messaging.queue_url,
            MessageBody=body,
            MessageGroupId=body,
            MessageDeduplicationId=body,
        )
    received = sqs.receive_message(QueueUrl=messaging.queue_url)["Messages"][0]
    sqs.delete_message(QueueUrl=messaging.queue_url, ReceiptHandle=received["ReceiptHandle"])

    kill(running)
    running.stop()
    with Engine(state) as second:
        assert second.port != running.port
        again = create_messaging(second.client("sns"), second.client("sqs"), "kept")
        second.client("sns").publish(TopicArn=again.topic_arn, Message="news")

        assert bodies(second, again.queue_url) == ["second", "third"]
        assert len(bodies(second, "subscriber")) == 1


def bodies(engine: Engine, queue: str) -> list[str]:
    answer = engine.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    return [message["Body"] for message in answer.get("Messages", [])]


def test_a_full_disk_ends_the_engine_with_a_reason_and_loses_nothing(running: Engine) -> None:
    # No file may grow beyond this size from now on; for SQLite that is a full disk.
    limit = 600_000
    assert running.pid
    resource.prlimit(running.pid, resource.RLIMIT_FSIZE, (limit, limit))
    accepted: list[str] = []
    with ThreadPoolExecutor(WRITERS) as pool:
        for writer in range(WRITERS):
            pool.submit(write_pairs, running, writer, accepted)

    assert eventually(running.has_ended)
    with pytest.raises(EngineError, match=r"state\.sqlite cannot be written: .*"):
        running.restart()
    running.start()
    assert {half + name for half in "ab" for name in accepted} <= stored(running)


def test_a_transaction_that_fails_half_way_stores_nothing(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    database = StateDatabase(file)
    no_text: Any = object()

    with pytest.raises(StateNotWritten):
        database.write([StateRow("item", "1", "{}"), StateRow("item", "2", no_text)])

    database.close()
    assert [*StateDatabase(file).rows("item")] == []


def damage_header(file: Path) -> None:
    file.write_bytes(b"not a database at all" + file.read_bytes()[21:])


def cut_in_half(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


def raise_format(file: Path) -> None:
    with sqlite3.connect(file) as database:
        database.execute(f"PRAGMA user_version = {FORMAT + 1}")
    database.close()


def break_item(file: Path) -> None:
    with sqlite3.connect(file) as database:
        database.execute("UPDATE state SET value = '{\"id\":' WHERE kind = 'item'")
    database.close()


DAMAGES: dict[Any, str] = {
    damage_header: "file is not a database",
    cut_in_half: "malformed",
    raise_format: "a newer release wrote it",
    break_item: "dynamodb: JSONDecodeError",
}


@pytest.mark.parametrize(("damage", "reason"), DAMAGES.items(), ids=DAMAGES.values())
def test_an_unreadable_state_stops_the_start_and_is_kept(
    state: Path, damage: Any, reason: str
) -> None:
    with Engine(state) as engine:
        create_table(engine, "kept")
        engine.client("dynamodb").put_item(TableName="kept", Item={"id": {"S": "1"}})
    file = state / "data" / "state.sqlite"
    damage(file)
    before = file.read_bytes()

    with pytest.raises(EngineError, match=f"cannot be read.*{reason}") as told:
        Engine(state).start()

    assert "\n" not in str(told.value)
    assert file.read_bytes() == before


def test_the_state_of_an_older_release_stops_the_start_and_is_kept(state: Path) -> None:
    old = state / "data" / "dynamodb.json"
    old.parent.mkdir(parents=True)
    old.write_text("{}")

    with pytest.raises(EngineError, match=r"state of release 0\.1\.0"):
        Engine(state).start()

    assert [old] == [*old.parent.iterdir()]


def test_a_killed_engine_is_started_again_on_its_port(running: Engine) -> None:
    failures: list[str] = []
    port = running.port
    with EngineWatch(running, failures.append):
        kill_and_wait(running, {running.pid})

        assert (running.port, failures) == (port, [])
        assert stored(running) == set()


def test_an_engine_that_ends_again_and_again_is_given_up(running: Engine) -> None:
    failures: list[str] = []
    with EngineWatch(running, failures.append, most_restarts=1, period=600):
        kill_and_wait(running, {running.pid})
        assert running.pid
        os.kill(running.pid, signal.SIGKILL)

        assert eventually(lambda: failures, within=20)
    # The second kill may come while the first restart is still under way.
    assert re.match(
        "The engine (has ended 2 times within 600 s|ended during its start)", failures[0]
    )


def kill_and_wait(engine: Engine, killed: set[int | None]) -> None:
    """Returns when another process of the engine answers."""
    assert engine.pid
    os.kill(engine.pid, signal.SIGKILL)
    assert eventually(lambda: engine.pid not in (None, *killed) and answers(engine), within=20)


def answers(engine: Engine) -> bool:
    try:
        engine.client("dynamodb", retries={"total_max_attempts": 1}).list_tables()
    except (BotoCoreError, ClientError):
        return False
    return True
