"""Hands a batch of stream records to a handler until each is handled or given up, in order.

As Lambda does with ReportBatchItemFailures, BisectBatchOnFunctionError and MaximumRetryAttempts:
a reported record is where the next attempt begins; a batch that fails as a whole is cut in half
until one record is left; one record that keeps failing is a dead letter, and the rest goes on.
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
class Retries:
    """Pauses in seconds; they double from the first to the longest."""

    attempts: int = 8
    first_pause: float = 0.1
    longest_pause: float = 5.0

    def pause(self, failures: int) -> float:
        return min(self.longest_pause, self.first_pause * 2.0 ** (failures - 1))


@dataclass(frozen=True)
class DeadLetter:
    """A record that was given up."""

    source: str
    record: Event
    reason: str


GiveUp = Callable[[DeadLetter], None]


class DeadLetterFile:
    """Appends each dead letter as one line of JSON."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, letter: DeadLetter) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as file:
            file.write(json.dumps(asdict(letter)) + "\n")


@dataclass(frozen=True)
class Outcome:
    """How many records of an attempt are handled, counted from its first, and what went wrong."""

    handled: int
    reason: str = ""
    names_culprit: bool = True


class Delivery:
    def __init__(
        self,
        source: str,
        invoke: Callable[[Event], Any],
        retries: Retries,
        give_up: GiveUp,
        stopping: threading.Event,
    ) -> None:
        self._source = source
        self._invoke = invoke
        self._retries = retries
        self._give_up = give_up
        self._stopping = stopping

    def deliver(self, records: Records, done: Callable[[str], None]) -> bool:
        """Calls `done` with the sequence number up to which all is settled; False when asked to
        stop before the end."""
        size, failures = len(records), 0
        while records and not self._stopping.is_set():
            part = records[:size]
            outcome = self._attempt(part)
            if outcome.handled:
                done(sequence_number(part[outcome.handled - 1]))
                records, failures = records[outcome.handled :], 0
            if outcome.handled == len(part):
                size = len(records)
            elif not outcome.names_culprit and size > 1:
                size //= 2
            else:
                failures += 1
                records, failures = self._settle_first(records, failures, outcome.reason, done)
                size = size if failures else len(records)
        return not records

    def _settle_first(
        self, records: Records, failures: int, reason: str, done: Callable[[str], None]
    ) -> tuple[Records, int]:
        """The first record has failed: wait for the next attempt, or give it up."""
        if failures < self._retries.attempts:
            self._stopping.wait(self._retries.pause(failures))
            return records, failures
        first, *rest = records
        log.error("%s gives a record up after %d attempts: %s", self._source, failures, reason)
        self._give_up(DeadLetter(self._source, first, reason))
        done(sequence_number(first))
        return rest, 0

    def _attempt(self, part: Records) -> Outcome:
        identifiers = [sequence_number(record) for record in part]
        try:
            answer = self._invoke({"Records": part})
        except Exception as error:
            log.exception("%s failed with %d records.", self._source, len(part))
            return Outcome(0, f"{type(error).__name__}: {error}", names_culprit=False)
        failed = failed_items(answer, identifiers)
        if not failed:
            return Outcome(len(part))
        first = min(map(identifiers.index, failed))
        return Outcome(first, "The handler reported the record as failed.")
