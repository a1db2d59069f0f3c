"""Authentication: from an `Authorization` header to the Caller that permissions are checked for.

Identity comes only from the verified key or token, never from a body, a query or another header. A
key with the scope `agents` may name a person: see `on_behalf.py`.
"""

import hashlib
import hmac
from collections.abc import Mapping

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.errors import EnrolmentRequired, NotFound, Unauthenticated
from chalicelib.domain.routing.members import Member
from chalicelib.usecases.records.bots import Bot, BotKey
from chalicelib.usecases.records.people import Person, SessionReference
from chalicelib.usecases.services import Services

KEY_PREFIX = "bk_"


def bearer_token(header: str | None) -> str:
    """The token of an `Authorization` header. Raises Unauthenticated, which names what is missing:
    the header, the scheme or the token."""
    if not header:
        raise Unauthenticated("Authorization header is missing", missing="header")
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated(f'Unknown scheme "{scheme[:20]}"', missing="scheme")
    if not token.strip():
        raise Unauthenticated("Authentication token is missing", missing="token")
    return token.strip()


def caller(services: Services, bot: str, header: str | None) -> Caller:
    """Raises Unauthenticated, then NotFound: without valid credentials nobody learns which bots
    exist."""
    token = bearer_token(header)
    if token.startswith(KEY_PREFIX):
        return _bot_caller(services, bot, token)
    session = session_of_token(services, token, "access")
    _require_enrolled(session)
    return caller_of_person(services, bot, session)


def caller_of_person(services: Services, bot: str, session: SessionReference) -> Caller:
    stored_bot, person, member = services.directory.bot_and_member(bot, session.person)
    if _may_be_outdated(person, session):
        found = services.directory.bot_and_member(bot, session.person, fresh=True)
        stored_bot, person, member = found
    person = require_valid(person, session)
    may_enter = stored_bot and member and not stored_bot.is_closing
    if stored_bot is None or not (may_enter or person.is_owner):
        raise bot_not_found(bot)
    return _person_caller(person, member, bot)


def session(services: Services, header: str | None, *, may_enrol: bool = False) -> SessionReference:
    """The session that calls a route that concerns no bot; `person_of_session` says whether it has
    ended. Raises Unauthenticated, also for a bot's key, and EnrolmentRequired without
    `may_enrol`."""
    token = bearer_token(header)
    if token.startswith(KEY_PREFIX):
        raise Unauthenticated("This call needs a person's token, not a bot's key: log in first.")
    found = session_of_token(services, token, "access")
    if not may_enrol:
        _require_enrolled(found)
    return found


def session_of_token(services: Services, token: str, typ: str) -> SessionReference:
    """Raises Unauthenticated. A token that belongs to no session, such as an invitation, has the
    id ""."""
    return reference_of(services.tokens.verify(token, typ))


def reference_of(claims: Mapping[str, object]) -> SessionReference:
    """The session that the claims of a verified token name. Raises Unauthenticated."""
    session_id, version = claims.get("sid", ""), claims["tv"]
    if not isinstance(session_id, str) or not isinstance(version, int):
        raise Unauthenticated("The token is not valid.")
    return SessionReference(str(claims["sub"]), session_id, version, "enrol" in claims)


def person_of_session(
    services: Services, session: SessionReference, *, fresh: bool = False
) -> Person:
    """The person, if the session has not ended. Raises Unauthenticated.

    An ended session may pass for five seconds more, but not with `fresh`; one that has just begun
    is never refused.
    """
    person = services.directory.person(session.person, fresh=fresh)
    if not fresh and _may_be_outdated(person, session):
        person = services.directory.person(session.person, fresh=True)
    return require_valid(person, session)


def require_valid(person: Person | None, session: SessionReference) -> Person:
    """The person, if the session has not ended. Raises Unauthenticated."""
    if person is None or not person.accepts(session):
        raise Unauthenticated("This token is no longer valid: its session has ended.")
    return person


def bots_served(services: Services, person: Person) -> list[str]:
    """The ids of the bots that the person may enter: all of them, if they own the installation."""
    directory = services.directory
    return directory.bot_ids() if person.is_owner else directory.bots_of_person(person.id)


def hash_secret(secret: str) -> str:
    """The stored hash of a key's secret or of a ticket.

    SHA-256 is enough: 256 random bits cannot be guessed, as a password could.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def bot_not_found(bot: str) -> NotFound:
    return NotFound(f"There is no bot {bot}.")


def _bot_caller(services: Services, bot: str, token: str) -> Caller:
    key_id, _, secret = token.removeprefix(KEY_PREFIX).partition("_")
    stored_bot, key = services.directory.bot_and_key(bot, key_id)
    if key is None or not hmac.compare_digest(key.secret_hash, hash_secret(secret)):
        raise Unauthenticated("This key is not valid.")
    return _valid_key_caller(services, bot, stored_bot, key)


def key_caller(services: Services, header: str | None) -> Caller:
    """The key that calls, in its own bot. Raises Unauthenticated."""
    token = bearer_token(header)
    key_id = token.removeprefix(KEY_PREFIX).partition("_")[0]
    _, key = services.directory.bot_and_key("", key_id)
    if not token.startswith(KEY_PREFIX) or key is None:
        raise Unauthenticated("This key is not valid.")
    return _bot_caller(services, key.bot, token)


def caller_of_key(services: Services, bot: str, key_id: str) -> Caller:
    """The caller at the other end of a connection that this key has opened. Raises Unauthenticated
    if the key was revoked or has expired, NotFound."""
    stored_bot, key = services.directory.bot_and_key(bot, key_id)
    if key is None:
        raise Unauthenticated("This key is not valid.")
    return _valid_key_caller(services, bot, stored_bot, key)


def _valid_key_caller(services: Services, bot: str, stored_bot: Bot | None, key: BotKey) -> Caller:
    if key.is_expired(services.clock.now()):
        raise Unauthenticated("This key has expired.")
    if stored_bot is None or stored_bot.is_closing or key.bot != bot:
        raise bot_not_found(bot)
    return _key_caller(stored_bot, key)


def _key_caller(bot: Bot, key: BotKey) -> Caller:
    return Caller(id=key.id, name=bot.name, role=Role.BOT, bot=bot.id, scopes=key.scopes)


def _require_enrolled(session: SessionReference) -> None:
    if session.must_enrol:
        raise EnrolmentRequired("Set up a second factor first: this installation requires one.")


def _may_be_outdated(cached: Person | None, session: SessionReference) -> bool:
    """True if the cached person refuses a session that the stored one may accept: they have just
    set a password, or have been enabled again."""
    if cached is None:
        return False
    return session.token_version > cached.token_version or cached.disabled


def _person_caller(person: Person, member: Member | None, bot: str) -> Caller:
    if member is None:
        return Caller(person.id, person.name, Role.OWNER, bot)
    return Caller(person.id, person.name, member.role, bot, member.queues, capacity=member.capacity)
