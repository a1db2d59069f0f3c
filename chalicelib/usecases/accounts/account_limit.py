"""The limit of login attempts of one account, from all network addresses together.

A guesser may have many addresses, so wrong passwords are counted for the account. If that locked
the account, any stranger could lock it. So when there were too many, only an address from which the
person has logged in before may try again, or somebody with a code of the person's second factor. A
password reset ends the limit. The password of an attempt that is refused is not compared: that
costs 50 ms of CPU time.

Unknown accounts are counted and recorded alike: otherwise the limit, or the time of an answer,
would show which ones exist.
"""

from enum import Enum

from chalicelib.domain.address import digest
from chalicelib.domain.errors import RateLimited
from chalicelib.usecases.accounts import second_factor
from chalicelib.usecases.admin import audit
from chalicelib.usecases.records.audit import AuditAction, AuditOutcome
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.services import Services

PER_ACCOUNT = 10
"""Attempts within the window. A successful one before the limit begins a new window."""
WINDOW_MS = 15 * 60 * 1000


class Admission(Enum):
    """Why an attempt is admitted."""

    BELOW_LIMIT, KNOWN_ADDRESS, CODE = range(3)


def admit(
    services: Services, account: str, person: Person | None, address: str, code: str | None
) -> Admission:
    """Counts an attempt.

    Raises RateLimited if the account is above its limit, the person has never logged in from
    `address`, and `code` is no code of their second factor. The first attempt that is refused is in
    the audit trail, and not all of them.
    """
    made = services.login_attempts.count(_name(account), services.clock.now(), WINDOW_MS)
    if made <= PER_ACCOUNT:
        return Admission.BELOW_LIMIT
    if services.people.has_logged_in_from(account, address) and person:
        return Admission.KNOWN_ADDRESS
    if code and second_factor.proves(services, account, code):
        return Admission.CODE
    if made == PER_ACCOUNT + 1:
        audit.record_account(
            services,
            account,
            AuditAction.LOCKED_OUT,
            outcome=AuditOutcome.REFUSED,
            reason="unknown_address",
        )
    raise RateLimited("Too many attempts to log in.", retry_after=WINDOW_MS // 1000)


def end(services: Services, account: str) -> None:
    """After a successful login below the limit, and after a password reset."""
    services.login_attempts.reset(_name(account))


def _name(account: str) -> str:
    return digest("account", account)
