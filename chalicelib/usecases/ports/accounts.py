"""The ports for login: sessions, counting failed attempts, hashing passwords, issuing tokens.

Times are in milliseconds since 1970 (UTC).
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from chalicelib.usecases.records.people import Session


class Sessions(Protocol):
    def add(self, session: Session) -> None: ...

    def get(self, person: str, session_id: str) -> Session | None: ...

    def of_person(self, person: str) -> list[Session]:
        """Those that have not expired, unsorted."""

    def rotate(self, session: Session, rotated: Session) -> bool:
        """Replaces `session`. False if it is no longer stored as it is here: another request has
        used the refresh token, or has ended the session."""

    def end(self, person: str, session_ids: Sequence[str], until: int, now: int) -> None:
        """Adds the sessions to the person's `ended_sessions` until `until`, and deletes them."""


class LoginAttempts(Protocol):
    def count(self, name: str, now: int, window: int) -> int:
        """Counts one more attempt under `name` and returns the number within the window.

        The first attempt opens a window of `window` milliseconds.
        """

    def reset(self, name: str) -> None: ...


class Passwords(Protocol):
    def is_common(self, password: str) -> bool:
        """True for a password that many people have. `password` is in lower case."""

    def hash(self, password: str) -> str: ...

    def matches(self, password: str, hashed: str | None) -> bool:
        """Takes equally long if `hashed` is None, so that nobody can test whether an account
        exists."""


class Tokens(Protocol):
    def issue(self, claims: Mapping[str, object]) -> str: ...

    def verify(self, token: str, typ: str) -> Mapping[str, object]:
        """Returns the claims of a token of type `typ`. Raises Unauthenticated."""
