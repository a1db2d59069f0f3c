"""Row keys are unique, and no caller can write another's."""

from collections.abc import Callable

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from chalicelib.adapters.dynamodb import keys
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.authors import From
from chalicelib.usecases.records.answers import IdempotencyKey, MessageKey

CHARACTERS = st.characters(exclude_categories=["Cs"])
ANYTHING = st.text(CHARACTERS, max_size=300)
TRICKY = st.text(st.sampled_from("#%~2357eEaA/BCUTKMED"), max_size=12)
LONG = st.builds(lambda unit, tail: unit * 110 + tail, st.sampled_from(["abc", "#", "é"]), TRICKY)
PARTS = st.one_of(ANYTHING, TRICKY, LONG)

BUILDERS: dict[str, Callable[[str, str, str], keys.RowKey]] = {
    "head": lambda a, b, _: keys.head(a, b),
    "message": lambda a, b, c: keys.message(a, b, MessageKey(From.USER, c)),
    "bot message": lambda a, b, c: keys.message(a, b, MessageKey(From.BOT, c)),
    "handoff": keys.handoff,
    "watch": keys.watch,
    "watched": keys.watched,
    "cursor": lambda a, b, _: keys.cursor(a, b),
    "cursor of a webhook": keys.cursor,
    "slot of a webhook": lambda a, b, _: keys.slot(a, 1, b),
    "idempotency": lambda a, b, c: keys.idempotency(a, IdempotencyKey(b, c, "")),
    "member": lambda a, b, _: keys.member(a, b),
    "load": lambda a, b, _: keys.load(a, b),
    "notification": lambda a, b, _: keys.notification(a, b),
    "presence": lambda a, *_: keys.presence(a),
    "key": lambda a, *_: keys.key(a),
    "ticket": lambda a, *_: keys.ticket(a),
    "attempts": lambda a, *_: keys.attempts(a),
    "user": lambda a, b, c: keys.RowKey(keys.user(Address(a, b, c)), keys.META),
    "thread": lambda a, b, c: keys.RowKey(keys.thread(a, b), keys.joined(c)),
    "bot": lambda a, *_: keys.RowKey(keys.bot(a), keys.META),
    "person": lambda a, *_: keys.RowKey(keys.person(a), keys.META),
    "connection": lambda a, b, _: keys.RowKey(keys.connections(a), keys.joined(b)),
    "own connection": lambda a, *_: keys.RowKey(keys.connection(a), keys.META),
    "listed bot": lambda a, *_: keys.RowKey(keys.ALL_BOTS, keys.joined(a)),
    "removed bot": lambda a, *_: keys.removed_bot(a),
    "listed key": lambda a, b, _: keys.RowKey(keys.bot(a), keys.joined("KEY", b)),
    "listed place": lambda a, b, _: keys.RowKey(keys.person(a), keys.joined("BOT", b)),
}
ARITY = {
    name: sum(
        build("x", "y", "z") != build(*changed)
        for changed in (("w", "y", "z"), ("x", "w", "z"), ("x", "y", "w"))
    )
    for name, build in BUILDERS.items()
}
ROWS = st.tuples(st.sampled_from(sorted(BUILDERS)), st.tuples(PARTS, PARTS, PARTS))


@settings(max_examples=500, deadline=None)
@given(st.lists(PARTS, min_size=1, max_size=5), st.lists(PARTS, min_size=1, max_size=5))
@example(["a#b"], ["a", "b"])
@example(["a%23b"], ["a#b"])
@example(["~" + "a" * 26], ["#" * 128])
@example(["%7E"], ["~"])
@example(["é"], ["e\u0301"])
@example([""], ["", ""])
def test_different_parts_make_different_keys(some: list[str], others: list[str]) -> None:
    assume(some != others)

    assert keys.joined(*some) != keys.joined(*others)


@settings(max_examples=1000, deadline=None)
@given(ROWS, ROWS)
@example(("head", ("a#C#b", "c", "")), ("head", ("a", "b#C#c", "")))
@example(("bot", ("a#K#b#c", "", "")), ("idempotency", ("a", "b", "c")))
def test_rows_of_different_kinds_never_share_a_key(
    some: tuple[str, tuple[str, str, str]], others: tuple[str, tuple[str, str, str]]
) -> None:
    (kind, parts), (other_kind, other_parts) = some, others
    own = (kind, parts[: ARITY[kind]])
    assume(own != (other_kind, other_parts[: ARITY[other_kind]]))

    assert BUILDERS[kind](*parts) != BUILDERS[other_kind](*other_parts)


@given(LONG)
def test_no_caller_can_create_a_row_key_that_is_a_digest(text: str) -> None:
    part = keys.part(text)

    assert part.startswith("~")
    assert keys.part(part) != part


@given(PARTS)
def test_a_key_part_is_short_and_contains_no_separator(text: str) -> None:
    part = keys.part(text)

    assert "#" not in part
    assert len(part.encode()) <= keys.PART_BYTES


@given(st.text(CHARACTERS, min_size=1, max_size=8))
def test_a_conversations_partition_names_its_bot(bot: str) -> None:
    cid = Address(bot, "web", "u").conversation_id

    assert keys.bot_and_conversation(keys.conversation(bot, cid)) == (bot, cid)


@given(PARTS, st.integers(1, 50))
def test_a_conversation_is_always_in_the_same_shard(cid: str, shards: int) -> None:
    assert keys.shard(cid, shards) == keys.shard(cid, shards) < shards
