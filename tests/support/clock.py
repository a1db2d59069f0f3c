"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime

START = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)


class ManualClock:
    def __init__(self, now: int = START) -> None:
        self._now = now

    def now(self) -> int:
        return self._now

    def advance(self, milliseconds: int) -> None:
        self._now += milliseconds

    def sleep(self, milliseconds: float) -> None:
        self.advance(round(milliseconds))
