"""Login, refresh, logout and passwords.

A session is one login on one device. Its access tokens live for minutes; its refresh token is good
for one use, and each use gives the next one. A token that is used again was copied, by a thief or
from one, so it ends the session.
"""

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.domain.address import digest, person_id
from chalicelib.domain.errors import (
    Conflict,
    InvalidCredentials,
    NotFound,
    RateLimited,
    Unauthenticated,
)
from chalicelib.usecases.accounts import account_limit, mail_requests, password_rules, second_factor
from chalicelib.usecases.accounts.account_limit import Admission
from chalicelib.usecases.accounts.authenticate import person_of_session, reference_of
from chalicelib.usecases.admin import audit
from chalicelib.usecases.live import push
from chalicelib.usecases.records.audit import AuditAction, AuditOutcome
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.mail import MailKind
from chalicelib.usecases.records.people import Device, Person, Session, SessionReference
from chalicelib.usecases.routing import lost_agents
from chalicelib.usecases.services import Services
from chalicelib.usecases.web_push import subscriptions

ACCESS_LIFE_MS = 15 * 60 * 1000
MAX_SESSIONS = 50
"""The sessions of one person. A further login ends the one that was not used for the longest."""
MAX_DEVICE = 200
"""Characters of a device's name that are stored."""
WINDOW_MS = 15 * 60 * 1000
PER_ACCOUNT_AND_ADDRESS = 10
"""Wrong passwords within the window, per account and network address. If they were counted per
account alone, anybody could lock an account."""
PER_ADDRESS = 300
"""Logins within the window, successful ones included. Many people may share one address."""


NO_LIMITS: Mapping[str, object] = {}


class AccessToken(Struct, frozen=True):
    """`life` is in milliseconds."""

    text: str
    life: int


class LoginSession(Struct, frozen=True):
    """The tokens of a login or a refresh."""

    access: AccessToken
    refresh: str


def login(
    services: Services,
    email: str,
    password: str,
    device: Device,
    *,
    takes_code: bool = True,
    code: str | None = None,
) -> LoginSession:
    """`code` is one of the second factor. It is used only above the account's limit, where it
    replaces the second step.

    Raises RateLimited; InvalidCredentials, with the same text and after the same time for an
    unknown e-mail as for a wrong password; SecondFactorRequired, with a challenge if the client
    `takes_code`.
    """
    account = person_id(email)
    _count_attempt(services, digest("login", device.address), PER_ADDRESS)
    attempt = digest("login", device.address, account)
    # Not from the cache: for five seconds it would know the old password and refuse the new one.
    person = services.directory.person(account, fresh=True)
    _count_password(services, attempt, account)
    admission = account_limit.admit(services, account, person, device.address, code)
    # An invited person has no password yet: their hash is empty.
    hashed = (person.password_hash or None) if person and not person.disabled else None
    if not services.passwords.matches(password, hashed) or person is None:
        # For unknown accounts, too: the time of the answer must not tell which ones exist.
        _record(services, account, AuditAction.LOGIN_FAILED, AuditOutcome.REFUSED)
        raise InvalidCredentials("Invalid credentials")
    services.login_attempts.reset(attempt)
    if admission is Admission.BELOW_LIMIT:
        account_limit.end(services, account)
    if admission is Admission.CODE:
        return begin(services, person, device)
    return begin_or_ask(services, person, device, takes_code=takes_code)


def login_with_code(services: Services, challenge: str, code: str, device: Device) -> LoginSession:
    """The second step of a login. Raises InvalidCode, RateLimited, Unauthenticated."""
    return begin(services, second_factor.person_of_challenge(services, challenge, code), device)


def refresh(services: Services, token: str, device: Device) -> LoginSession:
    """Returns the next tokens for a refresh token, which is then used.

    Raises Unauthenticated, also for a token that was used before: that ends its session.
    """
    claims = services.tokens.verify(token, "refresh")
    reference = reference_of(claims)
    person = person_of_session(services, reference, fresh=True)
    session = _current(services, reference)
    while session.refresh_id == claims["jti"]:
        rotated = _next(services, session, device)
        if services.sessions.rotate(session, rotated):
            return _tokens(services, rotated, person)
        session = _current(services, reference)
    _end(services, reference.person, [reference.id])
    audit.record_account(
        services,
        reference.person,
        AuditAction.SESSION_ENDED,
        outcome=AuditOutcome.REFUSED,
        session=reference.id,
        reason="refresh_token_used_twice",
    )
    raise Unauthenticated("This refresh token was used before: its session has ended.")


def renew(services: Services, reference: SessionReference) -> AccessToken:
    """Returns a new access token of the session for one that is still valid, for clients that know
    no refresh tokens. Raises Unauthenticated after the session's limits."""
    person = person_of_session(services, reference, fresh=True)
    session = _current(services, reference)
    renewed = replace(session, used_at=services.clock.now())
    # If another request was first, the session has just been used anyway.
    services.sessions.rotate(session, renewed)
    return _access(services, renewed, person)


def reissue(services: Services, reference: SessionReference, device: Device) -> LoginSession:
    """Returns new tokens of the session, because what its person may do has changed. The refresh
    token that was issued before is then a used one.

    Raises Unauthenticated if the session has ended, and Conflict if another request uses it at the
    same moment.
    """
    person = person_of_session(services, reference, fresh=True)
    session = _current(services, reference)
    rotated = _next(services, session, device)
    if not services.sessions.rotate(session, rotated):
        raise Conflict("Another request has refreshed this session: refresh your tokens.")
    return _tokens(services, rotated, person)


def logout(services: Services, session: SessionReference) -> None:
    """Ends this session within five seconds, when all caches have expired.

    A person without another open connection counts as disconnected: they get no more offers, and
    the agent-lost timer starts.
    """
    _end(services, session.person, [session.id])
    _record(services, session.person, AuditAction.LOGGED_OUT, session=session.id)
    if not services.connections.of_person(session.person):
        lost_agents.person_logged_out(services, session.person)


def of_person(services: Services, person: Person) -> list[Session]:
    """The person's sessions that have not ended, the one that was used last first."""
    found = services.sessions.of_person(person.id)
    current = [
        each for each in found if person.accepts(each.reference) and _is_live(services, each)
    ]
    return sorted(current, key=lambda each: each.used_at, reverse=True)


def end(services: Services, person: Person, session_id: str) -> None:
    """Raises NotFound."""
    if not any(each.id == session_id for each in of_person(services, person)):
        raise NotFound("You have no session with this id.")
    _end_and_record(services, person.id, [session_id])


def end_others(services: Services, person: Person, kept: SessionReference) -> None:
    others = [each.id for each in of_person(services, person) if each.id != kept.id]
    _end_and_record(services, person.id, others)


def end_all(services: Services, person: Person, by: Person) -> None:
    """Ends all sessions of the person, for the installation's owner."""
    _end_and_record(services, person.id, [each.id for each in of_person(services, person)], by.id)


def change_password(
    services: Services, session: SessionReference, current: str, new: str, device: Device
) -> LoginSession:
    """Ends all sessions of the person and begins a new one.

    Raises InvalidCredentials if `current` is wrong, RateLimited, Unauthenticated if the session has
    ended, and Conflict if it ends meanwhile.
    """
    attempt = digest("login", device.address, session.person)
    person = person_of_session(services, session, fresh=True)
    _count_password(services, attempt, person.id)
    if not services.passwords.matches(current, person.password_hash or None):
        _record(services, person.id, AuditAction.PASSWORD_CHANGED, AuditOutcome.REFUSED)
        raise InvalidCredentials("Invalid credentials")
    services.login_attempts.reset(attempt)
    after = replace_password(services, person, new, field="new")
    mail_requests.notify(services, MailKind.PASSWORD_CHANGED, person.id)
    return begin(services, after, device)


def set_password(services: Services, person: Person, new: str, device: Device) -> LoginSession:
    """Ends all sessions and begins a new one.

    Raises InvalidRequest, which names `password`, for a password that is easy to guess, and
    Conflict if the sessions have ended since `person` was read. Raises SecondFactorRequired if the
    password is set and the person must give a code, too.
    """
    after = replace_password(services, person, new)
    return begin_or_ask(services, after, device)


def replace_password(
    services: Services, person: Person, new: str, *, field: str = "password"
) -> Person:
    """Ends all sessions and returns the person as they are then. Raises InvalidRequest, which names
    `field`, for a password that is easy to guess, and Conflict if the sessions have ended since
    `person` was read."""
    password_rules.check(services.passwords, person, new, field)
    hashed = services.passwords.hash(new)
    if not services.administration.set_password(person, hashed):
        raise Conflict("Another request has ended this session: log in again.")
    _record(services, person.id, AuditAction.PASSWORD_CHANGED)
    _close_connections(services, person.id, lambda c: c.token_version <= person.token_version)
    subscriptions.remove_ended(services, person.id, person.token_version)
    version = person.token_version + 1
    return replace(person, password_hash=hashed, token_version=version)


def begin_or_ask(
    services: Services, person: Person, device: Device, *, takes_code: bool = True
) -> LoginSession:
    """Logs the person in, who has given the first factor. Raises SecondFactorRequired if they have
    a second one."""
    if second_factor.of_person(services, person.id):
        raise second_factor.required(services, person, takes_code=takes_code)
    return begin(services, person, device)


def begin(services: Services, person: Person, device: Device) -> LoginSession:
    """Logs the person in, who has proved who they are. If they must still set up a second factor,
    their tokens are good for that alone."""
    longest_unused = of_person(services, person)[MAX_SESSIONS - 1 :]
    _end(services, person.id, [each.id for each in longest_unused])
    now = services.clock.now()
    session = Session(
        id=services.random.token(),
        person=person.id,
        token_version=person.token_version,
        began_at=now,
        used_at=now,
        expires_at=now + services.session_limits.life,
        refresh_id=services.random.token(),
    )
    session = _seen(session, device)
    services.sessions.add(session)
    services.people.record_login(person.id, now, device.address)
    _record(services, person.id, AuditAction.LOGGED_IN, session=session.id)
    return _tokens(services, session, person)


def _next(services: Services, session: Session, device: Device) -> Session:
    """The session with the id of its next refresh token."""
    now, refresh_id = services.clock.now(), services.random.token()
    return replace(_seen(session, device), refresh_id=refresh_id, used_at=now)


def _seen(session: Session, device: Device) -> Session:
    return replace(session, network_address=device.address, device=device.name[:MAX_DEVICE])


def _current(services: Services, reference: SessionReference) -> Session:
    """The stored session. Raises Unauthenticated if it has ended, or was not used for too long."""
    session = services.sessions.get(reference.person, reference.id)
    if session is None or not _is_live(services, session):
        raise Unauthenticated("This token is no longer valid: its session has ended.")
    return session


def _is_live(services: Services, session: Session) -> bool:
    return services.clock.now() < _ends_at(services, session)


def _ends_at(services: Services, session: Session) -> int:
    """The time at which the session ends if it is not used again."""
    return min(session.expires_at, session.used_at + services.session_limits.idle)


def _end(services: Services, person: str, session_ids: Iterable[str]) -> None:
    """Refuses all tokens of these sessions and closes their connections."""
    ended = [*session_ids]
    if not ended:
        return
    now = services.clock.now()
    services.sessions.end(person, ended, now + ACCESS_LIFE_MS, now)
    services.directory.invalidate_cache()
    _close_connections(services, person, lambda c: c.session in ended)


def _end_and_record(
    services: Services, person: str, session_ids: list[str], by: str | None = None
) -> None:
    _end(services, person, session_ids)
    for session_id in session_ids:
        audit.record_account(services, person, AuditAction.SESSION_ENDED, by=by, session=session_id)


def _record(
    services: Services,
    person: str,
    action: AuditAction,
    outcome: AuditOutcome = AuditOutcome.DONE,
    session: str | None = None,
) -> None:
    audit.record_account(services, person, action, outcome=outcome, session=session)


def _close_connections(
    services: Services, person: str, has_ended: Callable[[SocketConnection], bool]
) -> None:
    ended = [each for each in services.connections.of_person(person) if has_ended(each)]
    push.end_connections(services, ended)


def _tokens(services: Services, session: Session, person: Person) -> LoginSession:
    ends_at = _ends_at(services, session)
    refresh = _token(services, session, "refresh", session.refresh_id, ends_at)
    return LoginSession(_access(services, session, person), refresh)


def _access(services: Services, session: Session, person: Person) -> AccessToken:
    now = services.clock.now()
    ends_at = min(now + ACCESS_LIFE_MS, session.expires_at)
    limits = {"enrol": True} if second_factor.must_enrol(services, person) else {}
    text = _token(services, session, "access", services.random.token(), ends_at, limits)
    return AccessToken(text, ends_at - now)


def _token(
    services: Services,
    session: Session,
    typ: str,
    token_id: str,
    ends_at: int,
    limits: Mapping[str, object] = NO_LIMITS,
) -> str:
    return services.tokens.issue(
        {
            "sub": session.person,
            "sid": session.id,
            "tv": session.token_version,
            "typ": typ,
            "jti": token_id,
            "iat": services.clock.now() // 1000,
            "exp": ends_at // 1000,
            **limits,
        }
    )


def _count_password(services: Services, name: str, account: str) -> None:
    """The first attempt that is refused is in the audit trail, and not all of them."""
    made = _made(services, name)
    if made == PER_ACCOUNT_AND_ADDRESS + 1:
        _record(services, account, AuditAction.LOCKED_OUT, AuditOutcome.REFUSED)
    if made > PER_ACCOUNT_AND_ADDRESS:
        raise _too_many()


def _count_attempt(services: Services, name: str, limit: int) -> None:
    if _made(services, name) > limit:
        raise _too_many()


def _made(services: Services, name: str) -> int:
    return services.login_attempts.count(name, services.clock.now(), WINDOW_MS)


def _too_many() -> RateLimited:
    return RateLimited("Too many attempts to log in.", retry_after=WINDOW_MS // 1000)
