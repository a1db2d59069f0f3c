"""Password hashes by argon2id. The library is imported for the first password, not for the gate.

Parameters: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
"""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.domain.errors import invalid_field

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MEMORY_KIB = 19_456
ROUNDS = 2
LANES = 1
MAX_BYTES = 1024
"""Bytes of UTF-8."""
NOBODY = f"$argon2id$v=19$m={MEMORY_KIB},t={ROUNDS},p={LANES}${'A' * 22}${'A' * 43}"
"""A hash with no known password. Its check costs as much as that of every other hash."""


COMMON = Path(__file__).with_name("frequent_passwords.txt")
"""One per line, sorted, in lower case. `infra/generate/frequent_passwords.py` writes it."""


class Argon2Passwords:
    def is_common(self, password: str) -> bool:
        return password in COMMON.read_text(encoding="utf-8").splitlines()

    def hash(self, password: str) -> str:
        """Raises InvalidRequest for a password over 1 KB, which `matches` would refuse."""
        secret = _bytes(password)
        if len(secret) > MAX_BYTES:
            raise invalid_field("password", f"A `password` has at most {MAX_BYTES:,} bytes.")
        return self._hasher.hash(secret)

    def matches(self, password: str, hashed: str | None) -> bool:
        secret = _bytes(password)
        too_long = len(secret) > MAX_BYTES
        fits = self._fits(hashed or NOBODY, b"" if too_long else secret)
        return fits and not too_long

    def _fits(self, hashed: str, secret: bytes) -> bool:
        """False, at the usual cost, also if the stored text is not a hash."""
        from argon2.exceptions import VerificationError, VerifyMismatchError

        try:
            return self._hasher.verify(hashed, secret)
        except VerifyMismatchError:
            return False
        except (VerificationError, ValueError):
            self._hasher.hash(secret)
            return False

    @cached_property
    def _hasher(self) -> "PasswordHasher":
        from argon2 import PasswordHasher

        return PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=LANES)


def _bytes(password: str) -> bytes:
    """JSON may contain half a surrogate pair; it counts as a character."""
    return password.encode(errors="surrogatepass")
