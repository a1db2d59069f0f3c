"""The ports for counting: daily reports, and metrics for operators."""

from collections.abc import Mapping
from typing import Protocol

from chalicelib.usecases.records.metrics import Metric
from chalicelib.usecases.records.reports import DayTally, EndedHandoff, RefusedLeak


class Reports(Protocol):
    """What is counted by day: of handoffs that have ended, and of leaks in none."""

    def count_handoff(self, ended: EndedHandoff) -> None:
        """Once for each handoff, however often it is told."""

    def count_leak(self, leaked: RefusedLeak) -> None:
        """Once for each entry, however often it is told."""

    def by_queue(self, bot: str, first: str, last: str) -> list[DayTally]:
        """From the first to the last day, both included."""

    def by_agent(self, bot: str, first: str, last: str) -> list[DayTally]: ...


class Metrics(Protocol):
    def record(self, values: Mapping[Metric, float], bot: str | None = None) -> None:
        """Counts, and times in seconds. `bot`, where they concern one, can be searched for; it
        is no dimension: each new value of one is a metric of its own, and paid for as such."""
