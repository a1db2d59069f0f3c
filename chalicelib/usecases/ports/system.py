"""The ports to the clock and to randomness."""

from typing import Protocol


class Clock(Protocol):
    def now(self) -> int:
        """Milliseconds since 1970 (UTC)."""

    def sleep(self, milliseconds: float) -> None: ...


class Random(Protocol):
    """Unpredictable values."""

    def token(self) -> str:
        """256 random bits, URL-safe."""

    def fraction(self) -> float:
        """At least 0 and less than 1."""
