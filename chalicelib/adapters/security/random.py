"""Random values from the operating system, which a snapshot of the process cannot repeat."""

import secrets

TOKEN_BYTES = 32


class SystemRandom:
    def token(self) -> str:
        return secrets.token_urlsafe(TOKEN_BYTES)

    def fraction(self) -> float:
        return secrets.SystemRandom().random()
