"""Jobs of erasures, and the deletion of what they hide.

What is left to delete is found by its keys each time, so a deletion that was interrupted needs no
position: it begins again and finds less.
"""

from collections.abc import Collection, Iterator, Sequence

import msgspec
from pynamodb.expressions.condition import Condition

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.conversations.entries import (
    entry_of,
    handoff_of,
    resumption_text,
)
from chalicelib.adapters.dynamodb.conversations.word_index import word_keys
from chalicelib.adapters.dynamodb.rows import (
    EntryRow,
    HandoffRow,
    MessageRow,
    NotificationRow,
    PointerRow,
    RecordRow,
    Row,
)
from chalicelib.adapters.dynamodb.table import Rows, Table
from chalicelib.domain.conversation.erasure import without_words
from chalicelib.domain.search.matching import WordPlace
from chalicelib.domain.search.words import LIFE, index_words
from chalicelib.usecases.ports.system import Clock
from chalicelib.usecases.records.erasures import ErasureJob, RetentionPosition

PAGE = 100
GONE = LIFE + 30 * 24 * 60 * 60 * 1000
"""The age in milliseconds at which DynamoDB has deleted an entry's words by itself."""


class DynamoErasures:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._rows = Rows(table, clock)
        self._table = table
        self._clock = clock

    def add(self, jobs: Sequence[ErasureJob]) -> None:
        for job in jobs:
            self._rows.put(_job_row(job))

    def pending(self) -> Iterator[list[ErasureJob]]:
        rows, after = self._rows.page(keys.ERASURES, None, limit=PAGE)
        while True:
            yield [
                msgspec.json.decode(row.record, type=ErasureJob)
                for row in rows
                if isinstance(row, RecordRow)
            ]
            if after is None:
                return
            rows, after = self._rows.page(keys.ERASURES, None, limit=PAGE, after=after)

    def end(self, job: ErasureJob) -> None:
        row = _job_row(job)
        self._rows.delete_if(row.key, RecordRow.record == row.record)

    def delete_before(self, bot: str, conversation_id: str, seq: int) -> bool:
        pk = keys.conversation(bot, conversation_id)
        return (
            self._delete_entries(pk, seq)
            or self._delete_answers(pk, seq)
            or self._delete_message_ids(pk, seq)
            or self._delete_pointers_to_notes(pk, seq)
            or self._blank_handoffs(pk, seq)
        )

    def delete_notifications(self, bot: str, conversation_ids: Collection[str]) -> None:
        pk, of_bot = keys.bot(bot), NotificationRow.sk.startswith("N#")
        found = self._rows.query_all(NotificationRow, pk, of_bot)
        self._rows.delete(row.key for row in found if row.conversation_id in conversation_ids)

    def retention_position(self) -> RetentionPosition:
        row = self._rows.get(RecordRow, keys.RETENTION)
        if row is None:
            return RetentionPosition()
        return msgspec.json.decode(row.record, type=RetentionPosition)

    def move_retention(self, position: RetentionPosition) -> None:
        record = msgspec.json.encode(position).decode()
        self._rows.put(RecordRow.at(keys.RETENTION, record=record))

    def _delete_entries(self, pk: str, seq: int) -> bool:
        """The stored answers and the words go first: only the entries know where they are."""
        earlier = EntryRow.sk.between(keys.entry_sk(0), keys.entry_sk(seq - 1))
        rows = [row for row in self._page(pk, earlier) if isinstance(row, EntryRow)]
        answers = [row.answer_pk for row in rows if row.answer_pk]
        self._rows.delete(keys.RowKey(answer, keys.META) for answer in answers)
        self._rows.delete(key for row in rows for key in self._words_of(row))
        return self._delete(rows)

    def _words_of(self, row: EntryRow) -> Iterator[keys.RowKey]:
        if row.at_ms < self._clock.now() - GONE:
            return iter(())
        bot, conversation_id = keys.bot_and_conversation(row.pk)
        entry = entry_of(row)
        place = WordPlace(entry.at, conversation_id, entry.seq)
        return word_keys(self._table, bot, place, index_words(entry.content))

    def _delete_answers(self, pk: str, seq: int) -> bool:
        earlier = PointerRow.sk.between(keys.answer_sk(0), keys.answer_sk(seq - 1))
        rows = [row for row in self._page(pk, earlier) if isinstance(row, PointerRow)]
        self._rows.delete(keys.RowKey(row.id, keys.META) for row in rows)
        return self._delete(rows)

    def _delete_message_ids(self, pk: str, seq: int) -> bool:
        """Those of a user who has come back stay."""
        found = self._rows.query_all(MessageRow, pk, MessageRow.sk.startswith("M#"))
        return self._delete([row for row in found if (row.seq or 0) < seq])

    def _delete_pointers_to_notes(self, pk: str, seq: int) -> bool:
        earlier = PointerRow.sk.between(keys.note_sk(0), keys.note_sk(seq - 1))
        return self._delete(self._page(pk, earlier))

    def _blank_handoffs(self, pk: str, seq: int) -> bool:
        """They stay, because reports and links name them."""
        rows = self._rows.query_all(HandoffRow, pk, HandoffRow.sk.startswith("H#"))
        for row in rows:
            before = handoff_of(row)
            after = without_words(before)
            if row.opened_seq >= seq or before == after:
                continue
            end = resumption_text(after.resumption)
            self._rows.update(
                HandoffRow.at(row.key),
                [
                    HandoffRow.reason.remove(),
                    HandoffRow.agent.remove(),
                    HandoffRow.language.remove(),
                    HandoffRow.context.remove(),
                    HandoffRow.summary.remove(),
                    HandoffRow.rating.remove(),
                    HandoffRow.resumption.set(end) if end else HandoffRow.resumption.remove(),
                ],
                HandoffRow.pk.exists(),
            )
        return False

    def _page(self, pk: str, condition: Condition) -> list[Row]:
        rows, _ = self._rows.page(pk, condition, limit=PAGE)
        return rows

    def _delete(self, rows: Sequence[Row]) -> bool:
        self._rows.delete(row.key for row in rows)
        return bool(rows)


def _job_row(job: ErasureJob) -> RecordRow:
    record = msgspec.json.encode(job).decode()
    return RecordRow.at(keys.erasure(job.bot, job.conversation_id), record=record)
