"""Passes a batch of stream records to a handler, in order, until each is handled or a dead letter.

It follows Lambda with ReportBatchItemFailures, BisectBatchOnFunctionError and MaximumRetryAttempts.
If the handler reports a record as failed, the next attempt starts there. If the handler raises, the
batch is halved until one record is left. If one record keeps failing, it becomes a dead letter and
the other records follow.
"""

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from infra.local.event_sources.batch_failures import failed_items
from infra.local.event_sources.stream_records import sequence_number
from infra.local.invocation import Event

log = logging.getLogger(__name__)

Records = list[Event]


@dataclass(frozen=True)
class RetryPolicy:
    """Pauses are in seconds; each is twice the one before, up to the longest."""

    attempts: int = 8
    first_pause: float = 0.1
    longest_pause: float = 5.0

    def pause(self, failures: int) -> float:
        return min(self.longest_pause, self.first_pause * 2.0 ** (failures - 1))


@dataclass(frozen=True)
class DeadLetter:
    """A record that failed too often."""

    source: str
    record: Event
    reason: str


DeadLetterSink = Callable[[DeadLetter], None]


class DeadLetterFile:
    """Appends each dead letter to a file as one line of JSON."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, letter: DeadLetter) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as file:
            file.write(json.dumps(asdict(letter)) + "\n")


@dataclass(frozen=True)
class BatchResult:
    """The result of an attempt. The first `handled` records succeeded; `reason` says why the next
    one failed. `names_record` is false if the handler raised, so that any record may be the
    cause."""

    handled: int
    reason: str = ""
    names_record: bool = True


class Delivery:
    def __init__(
        self,
        source: str,
        invoke: Callable[[Event], Any],
        retries: RetryPolicy,
        on_dead_letter: DeadLetterSink,
        stopping: threading.Event,
    ) -> None:
        self._source = source
        self._invoke = invoke
        self._retries = retries
        self._on_dead_letter = on_dead_letter
        self._stopping = stopping

    def deliver(self, records: Records, done: Callable[[str], None]) -> bool:
        """Calls `done` with the sequence number up to which all records are settled. Returns False
        if it was stopped before the end."""
        size, failures = len(records), 0
        while records and not self._stopping.is_set():
            part = records[:size]
            result = self._attempt(part)
            if result.handled:
                done(sequence_number(part[result.handled - 1]))
                records, failures = records[result.handled :], 0
            if result.handled == len(part):
                size = len(records)
            elif not result.names_record and size > 1:
                size //= 2
            else:
                failures += 1
                records, failures = self._settle_first(records, failures, result.reason, done)
                size = size if failures else len(records)
        return not records

    def _settle_first(
        self, records: Records, failures: int, reason: str, done: Callable[[str], None]
    ) -> tuple[Records, int]:
        """The first record failed: waits before the next attempt, or makes it a dead letter."""
        if failures < self._retries.attempts:
            self._stopping.wait(self._retries.pause(failures))
            return records, failures
        first, *rest = records
        log.error(
            "%s made a record a dead letter after %d attempts: %s", self._source, failures, reason
        )
        self._on_dead_letter(DeadLetter(self._source, first, reason))
        done(sequence_number(first))
        return rest, 0

    def _attempt(self, part: Records) -> BatchResult:
        identifiers = [sequence_number(record) for record in part]
        try:
            answer = self._invoke({"Records": part})
        except Exception as error:
            log.exception("%s failed with %d records.", self._source, len(part))
            return BatchResult(0, f"{type(error).__name__}: {error}", names_record=False)
        failed = failed_items(answer, identifiers)
        if not failed:
            return BatchResult(len(part))
        first = min(map(identifiers.index, failed))
        return BatchResult(first, "The handler reported the record as failed.")
