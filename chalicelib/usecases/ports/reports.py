"""The ports for counting: daily reports, and metrics for operators."""

from collections.abc import Mapping
from typing import Protocol

from chalicelib.usecases.records.metrics import Metric
from chalicelib.usecases.records.reports import DayTally, EndedHandoff, RatedHandoff, RefusedLeak


class Reports(Protocol):
    """Daily counts of ended handoffs, and of leaks outside of handoffs."""

    def count_handoff(self, ended: EndedHandoff) -> None:
        """Counts each handoff once, however often it is called."""

    def count_rating(self, rated: RatedHandoff) -> None:
        """Counts the latest rating of each handoff, in whatever order they come."""

    def count_leak(self, leaked: RefusedLeak) -> None:
        """Counts each entry once, however often it is called."""

    def by_queue(self, bot: str, first: str, last: str) -> list[DayTally]:
        """From the first to the last day, both included."""

    def by_agent(self, bot: str, first: str, last: str) -> list[DayTally]: ...

    def by_channel(self, bot: str, first: str, last: str) -> list[DayTally]: ...


class Metrics(Protocol):
    def record(self, values: Mapping[Metric, float], bot: str | None = None) -> None:
        """Records counts, and durations in seconds.

        `bot` is a searchable property and not a dimension: each value of a dimension is billed as
        a metric of its own.
        """
