"""The second factor: set it up, ask for it, remove it.

A code works once, because the time step of the last one is stored. Guesses are counted for each
challenge and for each account. To get a challenge takes the password, so a stranger cannot use up
the guesses of an account.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.domain.access import Role
from chalicelib.domain.address import digest
from chalicelib.domain.errors import (
    Conflict,
    Forbidden,
    InvalidCode,
    NotFound,
    RateLimited,
    SecondFactorRequired,
    invalid_field,
)
from chalicelib.usecases.accounts import mail_requests
from chalicelib.usecases.accounts.authenticate import (
    hash_secret,
    person_of_session,
    reference_of,
)
from chalicelib.usecases.admin import audit
from chalicelib.usecases.records.audit import AuditAction, AuditOutcome
from chalicelib.usecases.records.mail import MailKind
from chalicelib.usecases.records.people import Person, SessionReference
from chalicelib.usecases.records.second_factor import FactorOwner, SecondFactor, SecondFactorRule
from chalicelib.usecases.services import Services

CHALLENGE = "challenge"
CHALLENGE_LIFE_MS = 5 * 60 * 1000
PER_CHALLENGE = 5
"""Codes for one challenge."""
PER_ACCOUNT = 10
"""Codes for one account within the window, until one is right."""
WINDOW_MS = 60 * 60 * 1000
RECOVERY_CODES = 10
GROUPS, GROUP = 6, 4
"""A recovery code has 24 characters of base 32: 120 bits. A plain hash of it may be stored from 112
bits on (OWASP ASVS 5.0.0, 6.5.2)."""
CODE_DIGITS = 6
JUST_SIGNED_IN_MS = 5 * 60 * 1000
"""After a sign-in, people without a password may set up a factor for this long."""
RACES = 5


class Enrolment(Struct, frozen=True):
    """The data that an authenticator app needs."""

    secret: str
    url: str
    qr_code: list[str]


def enrol(
    services: Services, person: Person, session: SessionReference, password: str | None
) -> Enrolment:
    """Returns a new secret. It takes effect when `confirm` has accepted a code of it.

    Raises Forbidden if the installation has no second factors, and Conflict if the person has one.
    Whoever has stolen a session must not lock its person out: raises InvalidRequest if the person's
    password is missing or wrong, RateLimited, and Forbidden if the person has no password and has
    not just signed in.
    """
    if services.second_factor_rule is SecondFactorRule.OFF:
        raise Forbidden("Second factors are switched off in this installation.")
    known = services.second_factors.get(person.id)
    if known and known.confirmed_at is not None:
        raise Conflict("You have a second factor: remove it before you set up another one.")
    _require_presence(services, person, session, password)
    secret = services.authenticator.new_secret()
    if not services.second_factors.replace(known, _sealed(services, person.id, secret)):
        raise Conflict("Another request has set up a second factor: try again.")
    url = services.authenticator.url(secret, person.email)
    return Enrolment(secret, url, services.authenticator.qr_code(url))


def _require_presence(
    services: Services, person: Person, session: SessionReference, password: str | None
) -> None:
    if not person.password_hash:
        stored = services.sessions.get(person.id, session.id)
        if stored is None or services.clock.now() > stored.began_at + JUST_SIGNED_IN_MS:
            raise Forbidden(
                "You have no password: sign in again, and set up the second factor within five "
                "minutes."
            )
        return
    if password is None:
        raise invalid_field("password", "Send your current `password`.")
    _count(services, person.id)
    if not services.passwords.matches(password, person.password_hash):
        _record(services, person.id, "added", outcome=AuditOutcome.REFUSED)
        raise _wrong_field("password")
    services.login_attempts.reset(_of_account(person.id))


def confirm(services: Services, person: Person, code: str) -> list[str]:
    """Returns the recovery codes, which are not shown again. Raises InvalidRequest for a wrong
    code, Conflict if there is nothing to confirm, RateLimited."""
    _count(services, person.id)
    pending = services.second_factors.get(person.id)
    if pending is None or pending.confirmed_at is not None:
        raise Conflict("There is no new second factor to confirm: set one up first.")
    now = services.clock.now()
    secret = _secret(services, pending)
    step = services.authenticator.step_of(secret, _compact(code), now)
    if step is None:
        raise _wrong_field("code")
    codes = [_recovery_code(services) for _ in range(RECOVERY_CODES)]
    hashes = tuple(hash_secret(_compact(each)) for each in codes)
    confirmed = replace(pending, confirmed_at=now, last_step=step, recovery_hashes=hashes)
    if not services.second_factors.replace(pending, confirmed):
        raise Conflict("Another request has changed the second factor: try again.")
    services.login_attempts.reset(_of_account(person.id))
    _record(services, person.id, "added")
    return codes


def remove(services: Services, person: Person, password: str | None, code: str | None) -> None:
    """Does nothing if there is none. Raises InvalidRequest if the password or the code is wrong,
    RateLimited."""
    if of_person(services, person.id) is None:
        services.second_factors.remove(person.id)  # An unconfirmed one protects nothing.
        return
    _count(services, person.id)
    if password is not None:
        if not services.passwords.matches(password, person.password_hash or None):
            raise _wrong_field("password")
    elif code is None or not _use(services, person.id, code):
        raise _wrong_field("code")
    services.login_attempts.reset(_of_account(person.id))
    services.second_factors.remove(person.id)
    _record(services, person.id, "removed")
    mail_requests.notify(services, MailKind.FACTOR_REMOVED, person.id)


def remove_of_person(services: Services, owner: Person, person: str) -> None:
    """For a person who has lost their device and their recovery codes. Raises NotFound."""
    if services.second_factors.get(person) is None:
        raise NotFound("There is no such person, or they have no second factor.")
    services.second_factors.remove(person)
    services.login_attempts.reset(_of_account(person))
    _record(services, person, "removed", by=owner.id)
    mail_requests.notify(services, MailKind.FACTOR_REMOVED, person)


def of_person(services: Services, person: str) -> SecondFactor | None:
    """The factor whose codes the person must give to log in."""
    if services.second_factor_rule is SecondFactorRule.OFF:
        return None
    factor = services.second_factors.get(person)
    return factor if factor and factor.confirmed_at is not None else None


def is_required(services: Services, person: Person) -> bool:
    rule = services.second_factor_rule
    if rule is SecondFactorRule.ADMINS:
        return person.is_owner or _is_admin(services, person.id)
    return rule is SecondFactorRule.EVERYBODY


def must_enrol(services: Services, person: Person) -> bool:
    return is_required(services, person) and of_person(services, person.id) is None


def required(services: Services, person: Person, *, takes_code: bool) -> SecondFactorRequired:
    """The error for a login with the right password. `takes_code` is False for a way of logging in
    that has no second step."""
    if not takes_code:
        return SecondFactorRequired(
            "This account has a second factor, which this way of logging in does not take. "
            "Use POST /api/v1/auth/login, or a bot's key."
        )
    now = services.clock.now()
    claims = {"sub": person.id, "tv": person.token_version, "typ": CHALLENGE}
    times = {"jti": services.random.token(), "exp": (now + CHALLENGE_LIFE_MS) // 1000}
    challenge = services.tokens.issue(claims | times)
    return SecondFactorRequired("Send a code of your second factor.", challenge=challenge)


def person_of_challenge(services: Services, challenge: str, code: str) -> Person:
    """The person who has now given the password and a code. Raises InvalidCode, RateLimited, and
    Unauthenticated for a challenge that has expired."""
    claims = services.tokens.verify(challenge, CHALLENGE)
    person = person_of_session(services, reference_of(claims), fresh=True)
    _count_guesses(services, claims)
    _count(services, person.id)
    if not _use(services, person.id, code):
        audit.record_account(
            services,
            person.id,
            AuditAction.LOGIN_FAILED,
            outcome=AuditOutcome.REFUSED,
            reason="second_factor",
        )
        raise InvalidCode("The code is wrong, or was used before.")
    services.login_attempts.reset(_of_account(person.id))
    return person


def proves(services: Services, person: str, code: str) -> bool:
    """True if the code is right; it is then used. For somebody who has not given the password yet:
    these codes are counted apart, so that a stranger does not use up the person's own."""
    name = digest("second_factor_before_password", person)
    made = services.login_attempts.count(name, services.clock.now(), WINDOW_MS)
    return made <= PER_ACCOUNT and _use(services, person, code)


def _use(services: Services, person: str, code: str) -> bool:
    """True if the code is right. It is then used."""
    for _ in range(RACES):
        factor = of_person(services, person)
        used = _used(services, factor, _compact(code)) if factor else None
        if factor is None or used is None:
            return False
        if services.second_factors.replace(factor, used):
            if len(used.recovery_hashes) < len(factor.recovery_hashes):
                left = len(used.recovery_hashes)
                _record(services, person, "recovery_code_used", left=left)
            return True
    return False


def _used(services: Services, factor: SecondFactor, code: str) -> SecondFactor | None:
    """The factor after this code; None if the code is wrong or was used before."""
    if len(code) == CODE_DIGITS:
        secret, now = _secret(services, factor), services.clock.now()
        step = services.authenticator.step_of(secret, code, now)
        is_new = step is not None and step > factor.last_step
        return replace(factor, last_step=step) if is_new else None
    hashed = hash_secret(code)
    if hashed not in factor.recovery_hashes:
        return None
    left = tuple(each for each in factor.recovery_hashes if each != hashed)
    return replace(factor, recovery_hashes=left)


def _sealed(services: Services, person: str, secret: str) -> SecondFactor:
    return SecondFactor(person, services.secret_sealer.seal(FactorOwner(person), secret))


def _secret(services: Services, factor: SecondFactor) -> str:
    """The secret of the app, opened. Raises TemporarilyUnavailable if its key does not answer."""
    return services.secret_sealer.open(FactorOwner(factor.person), factor.secret)


def _compact(code: str) -> str:
    """Without the spaces and hyphens that make codes readable."""
    return "".join(code.split()).replace("-", "").lower()


def _recovery_code(services: Services) -> str:
    random = hashlib.sha256(services.random.token().encode()).digest()
    text = base64.b32encode(random).decode().lower()
    return "-".join(text[at : at + GROUP] for at in range(0, GROUPS * GROUP, GROUP))


def _is_admin(services: Services, person: str) -> bool:
    directory = services.directory
    bots = directory.bots_of_person(person)
    members = (directory.bot_and_member(bot, person, fresh=True)[2] for bot in bots)
    return any(member and member.role is Role.ADMIN for member in members)


def _count_guesses(services: Services, claims: Mapping[str, object]) -> None:
    name = digest("challenge", str(claims["jti"]))
    made = services.login_attempts.count(name, services.clock.now(), CHALLENGE_LIFE_MS)
    if made > PER_CHALLENGE:
        raise RateLimited("Too many codes: log in with your password again.", retry_after=1)


def _count(services: Services, person: str) -> None:
    made = services.login_attempts.count(_of_account(person), services.clock.now(), WINDOW_MS)
    if made == PER_ACCOUNT + 1:
        audit.record_account(
            services,
            person,
            AuditAction.LOCKED_OUT,
            outcome=AuditOutcome.REFUSED,
            reason="second_factor",
        )
    if made > PER_ACCOUNT:
        raise RateLimited("Too many codes for this account.", retry_after=WINDOW_MS // 1000)


def _of_account(person: str) -> str:
    return digest("second_factor", person)


def _record(
    services: Services,
    person: str,
    change: str,
    by: str | None = None,
    left: int | None = None,
    outcome: AuditOutcome = AuditOutcome.DONE,
) -> None:
    facts: dict[str, Any] = {"change": change} | ({} if left is None else {"left": left})
    audit.record_account(
        services, person, AuditAction.FACTOR_CHANGED, by=by, outcome=outcome, **facts
    )


def _wrong_field(name: str) -> Exception:
    return invalid_field(name, f"This {name} is wrong.")
