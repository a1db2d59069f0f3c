"""Passwords as argon2id hashes. The library is loaded by the first password, not with the gate.

Parameters: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
"""

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.domain.errors import InvalidRequest

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MEMORY_KIB = 19_456
ROUNDS = 2
LANES = 1
LONGEST = 1024
"""Bytes of UTF-8."""
NOBODY = f"$argon2id$v=19$m={MEMORY_KIB},t={ROUNDS},p={LANES}${'A' * 22}${'A' * 43}"
"""A hash that no password is known to have, at the same cost as every other."""


class Argon2Passwords:
    def hash(self, password: str) -> str:
        """Raises InvalidRequest for a password over 1 KB, which would never match."""
        secret = _bytes(password)
        if len(secret) > LONGEST:
            raise InvalidRequest(f"A password has at most {LONGEST:,} bytes.")
        return self._hasher.hash(secret)

    def matches(self, password: str, hashed: str | None) -> bool:
        secret = _bytes(password)
        too_long = len(secret) > LONGEST
        fits = self._fits(hashed or NOBODY, b"" if too_long else secret)
        return fits and not too_long

    def _fits(self, hashed: str, secret: bytes) -> bool:
        """False, at the usual cost, also where what is stored is not a hash."""
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
    """Half a surrogate pair, which JSON can carry, is a character like any other."""
    return password.encode(errors="surrogatepass")
