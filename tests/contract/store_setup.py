"""A bot, its people, and functions that commit commands to the stores under test."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar
from uuid import uuid4

from msgspec.structs import replace

from chalicelib.adapters.dynamodb.conversations.heads import head_row
from chalicelib.adapters.dynamodb.table import Rows
from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.authors import Author, From
from chalicelib.domain.conversation.commands import BotMessage, Command, UserMessage
from chalicelib.domain.conversation.decision import Decision
from chalicelib.domain.conversation.entries import Body, Entry, Noted
from chalicelib.domain.conversation.handoff import OpenHandoff, Request
from chalicelib.domain.conversation.head import Head, Owned, Waiting, as_owned, new_head
from chalicelib.domain.conversation.table import decide
from chalicelib.domain.errors import BatonError
from chalicelib.domain.routing.members import Member
from chalicelib.usecases.ports.conversations import Commit, CommitConflict, Query
from chalicelib.usecases.records.answers import Answer, IdempotencyKey, MessageKey
from tests.support.clock import START
from tests.support.engines import Stores

BOT = "demo"
ADDRESS = Address(BOT, "web", "u1", "t1")
CID = ADDRESS.conversation_id
EVERYTHING = Request(
    reason="a refund, r" * 12,
    queue="sales",
    priority=7,
    language="pt-BR",
    context={"order": 123456789012345678, "price": 0.1, "S": "x"},
)

DEMO = Caller("k1", "Demo", Role.BOT, BOT)
ANA = Caller("ana", "Ana", Role.AGENT, BOT)
BO = Caller("bo", "Bo", Role.AGENT, BOT)
SAM = Caller("sam", "Sam", Role.SUPERVISOR, BOT)

SENDERS = {UserMessage: From.USER, BotMessage: From.BOT}

T = TypeVar("T")


def member(person: str, capacity: int | None = None) -> Member:
    return Member(person, person.title(), f"{person}@example.test", Role.AGENT, capacity=capacity)


def said(text: str, message_id: str | None = None) -> UserMessage:
    return UserMessage(Body(text=text), message_id)


def plan(
    stores: Stores,
    caller: Caller,
    place: Address,
    command: Command,
    key: IdempotencyKey | None = None,
) -> Commit:
    """The commit of this command on the stored head, not yet stored."""
    message = _message_key(command)
    loaded = stores.conversations.load(Query(place.bot, place.conversation_id, key, message))
    now = stores.clock.now()
    before = loaded.head or new_head(place, now)
    decision = decide(before, command, caller, now)
    head = decision.head
    answer = Answer(
        conversation_id=head.id,
        status=head.status,
        epoch=head.epoch,
        handoff_id=head.handoff_id,
        seq=decision.entries[0].seq if decision.entries else None,
        head=head,
    )
    return Commit(before, decision, uuid4().hex, answer, key, message)


def act(
    stores: Stores,
    caller: Caller,
    place: Address,
    command: Command,
    key: IdempotencyKey | None = None,
) -> Head:
    commit = plan(stores, caller, place, command, key)
    stores.conversations.commit(commit)
    return commit.decision.head


def said_times(stores: Stores, times: int, place: Address = ADDRESS) -> Head:
    heads = [act(stores, DEMO, place, said(f"message {n}")) for n in range(1, times + 1)]
    return heads[-1]


def stored(stores: Stores, head: Head) -> None:
    """Stores a head without the entries that would lead to it."""
    if stores.table:
        row = head_row(head, stores.table.shards)
        Rows(stores.table, stores.clock).put(row)
        return
    note = Noted("stored")
    entry = Entry(head.last_seq, From.SYSTEM, Author("x", "X"), 1, head.updated_at, note)
    answer = Answer(head.id, head.status, head.epoch)
    before = new_head(head.address, head.created_at)
    stores.conversations.commit(Commit(before, Decision(head, (entry,)), head.id, answer))


def store_heads(stores: Stores, heads: Sequence[Head]) -> None:
    """Stores many heads without entries, 25 in each call."""
    if not stores.table:
        for head in heads:
            stored(stores, head)
        return
    items: list[Any] = [head_row(head, stores.table.shards).serialize() for head in heads]
    for start in range(0, len(items), 25):
        stores.table.connection.batch_write_item(put_items=items[start : start + 25])


def other(place: Address, number: int) -> Address:
    return replace(place, thread=f"t{number}")


def waiting(number: int, *, priority: int = 0, since: int = 0, queue: str | None = None) -> Waiting:
    moment = START + since
    return Waiting(
        address=other(ADDRESS, number),
        created_at=START,
        updated_at=START,
        last_seq=1,
        queue=queue,
        priority=priority,
        handoff=OpenHandoff(f"h_{number}", moment, 1),
        waiting_since=moment,
    )


def owned(number: int, owner: str, *, since: int = 0) -> Owned:
    head = waiting(number, since=since)
    return as_owned(head, handoff=head.handoff, owner=Author(owner, owner), now=START + since)


def at_once(calls: Sequence[Callable[[], T]]) -> list[T | BatonError | CommitConflict]:
    """Starts all calls at the same moment; returns each result or refusal."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T | BatonError | CommitConflict:
        barrier.wait()
        try:
            return call()
        except (BatonError, CommitConflict) as refusal:
            return refusal

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def _message_key(command: Command) -> MessageKey | None:
    if not isinstance(command, UserMessage | BotMessage) or not command.message_id:
        return None
    return MessageKey(SENDERS[type(command)], command.message_id)
