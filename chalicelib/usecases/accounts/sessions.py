"""Login, refresh, logout and passwords."""

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.domain.address import digest, person_id
from chalicelib.domain.errors import Conflict, InvalidCredentials, RateLimited
from chalicelib.usecases.accounts.authenticate import person_of_token
from chalicelib.usecases.live import push
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.routing import lost_agents
from chalicelib.usecases.services import Services

ACCESS_LIFE_MS = 60 * 60 * 1000
REFRESH_LIFE_MS = 12 * 60 * 60 * 1000
WINDOW_MS = 15 * 60 * 1000
PER_ACCOUNT_AND_ADDRESS = 10
"""Wrong passwords within the window, per account and network address. If they were counted per
account alone, anybody could lock an account."""
PER_ADDRESS = 300
"""Logins within the window, successful ones included. Many people may share one address."""


class LoginSession(Struct, frozen=True):
    """The tokens of a login. `access_life` is in milliseconds."""

    person: Person
    access: str
    refresh: str
    access_life: int = ACCESS_LIFE_MS


def login(services: Services, email: str, password: str, source: str) -> LoginSession:
    """`source` is the caller's network address.

    Raises RateLimited; InvalidCredentials, with the same text and after the same time for an
    unknown e-mail as for a wrong password.
    """
    account = person_id(email)
    _count_attempt(services, digest("login", source), PER_ADDRESS)
    attempt = digest("login", source, account)
    _count_attempt(services, attempt, PER_ACCOUNT_AND_ADDRESS)
    # Not from the cache: for five seconds it would know the old password and refuse the new one.
    person = services.directory.person(account, fresh=True)
    # An invited person has no password yet: their hash is empty.
    hashed = (person.password_hash or None) if person and not person.disabled else None
    if not services.passwords.matches(password, hashed) or person is None:
        raise InvalidCredentials("Invalid credentials")
    services.login_attempts.reset(attempt)
    return _new_session(services, person)


def refresh(services: Services, token: str) -> LoginSession:
    """Returns new tokens for a refresh token. Raises Unauthenticated."""
    return _new_session(services, person_of_token(services, token, "refresh"))


def renew(services: Services, person: Person) -> LoginSession:
    """Returns new tokens for a person with a valid access token, for clients without a refresh
    token."""
    return _new_session(services, person)


def logout(services: Services, person: Person) -> None:
    """Ends all sessions of this person within five seconds, when all caches have expired.

    The person counts as disconnected: they get no more offers, and the agent-lost timer starts.
    """
    services.directory.end_sessions(person.id)
    lost_agents.person_logged_out(services, person.id)
    _end_connections(services, person)


def change_password(
    services: Services, person: Person, current: str, new: str, source: str
) -> LoginSession:
    """Ends all other sessions and returns a new one.

    Raises InvalidCredentials if `current` is wrong, RateLimited, and Conflict if the sessions have
    ended since `person` was read.
    """
    attempt = digest("login", source, person.id)
    _count_attempt(services, attempt, PER_ACCOUNT_AND_ADDRESS)
    stored = services.directory.person(person.id, fresh=True)
    hashed = (stored.password_hash or None) if stored else None
    if not services.passwords.matches(current, hashed):
        raise InvalidCredentials("Invalid credentials")
    services.login_attempts.reset(attempt)
    return set_password(services, person, new)


def set_password(services: Services, person: Person, new: str) -> LoginSession:
    """Ends all other sessions and returns a new one.

    Raises Conflict if the sessions have ended since `person` was read.
    """
    hashed = services.passwords.hash(new)
    if not services.administration.set_password(person, hashed):
        raise Conflict("Another request has ended this session: log in again.")
    _end_connections(services, person)
    version = person.token_version + 1
    return _new_session(services, replace(person, password_hash=hashed, token_version=version))


def _end_connections(services: Services, ended: Person) -> None:
    """Closes the connections of the sessions that have just ended."""
    found = services.connections.of_person(ended.id)
    push.end_connections(services, [c for c in found if c.token_version <= ended.token_version])


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
