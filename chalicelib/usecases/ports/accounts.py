"""The ports for login: counting failed attempts, hashing passwords, issuing tokens.

Times are in milliseconds since 1970 (UTC).
"""

from collections.abc import Mapping
from typing import Protocol


class LoginAttempts(Protocol):
    def count(self, name: str, now: int, window: int) -> int:
        """Counts one more attempt under this name and answers how many there were within the
        `window` (milliseconds) that the first one opened."""

    def reset(self, name: str) -> None: ...


class Passwords(Protocol):
    def hash(self, password: str) -> str: ...

    def matches(self, password: str, hashed: str | None) -> bool:
        """Takes as long where there is nobody to compare with (None) as where there is."""


class Tokens(Protocol):
    def issue(self, claims: Mapping[str, object]) -> str: ...

    def verify(self, token: str, typ: str) -> Mapping[str, object]:
        """The claims of a token of this type. Raises Unauthenticated."""
