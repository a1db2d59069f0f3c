"""Reading the log, with every value exactly as it was stored."""

import pytest

from chalicelib.domain.access import Role
from chalicelib.domain.conversation.commands import Note, Pause, UserMessage
from chalicelib.domain.conversation.entries import Body
from chalicelib.domain.conversation.handoff import Request
from chalicelib.domain.conversation.head import Status
from chalicelib.usecases.ports.conversations import Query
from chalicelib.usecases.records.answers import IdempotencyKey
from tests.contract.store_setup import ADDRESS, BOT, CID, DEMO, SAM, act, plan, said, said_times
from tests.support.engines import Stores

JSON: dict[str, object] = {
    "id": 123456789012345678901234567890123456789012,
    "float": 0.1,
    "tiny": 5e-324,
    "huge": 1.7976931348623157e308,
    "negative": -0.0,
    "list": [1, 1.0, None, True, {"S": "x"}, [], {}],
    "": {"N": "1"},
    "text": "O'Brien \u200f\u05d0 🎉 #%/:\\\"",
}
TYPED: tuple[dict[str, object], ...] = (
    {"S": "x"},
    {"N": "1"},
    {"M": {}},
    {"NULL": True},
    {"L": []},
    {},
)
"""JSON that looks like DynamoDB's own notation."""


def seqs(stores: Stores, after: int, limit: int) -> list[int]:
    return [entry.seq for entry in stores.conversations.entries_after(BOT, CID, after, limit)]


def seqs_before(stores: Stores, before: int | None, limit: int) -> list[int]:
    return [entry.seq for entry in stores.conversations.entries_before(BOT, CID, before, limit)]


def test_entries_after_are_the_next_ones(stores: Stores) -> None:
    said_times(stores, 12)

    assert seqs(stores, 0, 3) == [1, 2, 3]
    assert seqs(stores, 3, 4) == [4, 5, 6, 7]
    assert seqs(stores, 9, 100) == [10, 11, 12]
    assert seqs(stores, 12, 100) == []


def test_entries_before_are_the_last_ones_in_ascending_order(stores: Stores) -> None:
    said_times(stores, 12)

    assert seqs_before(stores, None, 3) == [10, 11, 12]
    assert seqs_before(stores, 10, 4) == [6, 7, 8, 9]
    assert seqs_before(stores, 3, 100) == [1, 2]
    assert seqs_before(stores, 1, 100) == []


@pytest.mark.parametrize("beyond", [10**12, 10**15, 10**30])
def test_numbers_beyond_the_last_entry_return_nothing(stores: Stores, beyond: int) -> None:
    said_times(stores, 2)

    assert seqs(stores, beyond, 9) == []
    assert seqs(stores, -beyond, 9) == [1, 2]
    assert seqs_before(stores, beyond, 9) == [1, 2]
    assert seqs_before(stores, -beyond, 9) == []


def test_a_page_of_entries_ends_after_a_megabyte_and_the_next_goes_on(stores: Stores) -> None:
    payload = {"text": "x" * 250_000}
    for _ in range(6):
        act(stores, DEMO, ADDRESS, UserMessage(Body("file", payload=payload)))

    first = seqs(stores, 0, 100)
    rest = seqs(stores, first[-1], 100)

    assert 1 <= len(first) < 6
    assert first + rest == [1, 2, 3, 4, 5, 6]


def test_json_comes_back_exactly(stores: Stores) -> None:
    act(stores, DEMO, ADDRESS, UserMessage(Body("card", payload=JSON)))
    handoff_id = act(stores, DEMO, ADDRESS, Pause(Request(context=JSON))).handoff_id

    entry = stores.conversations.entries_after(BOT, CID, 0, 1)[0]
    handoff = stores.conversations.handoff(BOT, handoff_id or "")

    assert repr(entry.record.payload) == repr(JSON)
    assert handoff
    assert repr(handoff.request.context) == repr(JSON)


def test_json_that_looks_like_a_dynamodb_item_is_stored_as_json(stores: Stores) -> None:
    for payload in TYPED:
        act(stores, DEMO, ADDRESS, UserMessage(Body("card", payload=payload)))

    entries = stores.conversations.entries_after(BOT, CID, 0, 100)

    assert [entry.record.payload for entry in entries] == list(TYPED)


def test_words_of_dynamodb_expressions_are_stored_as_text(stores: Stores) -> None:
    texts = ["#0 = :0", "SET #pk = :x", "attribute_not_exists(pk)", ":0", "{0}", "%s", "\\", '"']
    for text in texts:
        act(stores, DEMO, ADDRESS, said(text, message_id=text))
        act(stores, SAM, ADDRESS, Note(text))

    entries = stores.conversations.entries_after(BOT, CID, 0, 100)

    assert [entry.record.text for entry in entries] == [text for text in texts for _ in range(2)]


def test_an_answer_is_kept_with_all_its_head(stores: Stores) -> None:
    act(stores, DEMO, ADDRESS, said("é" * 200, "m1"))
    key = IdempotencyKey(Role.BOT, "key", "f")
    commit = plan(stores, DEMO, ADDRESS, Pause(Request("why", "sales", 3, "ana")), key)
    stores.conversations.commit(commit)

    known = stores.conversations.load(Query(BOT, CID, key)).by_key

    assert known
    assert known.answer == commit.answer
    assert known.answer.status is Status.WAITING
