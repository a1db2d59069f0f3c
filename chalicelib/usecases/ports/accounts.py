"""The ports for login: sessions, second factors, counting failed attempts, hashing passwords,
issuing tokens.

Times are in milliseconds since 1970 (UTC).
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from chalicelib.usecases.records.people import Session
from chalicelib.usecases.records.second_factor import SecondFactor
from chalicelib.usecases.records.sign_on import Flow, VerifiedIdentity


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


class SecondFactors(Protocol):
    def get(self, person: str) -> SecondFactor | None: ...

    def replace(self, old: SecondFactor | None, new: SecondFactor) -> bool:
        """Stores `new`. False, and no change, if `old` is no longer what is stored: so of two
        requests with the same code, one is refused."""

    def remove(self, person: str) -> None:
        """Does nothing if the person has none."""


class Authenticator(Protocol):
    """The arithmetic of the codes."""

    def new_secret(self) -> str: ...

    def url(self, secret: str, account: str) -> str:
        """The `otpauth` URL that apps read from a QR code."""

    def qr_code(self, text: str) -> list[str]:
        """The rows of the picture from the top, each of `1` (dark) and `0`, without a margin."""

    def step_of(self, secret: str, code: str, now: int) -> int | None:
        """The time step whose code this is: the present one, or one before or after it because
        clocks differ. None if the code is wrong."""


class SignOnFailed(Exception):
    """The provider cannot be reached, or its answer is not valid. The message says why."""


class IdentityProvider(Protocol):
    """An OpenID Connect provider. Its methods raise SignOnFailed."""

    @property
    def issuer(self) -> str: ...

    def authorization_url(self, flow: Flow) -> str: ...

    def identity(self, flow: Flow, code: str) -> VerifiedIdentity:
        """Exchanges the code, and checks the signature, issuer, audience, times and nonce."""


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
