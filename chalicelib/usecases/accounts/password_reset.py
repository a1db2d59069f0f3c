"""Password resets: a link with which a person sets a new password without the current one.

A link is good for one hour and one use. It ends all sessions and leaves the second factor as it is,
so the person logs in afterwards.
"""

from msgspec import Struct

from chalicelib.domain.errors import Conflict, NotFound, Unauthenticated
from chalicelib.usecases.accounts import account_limit, sessions
from chalicelib.usecases.accounts.authenticate import hash_secret
from chalicelib.usecases.admin import audit
from chalicelib.usecases.records.audit import AuditAction
from chalicelib.usecases.records.people import PasswordReset, Person
from chalicelib.usecases.services import Services

LIFE_MS = 60 * 60 * 1000


class ResetLink(Struct, frozen=True):
    token: str
    expires_at: int


def start(services: Services, owner: Person, who: str) -> ResetLink:
    """For the owner, who hands the link on. Raises NotFound, and Conflict for the own
    account: otherwise a stolen session could replace the owner's password."""
    if who == owner.id:
        raise Conflict("Change your own password with the current one.")
    person = services.directory.person(who, fresh=True)
    if person is None:
        raise NotFound(f"There is no person {who}.")
    link = _create(services, person)
    audit.record_account(services, who, AuditAction.RESET_STARTED, by=owner.id)
    return link


def reset(services: Services, token: str, password: str) -> None:
    """Sets the password. The owner has answered for whoever has the link, so the address counts as
    proved.

    Raises Unauthenticated if the link is unknown, used or expired, or if the person is disabled;
    InvalidRequest for a password that is easy to guess, which leaves the link as it is.
    """
    found = services.password_resets.get(hash_secret(token))
    person = services.directory.person(found.person, fresh=True) if found else None
    if not (found and person) or person.disabled or person.token_version != found.token_version:
        raise Unauthenticated("This link is not valid: it was used before, or is too old.")
    sessions.replace_password(services, person, password)
    services.people.prove_address(person.id)
    account_limit.end(services, person.id)
    services.directory.invalidate_cache()
    audit.record_account(services, person.id, AuditAction.PASSWORD_RESET)


def _create(services: Services, person: Person) -> ResetLink:
    token, expires_at = services.random.token(), services.clock.now() + LIFE_MS
    stored = PasswordReset(hash_secret(token), person.id, person.token_version, expires_at)
    services.password_resets.add(stored)
    return ResetLink(token, expires_at)
