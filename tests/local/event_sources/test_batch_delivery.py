"""A batch is retried and halved as Lambda does it; a record that keeps failing is a dead letter."""

import threading
from typing import Any

from infra.local.event_sources import DeadLetter, RetryPolicy
from infra.local.event_sources.batch_delivery import Delivery
from infra.local.invocation import Event


class Batches:
    """A handler that records each batch as text: `abc` means three records."""

    def __init__(self, poison: str = "", reports: bool = False) -> None:
        self.seen: list[str] = []
        self.checkpoints: list[str] = []
        self.given_up: list[str] = []
        self._poison = poison
        self._reports = reports
        self._stopping = threading.Event()

    def deliver(self, records: str, attempts: int = 3) -> bool:
        delivery = Delivery(
            "test", self._handle, RetryPolicy(attempts, 0.0), self.give_up, self._stopping
        )
        return delivery.deliver([_record(letter) for letter in records], self.checkpoints.append)

    def stop_after(self, attempts: int) -> None:
        self._stop_after = attempts

    _stop_after = 1000

    def _handle(self, event: Event) -> Any:
        batch = "".join(record["dynamodb"]["SequenceNumber"] for record in event["Records"])
        self.seen.append(batch)
        if len(self.seen) >= self._stop_after:
            self._stopping.set()
        bad = [letter for letter in batch if letter in self._poison]
        if bad and not self._reports:
            raise ValueError("poison")
        return {"batchItemFailures": [{"itemIdentifier": letter} for letter in reversed(bad)]}

    def give_up(self, letter: DeadLetter) -> None:
        self.given_up.append(letter.record["dynamodb"]["SequenceNumber"])


def test_a_batch_that_succeeds_is_delivered_once() -> None:
    batches = Batches()

    assert batches.deliver("abc")
    assert (batches.seen, batches.checkpoints) == (["abc"], ["c"])


def test_the_next_attempt_begins_at_the_first_reported_record() -> None:
    batches = Batches(poison="bd", reports=True)
    batches.deliver("abcd", attempts=2)

    assert batches.seen == ["abcd", "bcd", "cd", "d"]
    assert batches.given_up == ["b", "d"]


def test_a_batch_that_fails_is_halved_until_the_failing_record_is_alone() -> None:
    batches = Batches(poison="d")
    batches.deliver("abcdefgh", attempts=2)

    assert (batches.seen) == [
        "abcdefgh",
        "abcd",
        "ab",
        "cdefgh",
        "cde",
        "c",
        "defgh",
        "de",
        "d",
        "d",
        "efgh",
    ]
    assert batches.given_up == ["d"]


def test_a_record_has_as_many_attempts_as_the_retry_policy_allows() -> None:
    batches = Batches(poison="a")
    batches.deliver("a", attempts=5)

    assert batches.seen == ["a"] * 5


def test_no_checkpoint_passes_a_record_that_is_not_settled() -> None:
    batches = Batches(poison="c", reports=True)
    batches.stop_after(1)

    assert not batches.deliver("abcd")
    assert batches.checkpoints == ["b"]


def test_a_report_about_an_unknown_record_fails_the_whole_batch() -> None:
    batches = Batches()
    answers = iter([{"batchItemFailures": [{"itemIdentifier": "?"}]}, None])
    seen: list[int] = []

    def handle(event: Event) -> Any:
        seen.append(len(event["Records"]))
        return next(answers)

    delivery = Delivery("test", handle, RetryPolicy(3, 0.0), batches.give_up, threading.Event())
    delivery.deliver([_record(letter) for letter in "ab"], batches.checkpoints.append)

    assert (seen, batches.checkpoints) == ([2, 2], ["b"])


def test_pauses_double_up_to_the_longest() -> None:
    retries = RetryPolicy(first_pause=1, longest_pause=5)

    assert [retries.pause(failures) for failures in range(1, 6)] == [1, 2, 4, 5, 5]


def _record(number: str) -> Event:
    return {"dynamodb": {"SequenceNumber": number}}
