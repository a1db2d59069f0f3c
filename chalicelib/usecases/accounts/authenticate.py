"""Authentication: from an `Authorization` header to the Caller that permissions are checked for.

Identity comes only from the verified key or token, never from a body, a query or another header.
"""

import hashlib
import hmac

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.errors import NotFound, Unauthenticated
from chalicelib.domain.routing.members import Member
from chalicelib.usecases.records.bots import Bot, BotKey
from chalicelib.usecases.records.people import Person
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
    claims = services.tokens.verify(token, "access")
    return caller_of_person(services, bot, str(claims["sub"]), claims["tv"])


def caller_of_person(services: Services, bot: str, person_id: str, version: object) -> Caller:
    stored_bot, person, member = services.directory.bot_and_member(bot, person_id)
    if _may_be_outdated(person, version):
        stored_bot, person, member = services.directory.bot_and_member(bot, person_id, fresh=True)
    person = _require_valid(person, version)
    may_enter = stored_bot and member and not stored_bot.is_closing
    if stored_bot is None or not (may_enter or person.is_owner):
        raise bot_not_found(bot)
    return _person_caller(person, member, bot)


def person(services: Services, header: str | None) -> Person:
    """The person who calls a route that concerns no bot. Raises Unauthenticated, also for a bot's
    key."""
    token = bearer_token(header)
    if token.startswith(KEY_PREFIX):
        raise Unauthenticated("This call needs a person's token, not a bot's key: log in first.")
    claims = services.tokens.verify(token, "access")
    return person_of_session(services, str(claims["sub"]), claims["tv"])


def person_of_token(services: Services, token: str, typ: str) -> Person:
    """The person of a token that gives more than one access: it is compared with the table.

    Raises Unauthenticated.
    """
    claims = services.tokens.verify(token, typ)
    person = services.directory.person(str(claims["sub"]), fresh=True)
    return _require_valid(person, claims["tv"])


def person_of_session(
    services: Services, person_id: str, version: object, *, fresh: bool = False
) -> Person:
    """The person, if their sessions of this token version have not ended. Raises Unauthenticated.

    An ended session may pass for five seconds more, unless `fresh`; one that has just begun is
    never refused.
    """
    person = services.directory.person(person_id, fresh=fresh)
    if _may_be_outdated(person, version):
        person = services.directory.person(person_id, fresh=True)
    return _require_valid(person, version)


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
    if key.is_expired(services.clock.now()):
        raise Unauthenticated("This key has expired.")
    if stored_bot is None or stored_bot.is_closing or key.bot != bot:
        raise bot_not_found(bot)
    return _key_caller(stored_bot, key)


def _key_caller(bot: Bot, key: BotKey) -> Caller:
    return Caller(id=key.id, name=bot.name, role=Role.BOT, bot=bot.id, scopes=key.scopes)


def _may_be_outdated(cached: Person | None, version: object) -> bool:
    """True if the cached person refuses a token that the stored one may accept: they have just set
    a password, or have been enabled again."""
    if cached is None or not isinstance(version, int):
        return False
    return version > cached.token_version or cached.disabled


def _require_valid(person: Person | None, version: object) -> Person:
    if person is None or person.disabled or person.token_version != version:
        raise Unauthenticated("This token is no longer valid: its session has ended.")
    return person


def _person_caller(person: Person, member: Member | None, bot: str) -> Caller:
    if member is None:
        return Caller(person.id, person.name, Role.OWNER, bot)
    return Caller(person.id, person.name, member.role, bot, member.queues, capacity=member.capacity)
