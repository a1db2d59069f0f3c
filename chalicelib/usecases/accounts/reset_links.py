"""The links with which a person sets a password. Only a hash of a link's token is stored."""

from msgspec import Struct

from chalicelib.usecases.accounts.authenticate import hash_secret
from chalicelib.usecases.records.people import PasswordReset, Person
from chalicelib.usecases.services import Services

LIFE_MS = 60 * 60 * 1000


class ResetLink(Struct, frozen=True):
    token: str
    expires_at: int


def create(services: Services, person: Person, life: int = LIFE_MS) -> ResetLink:
    """Returns a link for one use within `life` milliseconds."""
    token, expires_at = services.random.token(), services.clock.now() + life
    stored = PasswordReset(hash_secret(token), person.id, person.token_version, expires_at)
    services.password_resets.add(stored)
    return ResetLink(token, expires_at)
