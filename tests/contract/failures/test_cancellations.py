"""Whatever reasons DynamoDB names for a cancelled transaction, no call of a store is an internal
error: the caller loses a race, or may try again.

Fact 14 of docs/aws.md.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from itertools import product, zip_longest
from types import SimpleNamespace

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from chalicelib.adapters.dynamodb.errors import BUSY_REASONS, CONDITION, CONFLICT, LOST_RACE
from chalicelib.domain.conversation.commands import PauseAndClaim
from chalicelib.domain.errors import BatonError, TemporarilyUnavailable
from chalicelib.usecases.ports.conversations import CommitConflict
from chalicelib.usecases.records.answers import IdempotencyKey
from chalicelib.usecases.records.bots import Bot, BotKey
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.notifications import Notification
from chalicelib.usecases.records.reports import EndedHandoff
from tests.contract.failures.faults import FOR_EVER, Send, asked_for, cancelled, faulty
from tests.contract.store_setup import ADDRESS, ANA, BOT, CID, member, plan
from tests.support.clock import START
from tests.support.engines import Stores

NONE = "None"
COMMIT = "TransactWriteItems"
CODES = sorted({NONE, *LOST_RACE, *BUSY_REASONS})
PAIRS = [*product(CODES, repeat=2)]
KEY = IdempotencyKey("k1", "key", "f")
BOT_KEY = BotKey("k", BOT, "hash")
CONNECTION = SocketConnection("s", "ana", 1, (BOT, "other"), START, START + 60_000)
ENDED = EndedHandoff(BOT, "h_" + "a" * 26 + "_1", "2026-01-31", "sales", "ana", {"handoffs": 1})
NOTIFICATION = Notification("n_1", BOT, "text", "info", START)

WRITES: Mapping[str, Callable[[Stores], object]] = {
    "commit": lambda s: s.conversations.commit(plan(s, ANA, ADDRESS, PauseAndClaim())),
    "create a bot": lambda s: s.administration.create_bot(Bot("new", "New")),
    "delete a bot": lambda s: s.administration.delete_bot("gone"),
    "put a key": lambda s: s.directory.put_key(BOT_KEY),
    "rotate a key": lambda s: s.administration.rotate_key(BOT_KEY, START, BotKey("l", BOT, "h")),
    "delete a key": lambda s: s.administration.delete_key(BOT, "k"),
    "put a member": lambda s: s.directory.put_member(BOT, member("bo")),
    "remove a member": lambda s: s.administration.remove_member(BOT, "ana"),
    "store an answer": lambda s: s.administration.store_response(BOT, KEY, "{}"),
    "open a connection": lambda s: s.connections.put(CONNECTION),
    "watch": lambda s: s.connections.watch(BOT, CID, CONNECTION),
    "notify": lambda s: s.notifications.add(NOTIFICATION, None),
    "notify once": lambda s: s.notifications.add(NOTIFICATION, KEY),
    "count a handoff": lambda s: s.reports.count_handoff(ENDED),
}


@pytest.fixture
def stores(on_moto: Stores, monkeypatch: pytest.MonkeyPatch) -> Stores:
    # botocore tries an answer again that names no reason; it must not wait.
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda seconds: None))
    on_moto.directory.put_member(BOT, member("ana"))
    on_moto.directory.put_key(BOT_KEY)
    return on_moto


def reasons(codes: tuple[str, ...], request: AWSPreparedRequest, send: Send) -> AWSResponse | None:
    """The first writes of the transaction fail with these codes, the others with none. A write
    without a condition cannot fail by one, so another write is in its way."""
    writes = [write for item in asked_for(request)["TransactItems"] for write in item.values()]
    shown = [
        CONFLICT if code == CONDITION and "ConditionExpression" not in write else code
        for code, write in zip_longest(codes[: len(writes)], writes, fillvalue=NONE)
    ]
    if set(shown) == {NONE}:
        shown[0] = CONFLICT
    return cancelled(*shown)(request, send)


def size_of(write: Callable[[], object]) -> int:
    """The number of writes in the first transaction of this call."""
    sizes: list[int] = []

    def count(request: AWSPreparedRequest, send: Send) -> AWSResponse | None:
        sizes.append(len(asked_for(request)["TransactItems"]))
        return reasons((CONFLICT,), request, send)

    with faulty(COMMIT, count, FOR_EVER), suppress(BatonError, CommitConflict):
        write()
    return sizes[0]


@pytest.mark.parametrize("name", WRITES)
def test_no_combination_of_cancellation_reasons_is_an_internal_error(
    stores: Stores, name: str
) -> None:
    """Each pair of codes in both orders, and each code at each place of the transaction."""
    places = range(len(PAIRS[0]), size_of(partial(WRITES[name], stores)))
    alone = [(NONE,) * place + (code,) for place, code in product(places, CODES)]
    for codes in [*PAIRS, *alone]:
        with (
            faulty(COMMIT, partial(reasons, codes), FOR_EVER) as attempts,
            suppress(BatonError, CommitConflict),
        ):
            WRITES[name](stores)
        assert attempts, "this call needs no transaction"


@pytest.mark.parametrize("name", sorted(WRITES.keys() - {"commit", "store an answer"}))
def test_a_write_that_met_another_one_may_be_tried_again(stores: Stores, name: str) -> None:
    """A transaction that was in the way says nothing about what the write wants to change."""
    in_the_way = partial(reasons, (CONFLICT,))

    with faulty(COMMIT, in_the_way, FOR_EVER), pytest.raises(TemporarilyUnavailable):
        WRITES[name](stores)
