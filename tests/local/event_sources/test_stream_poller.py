"""Every change of a table reaches the handler in order and at least once, even after failures."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.aws.engine import Engine
from infra.local.event_sources import RetryPolicy, StreamPoller
from infra.local.invocation import Event
from tests.local.conftest import create_table
from tests.local.event_sources.fake_streams import FakeStreams
from tests.local.waiting import eventually

QUICK = RetryPolicy(attempts=3, first_pause=0.01, longest_pause=0.02)


class Recorder:
    """A handler that records its events; `answer` may raise or report failures."""

    def __init__(self, answer: Callable[[list[str]], Any] = lambda ids: None) -> None:
        self.records: list[Event] = []
        self._answer = answer

    def __call__(self, event: Event, context: Any) -> Any:
        answer = self._answer([id_of(record) for record in event["Records"]])
        self.records += event["Records"]
        return answer

    @property
    def ids(self) -> list[str]:
        return [id_of(record) for record in self.records]


@pytest.fixture
def put(engine: Engine, table: str) -> Callable[..., None]:
    dynamodb = engine.client("dynamodb")

    def put_items(*ids: str, **attributes: Any) -> None:
        for one in ids:
            dynamodb.put_item(TableName=table, Item={"id": {"S": one}, **attributes})

    return put_items


@pytest.fixture
def poller(engine: Engine, table: str, state: Path) -> Iterator[Callable[..., StreamPoller]]:
    """A function that starts a poller on the table: `poller(handler, …)`."""
    started: list[StreamPoller] = []

    def start(handler: Any, **options: Any) -> StreamPoller:
        streams = engine.client("dynamodbstreams")
        one = StreamPoller(
            "changes", streams, table, handler, state=state, retries=QUICK, **options
        )
        one.start()
        started.append(one)
        return one

    yield start
    for one in started:
        assert one.stop(within=2)


def test_a_record_has_the_shape_that_lambda_gives_it(put: Any, poller: Any, table: str) -> None:
    put("1", blob={"B": b"\xff\x00"}, deep={"M": {"set": {"BS": [b"\x01"]}}})
    got = Recorder()
    poller(got)
    assert eventually(lambda: got.records)

    record, change = got.records[0], got.records[0]["dynamodb"]
    assert tuple(record[name] for name in ("eventName", "eventSource", "awsRegion")) == (
        "INSERT",
        "aws:dynamodb",
        "us-east-1",
    )
    assert f":table/{table}/stream/" in record["eventSourceARN"]
    assert record["eventID"]
    assert change["Keys"] == {"id": {"S": "1"}}
    assert change["NewImage"]["blob"] == {"B": "/wA="}
    assert change["NewImage"]["deep"]["M"]["set"] == {"BS": ["AQ=="]}
    assert change["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert abs(change["ApproximateCreationDateTime"] - time.time()) < 10
    assert json.dumps(record)


def test_changes_arrive_in_order(put: Any, poller: Any) -> None:
    expected = [str(n) for n in range(250)]
    got = Recorder()
    poller(got, batch_size=100)
    put(*expected)

    assert eventually(lambda: len(got.ids) == 250)
    assert expected == got.ids


def test_the_filter_passes_only_what_it_names(put: Any, poller: Any) -> None:
    got = Recorder()
    kinds = {"dynamodb": {"NewImage": {"kind": {"S": ["entry", "notification"]}}}}
    poller(got, pattern={"eventName": ["INSERT"], **kinds})
    put("1", kind={"S": "entry"})
    put("1", kind={"S": "entry"}, changed={"BOOL": True})
    put("2", kind={"S": "other"})
    put("3")
    put("4", kind={"S": "notification"})

    assert eventually(lambda: "4" in got.ids)
    assert got.ids == ["1", "4"]


@pytest.mark.parametrize(
    "pattern",
    [
        {"eventName": "INSERT"},
        {"eventName": [{"prefix": "IN"}]},
        {"dynamodb": {"NewImage": {"n": {"N": ["1"]}}}},
        {"dynamodb": {"Keys": {"id": {"S": ["1"]}}}},
        {"eventSource": ["x"]},
    ],
)
def test_an_unsupported_filter_is_refused(pattern: Any, state: Path) -> None:
    with pytest.raises(ValueError, match="does not support the filter"):
        StreamPoller("p", FakeStreams({}), "t", Recorder(), state=state, pattern=pattern)


def test_a_new_poller_continues_where_the_last_one_stopped(put: Any, poller: Any) -> None:
    first, second = Recorder(), Recorder()
    running = poller(first)
    put("1", "2")
    assert eventually(lambda: first.ids == ["1", "2"])
    running.stop()

    put("3")
    poller(second)

    assert eventually(lambda: second.ids)
    assert (first.ids, second.ids) == (["1", "2"], ["3"])


def test_records_that_a_handler_failed_on_are_delivered_again(put: Any, poller: Any) -> None:
    attempts = iter([ValueError("first"), ValueError("second")])

    def fail_twice(ids: list[str]) -> None:
        if error := next(attempts, None):
            raise error

    got = Recorder(fail_twice)
    poller(got)
    put("1", "2", "3")

    assert eventually(lambda: len(got.ids) >= 3)
    assert list(dict.fromkeys(got.ids)) == ["1", "2", "3"]


def test_a_record_that_always_fails_is_a_dead_letter_and_the_others_follow(
    put: Any, poller: Any, state: Path
) -> None:
    def fail_on_poison(ids: list[str]) -> None:
        if "poison" in ids:
            raise ValueError("bitter")

    got = Recorder(fail_on_poison)
    put("1", "2", "poison", "3", "4")
    poller(got)

    assert eventually(lambda: "4" in got.ids)
    assert list(dict.fromkeys(got.ids)) == ["1", "2", "3", "4"]
    letters = [json.loads(line) for line in (state / "dead-letters-changes.jsonl").open()]
    assert [id_of(letter["record"]) for letter in letters] == ["poison"]
    assert letters[0]["reason"] == "ValueError: bitter"


def test_a_lost_checkpoint_restarts_at_the_oldest_record(
    put: Any, poller: Any, table: str, state: Path
) -> None:
    got = Recorder()
    running = poller(got)
    put("1")
    assert eventually(lambda: got.ids == ["1"])
    running.stop()
    for checkpoint in (state / "checkpoints" / table).iterdir():
        checkpoint.write_text("000000000000000000000000000001")

    poller(got)

    assert eventually(lambda: got.ids == ["1", "1"])


def test_the_poller_follows_a_table_that_is_created_again(
    put: Any, poller: Any, engine: Engine, table: str
) -> None:
    got = Recorder()
    poller(got)
    put("old")
    assert eventually(lambda: got.ids == ["old"])

    engine.client("dynamodb").delete_table(TableName=table)
    create_table(engine, table)
    put("new")

    assert eventually(lambda: got.ids == ["old", "new"])


def test_the_poller_survives_a_restart_of_the_engine(state: Path) -> None:
    got, engine = Recorder(), Engine(state)
    engine.start()
    create_table(engine, "kept")
    with StreamPoller("p", engine.client("dynamodbstreams"), "kept", got, state=state):
        engine.stop()
        time.sleep(0.3)
        engine.start()
        engine.client("dynamodb").put_item(TableName="kept", Item={"id": {"S": "1"}})

        assert eventually(lambda: got.ids == ["1"], within=10)
    engine.stop()


def test_records_that_nobody_read_survive_a_kill_of_the_engine(state: Path) -> None:
    got = Recorder()
    with Engine(state) as engine:
        create_table(engine, "kept")
        for item_id in ("1", "2"):
            engine.client("dynamodb").put_item(TableName="kept", Item={"id": {"S": item_id}})
        assert engine.pid
        os.kill(engine.pid, signal.SIGKILL)
        assert eventually(engine.has_ended)
        engine.restart()
        engine.client("dynamodb").put_item(TableName="kept", Item={"id": {"S": "3"}})

        with StreamPoller("p", engine.client("dynamodbstreams"), "kept", got, state=state):
            assert eventually(lambda: got.ids == ["1", "2", "3"])


def test_a_failing_handler_does_not_keep_the_poller_from_stopping(put: Any, poller: Any) -> None:
    def fail(ids: list[str]) -> None:
        raise ValueError("always")

    running = poller(Recorder(fail))
    put("1")
    time.sleep(0.1)

    began = time.monotonic()
    assert running.stop(within=2)
    assert time.monotonic() - began < 1


def test_all_shards_are_read_and_children_wait_for_their_parents(state: Path) -> None:
    streams = FakeStreams({"parent": None, "other": None, "child": "parent"})
    streams.add("child", "c1", "c2")
    streams.add("parent", "p1")
    streams.add("other", "o1")
    got = Recorder()
    with StreamPoller("p", streams, "t", got, state=state, batch_size=1):
        assert eventually(lambda: {"p1", "o1"} == set(got.ids))
        time.sleep(0.1)
        assert "c1" not in got.ids

        streams.close("parent")
        assert eventually(lambda: {"p1", "o1", "c1", "c2"} == set(got.ids))
    assert got.ids.index("p1") < got.ids.index("c1") < got.ids.index("c2")


def id_of(record: Event) -> str:
    return str(record["dynamodb"]["Keys"]["id"]["S"])
