"""Conversations in the table."""

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import and_
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.conversations import commit as commits
from chalicelib.adapters.dynamodb.conversations import heads, lists
from chalicelib.adapters.dynamodb.conversations.entries import (
    entry_of,
    handoff_of,
    known_answer,
    profile_of,
    stored_message,
)
from chalicelib.adapters.dynamodb.conversations.heads import (
    MINUTE,
    OWED_MARK,
    PLACE_ON_BOARD,
    head_of,
    name_prefix,
    waiting_since,
)
from chalicelib.adapters.dynamodb.directory import members
from chalicelib.adapters.dynamodb.directory.queues import queue_of
from chalicelib.adapters.dynamodb.rows import (
    AddressRow,
    EntryRow,
    HandoffRow,
    HeadRow,
    IdempotencyRow,
    MessageRow,
    PointerRow,
    ProfileRow,
    RecordRow,
)
from chalicelib.adapters.dynamodb.schema import BOARD, HANDOFFS, NAME, RECENT
from chalicelib.adapters.dynamodb.table import Rows, Table, row_at
from chalicelib.domain.address import Address, conversation_id_of
from chalicelib.domain.conversation.commands import Profile
from chalicelib.domain.conversation.entries import Entry
from chalicelib.domain.conversation.handoff import Handoff
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.usecases.ports.conversations import (
    BoardFilter,
    Commit,
    ImportedConversation,
    Listing,
    Loaded,
    Query,
)
from chalicelib.usecases.ports.system import Clock
from chalicelib.usecases.records.reports import Backlog


class DynamoConversations:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._rows = Rows(table, clock)

    def load(self, query: Query) -> Loaded:
        bot, cid = query.bot, query.conversation_id
        head = keys.head(bot, cid)
        key = keys.idempotency(bot, query.key) if query.key else None
        message = keys.message(bot, cid, query.message) if query.message else None
        agent = members.keys_of(bot, query.agent) if query.agent else ()
        queue = keys.queue(bot, query.queue) if query.queue else None
        suggestion = keys.entry(bot, cid, query.suggestion) if query.suggestion else None
        found = self._rows.get_all([head, key, message, queue, suggestion, *agent])
        head_row = row_at(found, HeadRow, head)
        key_row = row_at(found, IdempotencyRow, key)
        message_row = row_at(found, MessageRow, message)
        entry_row = row_at(found, EntryRow, suggestion)
        return Loaded(
            head=head_of(head_row) if head_row else None,
            by_key=known_answer(key_row) if key_row else None,
            by_message=stored_message(message_row) if message_row else None,
            agent=members.member(found, bot, query.agent) if query.agent else None,
            queue=queue_of(row_at(found, RecordRow, queue)),
            suggestion=entry_of(entry_row) if entry_row else None,
        )

    def commit(self, commit: Commit) -> None:
        commits.write(self._rows, commit)

    def put_imported(self, imported: ImportedConversation) -> None:
        from chalicelib.adapters.dynamodb.conversations.imports import rows_below_head

        shards = self._table.filled_shards
        self._rows.put_all(rows_below_head(imported, shards))
        self._rows.put(heads.head_row(imported.head, shards))

    def head(self, bot: str, conversation_id: str) -> Head | None:
        row = self._rows.get(HeadRow, keys.head(bot, conversation_id))
        return head_of(row) if row else None

    def heads(self, bot: str, conversation_ids: Iterable[str]) -> list[Head]:
        wanted = [keys.head(bot, conversation_id) for conversation_id in conversation_ids]
        found = self._rows.get_all(wanted)
        rows = (row_at(found, HeadRow, key) for key in wanted)
        return [head_of(row) for row in rows if row]

    def entries_after(self, bot: str, conversation_id: str, seq: int, limit: int) -> list[Entry]:
        return self._entries(bot, conversation_id, seq + 1, keys.LAST_SEQ, limit, backwards=False)

    def entries_before(
        self, bot: str, conversation_id: str, seq: int | None, limit: int
    ) -> list[Entry]:
        last = keys.LAST_SEQ if seq is None else seq - 1
        return self._entries(bot, conversation_id, 1, last, limit, backwards=True)[::-1]

    def ids_of_user(self, bot: str, channel: str, user: str) -> list[str]:
        pk = keys.user_of(bot, channel, user)
        rows = self._rows.query_all(AddressRow, pk, AddressRow.sk.startswith("C#"))
        return [row.conversation_id for row in rows]

    def ids_of_thread(self, bot: str, thread: str) -> list[str]:
        rows = self._rows.query_all(AddressRow, keys.thread(bot, thread), None)
        return [row.conversation_id for row in rows]

    def board(self, bot: str, wanted: BoardFilter, position: str | None, limit: int) -> Listing:
        places = [place for status, place in PLACE_ON_BOARD.items() if status in wanted.statuses]
        if not places:
            return Listing([], None)
        prefix = f"{places[0]}#" if len(places) == 1 else ""
        order = lists.ListOrder(BOARD, prefix, only=_fits(wanted))
        return lists.listing(self._table, bot, order, position, limit)

    def backlog(self, bot: str) -> Backlog:
        board = lists.ListOrder(BOARD, f"{PLACE_ON_BOARD[Status.WAITING]}#")
        since = [waiting_since(key) for key in lists.sort_keys(self._table, bot, board)]
        return Backlog(len(since), min(since, default=None))

    def recent(self, bot: str, position: str | None, limit: int) -> Listing:
        order = lists.ListOrder(RECENT, descending=True)
        return lists.listing(self._table, bot, order, position, limit)

    def oldest(self, bot: str, position: str | None, limit: int) -> Listing:
        return lists.listing(self._table, bot, lists.ListOrder(RECENT), position, limit)

    def owing(self, bot: str, since: int, position: str | None, limit: int) -> Listing:
        order = lists.ListOrder(RECENT, suffix=OWED_MARK)
        start = position or f"{since // MINUTE:010d}"
        return lists.listing(self._table, bot, order, start, limit)

    def by_user_name(self, bot: str, prefix: str, position: str | None, limit: int) -> Listing:
        order = lists.ListOrder(NAME, name_prefix(prefix))
        return lists.listing(self._table, bot, order, position, limit)

    def ids_of_user_on_any_channel(self, bot: str, user: str) -> list[str]:
        rows = self._rows.query_all(AddressRow, keys.user_anywhere(bot, user), None)
        return [row.conversation_id for row in rows]

    def handoff(self, bot: str, handoff_id: str) -> Handoff | None:
        conversation_id = conversation_id_of(handoff_id)
        if conversation_id is None:
            return None
        row = self._rows.get(HandoffRow, keys.handoff(bot, conversation_id, handoff_id))
        return handoff_of(row) if row else None

    def handoffs(
        self, bot: str, position: str | None, limit: int
    ) -> tuple[list[Handoff], str | None]:
        order = lists.ListOrder(HANDOFFS, descending=True, id_of=_handoff_of)
        page = lists.listing(self._table, bot, order, position, limit)
        wanted = [
            keys.handoff(bot, conversation_id_of(handoff_id) or "", handoff_id)
            for handoff_id in page.conversation_ids
        ]
        found = self._rows.get_all(wanted)
        rows = (row_at(found, HandoffRow, key) for key in wanted)
        return [handoff_of(row) for row in rows if row], page.position

    def handoffs_of_conversation(self, bot: str, conversation_id: str) -> list[Handoff]:
        pk = keys.conversation(bot, conversation_id)
        rows = self._rows.query_all(HandoffRow, pk, HandoffRow.sk.startswith("H#"))
        return sorted(map(handoff_of, rows), key=lambda found: -found.opened_seq)

    def entries_at(
        self, bot: str, places: Iterable[tuple[str, int]]
    ) -> Mapping[tuple[str, int], Entry]:
        wanted = {place: keys.entry(bot, *place) for place in places}
        found = self._rows.get_all(wanted.values())
        rows = {place: row_at(found, EntryRow, key) for place, key in wanted.items()}
        return {place: entry_of(row) for place, row in rows.items() if row}

    def mark_undelivered(
        self, bot: str, conversation_id: str, seq: int, *, undelivered: bool
    ) -> None:
        row = EntryRow.at(keys.entry(bot, conversation_id, seq))
        mark = EntryRow.undelivered
        change = mark.set(True) if undelivered else mark.remove()
        self._rows.update(row, [change], EntryRow.pk.exists())

    def notes(self, bot: str, conversation_id: str) -> list[Entry]:
        pk = keys.conversation(bot, conversation_id)
        rows = self._rows.query_all(PointerRow, pk, PointerRow.sk.startswith("N#"))
        found = self.entries_at(bot, [(conversation_id, int(row.id)) for row in rows])
        return sorted(found.values(), key=lambda entry: entry.seq)

    def profiles(self, addresses: Iterable[Address]) -> Mapping[Address, Profile]:
        wanted = {a: keys.RowKey(keys.user(a), keys.META) for a in addresses}
        found = self._rows.get_all(wanted.values())
        rows = {address: row_at(found, ProfileRow, key) for address, key in wanted.items()}
        return {address: profile_of(row) for address, row in rows.items() if row}

    def set_due_at(self, head: Head, due_at: int | None) -> None:
        row = HeadRow.at(keys.head(head.bot, head.id))
        if due_at is None:
            actions: list[Action] = [HeadRow.due_key.remove(), HeadRow.due_at.remove()]
        else:
            due_key = keys.due(keys.shard(head.id, self._table.filled_shards))
            actions = [HeadRow.due_key.set(due_key), HeadRow.due_at.set(due_at)]
        self._rows.update(row, actions, HeadRow.last_seq == head.last_seq)

    def due_conversations(self, until: int, limit: int) -> list[tuple[str, str]]:
        return lists.due(self._table, until, limit)

    def _entries(
        self, bot: str, cid: str, first: int, last: int, limit: int, *, backwards: bool
    ) -> list[Entry]:
        if first > last:
            return []
        wanted = EntryRow.sk.between(keys.entry_sk(first), keys.entry_sk(last))
        pk = keys.conversation(bot, cid)
        rows, _ = self._rows.page(pk, wanted, limit=limit, backwards=backwards)
        return [entry_of(row) for row in rows if isinstance(row, EntryRow)]


def _handoff_of(item: Mapping[str, Any]) -> str:
    handoff_id: str = item["sk"]["S"].removeprefix("H#")
    return handoff_id


def _fits(wanted: BoardFilter) -> Condition | None:
    asked = ((HeadRow.queue, wanted.queue), (HeadRow.owner_id, wanted.owner))
    conditions = [attribute == value for attribute, value in asked if value is not None]
    return reduce(and_, conditions) if conditions else None
