"""Logging in, staying logged in, logging out."""

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.domain.address import digest, person_id
from chalicelib.domain.errors import Conflict, InvalidCredentials, RateLimited
from chalicelib.usecases.accounts.authenticate import person_of_token
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.routing import presence, timers
from chalicelib.usecases.services import Services

ACCESS_LIFE_MS = 60 * 60 * 1000
REFRESH_LIFE_MS = 12 * 60 * 60 * 1000
WINDOW_MS = 15 * 60 * 1000
PER_ACCOUNT_AND_ADDRESS = 10
"""Wrong passwords within the window. Counted per account *and* network address, so that nobody can
lock somebody else out."""
PER_ADDRESS = 300
"""Logins within the window, right ones too: a whole office may stand behind one address."""


class LoginSession(Struct, frozen=True):
    """`access_life` in milliseconds."""

    person: Person
    access: str
    refresh: str
    access_life: int = ACCESS_LIFE_MS


def login(services: Services, email: str, password: str, source: str) -> LoginSession:
    """`source` is the caller's network address. Raises InvalidCredentials, the same way and at the
    same cost for an unknown e-mail as for a wrong password; RateLimited."""
    who = person_id(email)
    _count_attempt(services, digest("login", source), PER_ADDRESS)
    attempt = digest("login", source, who)
    _count_attempt(services, attempt, PER_ACCOUNT_AND_ADDRESS)
    person = services.directory.person(who)
    # Who has been invited has no password yet.
    known = (person.password_hash or None) if person and not person.disabled else None
    if not services.passwords.matches(password, known) or person is None:
        raise InvalidCredentials("Invalid credentials")
    services.login_attempts.reset(attempt)
    return _new_session(services, person)


def refresh(services: Services, token: str) -> LoginSession:
    return _new_session(services, person_of_token(services, token, "refresh"))


def renew(services: Services, person: Person) -> LoginSession:
    """For clients that know one token only: an hour more for whoever still has a valid one."""
    return _new_session(services, person)


def logout(services: Services, person: Person) -> None:
    """Ends every session of this person; within five seconds everywhere. They are no longer there:
    nothing more is offered to them, and what they have is looked after."""
    services.directory.end_sessions(person.id)
    presence.mark_disconnected(services, person.id)
    timers.expect_loss(services, person.id)


def change_password(
    services: Services, person: Person, current: str, new: str, source: str
) -> LoginSession:
    """Ends all sessions but the one that begins here. Raises InvalidCredentials, RateLimited,
    Conflict where somebody else has changed it meanwhile."""
    attempt = digest("login", source, person.id)
    _count_attempt(services, attempt, PER_ACCOUNT_AND_ADDRESS)
    if not services.passwords.matches(current, person.password_hash or None):
        raise InvalidCredentials("Invalid credentials")
    services.login_attempts.reset(attempt)
    return set_password(services, person, new)


def set_password(services: Services, person: Person, new: str) -> LoginSession:
    """Raises Conflict where the person's sessions have ended meanwhile."""
    hashed = services.passwords.hash(new)
    if not services.administration.set_password(person, hashed):
        raise Conflict("The password has been changed meanwhile: log in.")
    version = person.token_version + 1
    return _new_session(services, replace(person, password_hash=hashed, token_version=version))


def _new_session(services: Services, person: Person) -> LoginSession:
    return LoginSession(
        person,
        _token(services, person, "access", ACCESS_LIFE_MS),
        _token(services, person, "refresh", REFRESH_LIFE_MS),
    )


def _token(services: Services, person: Person, typ: str, life: int) -> str:
    now = services.clock.now()
    return services.tokens.issue(
        {
            "sub": person.id,
            "tv": person.token_version,
            "typ": typ,
            "jti": services.random.token(),
            "iat": now // 1000,
            "exp": (now + life) // 1000,
        }
    )


def _count_attempt(services: Services, name: str, limit: int) -> None:
    if services.login_attempts.count(name, services.clock.now(), WINDOW_MS) > limit:
        raise RateLimited("Too many attempts to log in.", retry_after=WINDOW_MS // 1000)
