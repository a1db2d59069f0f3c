"""Erasures in memory."""

from collections.abc import Collection, Iterator, Sequence

from chalicelib.domain.conversation.entries import Entry
from chalicelib.domain.conversation.erasure import without_words
from chalicelib.domain.search.matching import WordPlace
from chalicelib.domain.search.words import index_words
from chalicelib.usecases.records.erasures import ErasureJob, RetentionPosition
from tests.support.memory.table import MemoryTable, Now


class MemoryErasures:
    def __init__(self, table: MemoryTable, clock: Now | None = None) -> None:
        self._table = table

    def add(self, jobs: Sequence[ErasureJob]) -> None:
        with self._table.lock:
            for job in jobs:
                self._table.erasures[job.bot, job.conversation_id] = job

    def pending(self) -> Iterator[list[ErasureJob]]:
        with self._table.lock:
            yield list(self._table.erasures.values())

    def end(self, job: ErasureJob) -> None:
        with self._table.lock:
            if self._table.erasures.get((job.bot, job.conversation_id)) == job:
                del self._table.erasures[job.bot, job.conversation_id]

    def delete_before(self, bot: str, conversation_id: str, seq: int) -> bool:
        with self._table.lock:
            thread = self._table.threads.get((bot, conversation_id))
            if thread is None:
                return False
            for number in [each for each in thread.entries if each < seq]:
                self._delete_words(bot, conversation_id, thread.entries[number])
                del thread.entries[number]
                thread.command_ids.pop(number, None)
            for name, said in list(thread.messages.items()):
                if said.seq < seq:
                    del thread.messages[name]
            for place, kept in list(self._table.answers.items()):
                head = kept.known.answer.head if kept.known.answer else None
                is_of_it = head is not None and (head.bot, head.id) == (bot, conversation_id)
                if head and is_of_it and head.last_seq < seq:
                    del self._table.answers[place]
            for handoff in list(thread.handoffs.values()):
                if handoff.opened_seq < seq:
                    thread.handoffs[handoff.id] = without_words(handoff)
            return False

    def _delete_words(self, bot: str, conversation_id: str, entry: Entry) -> None:
        place = WordPlace(entry.at, conversation_id, entry.seq)
        for word in index_words(entry.content):
            places = self._table.words.get((bot, word), set())
            places.discard(place)
            if not places:
                self._table.words.pop((bot, word), None)

    def delete_notifications(self, bot: str, conversation_ids: Collection[str]) -> None:
        with self._table.lock:
            made = self._table.notifications.get(bot, {})
            for each in [n for n in made.values() if n.conversation_id in conversation_ids]:
                del made[each.id]

    def retention_position(self) -> RetentionPosition:
        return self._table.retention

    def move_retention(self, position: RetentionPosition) -> None:
        self._table.retention = position
