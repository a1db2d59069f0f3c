"""The port to the jobs and the deletions of an erasure."""

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

from chalicelib.usecases.records.erasures import ErasureJob, RetentionPosition


class Erasures(Protocol):
    def add(self, jobs: Sequence[ErasureJob]) -> None:
        """A conversation has one job: a later one takes the place of an earlier one."""

    def pending(self) -> Iterator[list[ErasureJob]]:
        """All jobs, in pages of at most 100."""

    def end(self, job: ErasureJob) -> None:
        """Does nothing if a later job has taken its place."""

    def delete_before(self, bot: str, conversation_id: str, seq: int) -> bool:
        """Deletes a part of what the conversation holds from before the entry `seq`: entries,
        message ids, stored answers of commands, and what handoffs say. False if nothing is left.

        Safe to call again after an error at any moment.
        """

    def delete_notifications(self, bot: str, conversation_ids: Collection[str]) -> None:
        """Deletes the notifications that name one of these conversations."""

    def retention_position(self) -> RetentionPosition: ...

    def move_retention(self, position: RetentionPosition) -> None: ...
