"""A scheduled handler is called at a fixed rate and never concurrently with itself."""

import itertools
import re
import time
from typing import Any

from infra.local.event_sources import Scheduler
from infra.local.invocation import Event
from tests.local.waiting import eventually


def test_the_handler_is_called_at_a_fixed_rate_with_the_event_of_a_rule() -> None:
    calls: list[tuple[float, Event]] = []
    began = time.monotonic()
    with Scheduler("sweep", 0.1, lambda e, c: calls.append((time.monotonic(), e))):
        assert eventually(lambda: len(calls) == 6)

    late = [moment - began - n * 0.1 for n, (moment, _) in enumerate(calls[:6], 1)]
    assert min(late) >= 0
    # A busy machine may delay single calls; a drifting schedule would delay the last ones most.
    assert min(late[3:]) < 0.08
    event = calls[0][1]
    assert (
        event["source"],
        event["detail-type"],
        event["detail"],
    ) == ("aws.events", "Scheduled Event", {})
    assert event["resources"][0].endswith(":rule/sweep")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", event["time"])


def test_a_slow_call_is_not_overlapped_and_the_schedule_is_kept() -> None:
    starts: list[float] = []
    running: list[int] = []

    def slow(event: Event, context: Any) -> None:
        assert not running
        running.append(1)
        starts.append(time.monotonic())
        time.sleep(0.25)
        running.clear()

    began = time.monotonic()
    with Scheduler("sweep", 0.1, slow):
        assert eventually(lambda: len(starts) == 4)

    beats = [round((start - began) / 0.1, 1) for start in starts]
    assert all(abs(beat - round(beat)) < 0.5 for beat in beats)
    assert min(round(later - sooner) for sooner, later in itertools.pairwise(beats)) == 3


def test_a_failing_call_does_not_end_the_schedule() -> None:
    calls: list[int] = []

    def fail(event: Event, context: Any) -> None:
        calls.append(1)
        raise ValueError("always")

    with Scheduler("sweep", 0.05, fail):
        assert eventually(lambda: len(calls) >= 3)


def test_the_scheduler_stops_at_once_while_it_waits() -> None:
    scheduler = Scheduler("sweep", 3600, lambda event, context: None)
    scheduler.start()
    began = time.monotonic()

    assert scheduler.stop()
    assert time.monotonic() - began < 0.5
