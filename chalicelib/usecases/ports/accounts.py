"""The ports for login: counting failed attempts, hashing passwords, issuing tokens.

Times are in milliseconds since 1970 (UTC).
"""

from collections.abc import Mapping
from typing import Protocol


class LoginAttempts(Protocol):
    def count(self, name: str, now: int, window: int) -> int:
        """Counts one more attempt under `name` and returns the number within the window.

        The first attempt opens a window of `window` milliseconds.
        """

    def reset(self, name: str) -> None: ...


class Passwords(Protocol):
    def hash(self, password: str) -> str: ...

    def matches(self, password: str, hashed: str | None) -> bool:
        """Takes equally long if `hashed` is None, so that nobody can test whether an account
        exists."""


class Tokens(Protocol):
    def issue(self, claims: Mapping[str, object]) -> str: ...

    def verify(self, token: str, typ: str) -> Mapping[str, object]:
        """Returns the claims of a token of type `typ`. Raises Unauthenticated."""
