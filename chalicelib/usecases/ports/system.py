"""The ports to the clock and to randomness."""

from typing import Protocol


class Clock(Protocol):
    def now(self) -> int: ...

    def sleep(self, milliseconds: float) -> None: ...


class Random(Protocol):
    """Where unpredictable things come from."""

    def token(self) -> str:
        """256 bits, URL-safe."""

    def fraction(self) -> float:
        """From 0 up to, not including, 1."""
