"""The second factor of a person: an app that shows a new code every 30 seconds (TOTP, RFC 6238)."""

from enum import StrEnum

from msgspec import Struct


class SecondFactorRule(StrEnum):
    """The people who need a second factor here. `off`: nobody is asked for a code, and
    factors that are stored stay stored."""

    OFF = "off"
    OPTIONAL = "optional"
    ADMINS = "admins"
    EVERYBODY = "everybody"


class FactorOwner(Struct, frozen=True):
    """The person to whose second factor a sealed secret is bound."""

    person: str

    @property
    def context(self) -> dict[str, str]:
        return {"baton-person": self.person}


class SecondFactor(Struct, frozen=True):
    """`secret` is sealed if the installation has a key for it. No code is asked for before
    `confirmed_at`, in milliseconds since 1970 (UTC): the person may have failed to scan the secret.
    A code of `last_step` or of an earlier step is refused. Each hash is that of a recovery code,
    and is removed when the code is used."""

    person: str
    secret: str
    confirmed_at: int | None = None
    last_step: int = 0
    recovery_hashes: tuple[str, ...] = ()
