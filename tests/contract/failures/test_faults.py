"""Lost answers, lost requests and a throttled table."""

from collections.abc import Callable
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
from botocore import exceptions
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.retries import standard
from msgspec.structs import replace
from pynamodb.exceptions import PynamoDBException

from chalicelib.domain.conversation.commands import Claim, Note, Pause, PauseAndClaim, Unpause
from chalicelib.domain.errors import AtCapacity, TemporarilyUnavailable
from chalicelib.usecases.ports.conversations import CommitConflict, Query
from chalicelib.usecases.records.answers import IdempotencyKey
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.notifications import Notification
from tests.contract.failures.faults import (
    FOR_EVER,
    Fault,
    Send,
    answer_is_lost,
    cancelled,
    faulty,
    refused,
    request_is_lost,
    seat_cancelled,
    undeleted,
    unprocessed,
)
from tests.contract.store_setup import ADDRESS, ANA, BOT, CID, DEMO, SAM, act, member, plan, said
from tests.support.clock import START
from tests.support.engines import Stores

KEY = IdempotencyKey("k1", "key", "f")
COMMIT = "TransactWriteItems"
CONNECTION = SocketConnection("s", "ana", 1, (BOT,), START, START + 60_000)
NOTIFICATION = Notification("n_1", BOT, "text", "info", START)


@pytest.fixture
def stores(on_moto: Stores) -> Stores:
    return on_moto


def entries(stores: Stores) -> int:
    return len(stores.conversations.entries_after(BOT, CID, 0, 100))


def test_a_commit_whose_answer_is_lost_has_happened_once(stores: Stores) -> None:
    stores.directory.put_member(BOT, member("ana"))
    commit = plan(stores, ANA, ADDRESS, PauseAndClaim(), KEY)

    with faulty(COMMIT, answer_is_lost) as attempts:
        stores.conversations.commit(commit)

    loaded = stores.conversations.load(Query(BOT, CID, KEY, agent="ana"))
    assert len(attempts) == 2
    assert loaded.head == commit.decision.head
    assert loaded.by_key
    assert loaded.agent
    assert loaded.agent.open == 1
    assert entries(stores) == 2


def test_a_retried_commit_does_not_count_its_own_conversation_against_capacity(
    stores: Stores,
) -> None:
    act(stores, DEMO, ADDRESS, Pause())

    with faulty(COMMIT, answer_is_lost, times=2):
        act(stores, replace(ANA, capacity=1), ADDRESS, Claim())

    head = stores.conversations.head(BOT, CID)
    assert head
    assert head.owner_id == "ana"


def test_an_answer_without_entries_that_is_lost_is_kept_once(stores: Stores) -> None:
    act(stores, DEMO, ADDRESS, said("hi"))
    nothing = plan(stores, DEMO, ADDRESS, Unpause(), KEY)

    with faulty(COMMIT, answer_is_lost) as attempts:
        stores.conversations.commit(nothing)

    assert len(attempts) == 2
    assert stores.conversations.load(Query(BOT, CID, KEY)).by_key


def test_a_notification_whose_answer_is_lost_is_added_once(stores: Stores) -> None:
    with faulty(COMMIT, answer_is_lost):
        stores.notifications.add(NOTIFICATION, KEY)

    assert stores.notifications.find_by_key(BOT, KEY) == ("f", NOTIFICATION)


def test_a_commit_without_an_answer_can_be_repeated(stores: Stores) -> None:
    commit = plan(stores, DEMO, ADDRESS, said("hi"), KEY)

    with (
        faulty(COMMIT, answer_is_lost, FOR_EVER) as attempts,
        pytest.raises(TemporarilyUnavailable) as refusal,
    ):
        stores.conversations.commit(commit)
    assert len(attempts) == 3
    assert refusal.value.facts == {"retry_after": 1}

    stores.conversations.commit(commit)
    assert entries(stores) == 1


def test_a_lost_request_is_sent_again(stores: Stores) -> None:
    with faulty(COMMIT, request_is_lost, times=2):
        act(stores, DEMO, ADDRESS, said("hi"))

    assert entries(stores) == 1


def test_a_throttled_commit_is_sent_again(stores: Stores) -> None:
    throttled = refused("ProvisionedThroughputExceededException")

    with faulty(COMMIT, throttled, times=2) as attempts:
        act(stores, DEMO, ADDRESS, said("hi"))

    assert len(attempts) == 3
    assert entries(stores) == 1


@pytest.mark.parametrize(
    "fault",
    [
        refused("ThrottlingException"),
        refused("InternalServerError", 500),
        refused("SomethingNew", 503),
        refused("TransactionInProgressException"),
        cancelled("None", "ThrottlingError"),
        cancelled("ProvisionedThroughputExceeded", "None"),
    ],
    ids=["throttled", "500", "503", "in progress", "throttled inside", "no units inside"],
)
@pytest.mark.usefixtures("no_backoff")
def test_a_table_that_cannot_now_is_temporarily_unavailable(stores: Stores, fault: Fault) -> None:
    commit = plan(stores, DEMO, ADDRESS, said("hi"))

    with faulty(COMMIT, fault, FOR_EVER), pytest.raises(TemporarilyUnavailable):
        stores.conversations.commit(commit)

    assert entries(stores) == 0


def lost(error: Exception) -> Fault:
    """The SDK gets no answer, but this exception."""

    def fault(request: AWSPreparedRequest, _: Send) -> AWSResponse | None:
        raise error

    return fault


transient: Any = standard.TransientRetryableChecker
throttled: Any = standard.ThrottledRetryableChecker
# What botocore itself tries again: read from botocore, so that a newer release adds its own.
TRANSIENT = [
    each
    for each in vars(exceptions).values()
    if isinstance(each, type)
    and issubclass(each, transient._TRANSIENT_EXCEPTION_CLS)
    and not issubclass(each, exceptions.ResponseStreamingError | exceptions.ProxyConnectionError)
]
CODES = [
    *throttled._THROTTLED_ERROR_CODES,
    *transient._TRANSIENT_ERROR_CODES,
    "ReplicatedWriteConflictException",
]
STATUSES = [*transient._TRANSIENT_STATUS_CODES, 429, 509]


@pytest.mark.usefixtures("no_backoff")
@pytest.mark.parametrize("kind", TRANSIENT, ids=lambda kind: kind.__name__)
def test_a_table_that_cannot_be_reached_is_temporarily_unavailable(
    stores: Stores, kind: Callable[..., Exception]
) -> None:
    error = kind(endpoint_url="https://table.test", error="refused", proxy_url="x")

    with faulty("GetItem", lost(error), FOR_EVER), pytest.raises(TemporarilyUnavailable):
        stores.conversations.head(BOT, CID)


@pytest.mark.usefixtures("no_backoff")
@pytest.mark.parametrize(
    "fault",
    [*map(refused, CODES), *(refused("New", status) for status in STATUSES)],
    ids=[*CODES, *map(str, STATUSES)],
)
def test_every_answer_that_botocore_retries_is_temporarily_unavailable(
    stores: Stores, fault: Fault
) -> None:
    with faulty("GetItem", fault, FOR_EVER), pytest.raises(TemporarilyUnavailable):
        stores.conversations.head(BOT, CID)


@pytest.fixture
def no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore does not wait before it tries again."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda seconds: None))


RACES = ["ConditionalCheckFailed", "TransactionConflict", "DuplicateItem"]
LOADS = ["ThrottlingError", "ProvisionedThroughputExceeded"]
FAULTS = ["ValidationError", "ItemCollectionSizeLimitExceeded", "SomethingNew"]
PAIRS = [*product(["None", *RACES, *LOADS, *FAULTS], repeat=2)]


@pytest.mark.parametrize(
    "reasons", [*product(["None", *RACES, *LOADS, *FAULTS], repeat=2)], ids=str
)
def test_each_pair_of_cancellation_reasons_is_lost_retried_or_shown(
    stores: Stores, reasons: tuple[str, str]
) -> None:
    commit = plan(stores, DEMO, ADDRESS, said("hi"))
    codes = {code for code in reasons if code != "None"}
    if not codes or codes & set(FAULTS):
        expected: type[Exception] = PynamoDBException
    elif codes & set(LOADS) and "ConditionalCheckFailed" not in codes:
        expected = TemporarilyUnavailable
    else:
        expected = CommitConflict

    with faulty(COMMIT, cancelled(*reasons), FOR_EVER), pytest.raises(expected):
        stores.conversations.commit(commit)


@pytest.mark.parametrize(
    "fault",
    [
        cancelled("TransactionConflict", "None"),
        cancelled("None", "DuplicateItem"),
        seat_cancelled("TransactionConflict"),
        seat_cancelled("ConditionalCheckFailed", head="ConditionalCheckFailed"),
    ],
    ids=["conflict", "duplicate", "conflict about a seat", "head and seat"],
)
def test_a_commit_that_meets_another_is_lost(stores: Stores, fault: Fault) -> None:
    commit = plan(stores, ANA, ADDRESS, PauseAndClaim())

    with faulty(COMMIT, fault), pytest.raises(CommitConflict):
        stores.conversations.commit(commit)


def test_only_a_refused_load_counter_means_at_capacity(stores: Stores) -> None:
    commit = plan(stores, ANA, ADDRESS, PauseAndClaim())
    full = seat_cancelled("ConditionalCheckFailed")

    with faulty(COMMIT, full), pytest.raises(AtCapacity):
        stores.conversations.commit(commit)


@pytest.mark.parametrize(
    "fault",
    [
        refused("ValidationException"),
        refused("AccessDeniedException"),
        refused("ResourceNotFoundException"),
        cancelled("None", "ValidationError"),
        cancelled("ConditionalCheckFailed", "ItemCollectionSizeLimitExceeded"),
    ],
    ids=["invalid", "denied", "no table", "invalid inside", "too large inside"],
)
def test_a_mistake_of_ours_is_not_hidden(stores: Stores, fault: Fault) -> None:
    commit = plan(stores, DEMO, ADDRESS, said("hi"))

    with faulty(COMMIT, fault), pytest.raises(PynamoDBException):
        stores.conversations.commit(commit)


def test_unprocessed_keys_of_a_batch_read_are_retried(stores: Stores) -> None:
    head = act(stores, DEMO, ADDRESS, said("hi"), KEY)

    with faulty("BatchGetItem", unprocessed, times=3) as attempts:
        loaded = stores.conversations.load(Query(BOT, CID, KEY))

    assert len(attempts) == 4
    assert loaded.head == head
    assert loaded.by_key


def test_a_batch_that_reads_nothing_is_given_up(stores: Stores) -> None:
    with faulty("BatchGetItem", unprocessed, FOR_EVER), pytest.raises(TemporarilyUnavailable):
        stores.conversations.load(Query(BOT, CID))


def test_unprocessed_deletes_of_a_batch_are_retried(stores: Stores) -> None:
    stores.connections.put(CONNECTION)

    with faulty("BatchWriteItem", undeleted, times=2):
        stores.connections.remove(CONNECTION)

    assert stores.connections.of_bot(BOT) == []


def test_a_note_is_not_written_twice_by_an_impatient_sdk(stores: Stores) -> None:
    act(stores, DEMO, ADDRESS, said("hi"))

    with faulty(COMMIT, answer_is_lost, times=2):
        act(stores, SAM, ADDRESS, Note("once"))

    assert entries(stores) == 2
