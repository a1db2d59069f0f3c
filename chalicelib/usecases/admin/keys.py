"""The API keys of a bot: create, rotate, revoke. A secret is returned once and only its hash is
stored."""

from collections.abc import Iterable

from msgspec.structs import replace

from chalicelib.domain.access import Action, Caller, Scope, authorize
from chalicelib.domain.address import digest
from chalicelib.domain.errors import Conflict, NotFound, invalid_field
from chalicelib.usecases.accounts.authenticate import KEY_PREFIX, hash_secret
from chalicelib.usecases.admin import audit
from chalicelib.usecases.live import push
from chalicelib.usecases.records.audit import AuditAction
from chalicelib.usecases.records.bots import BotKey
from chalicelib.usecases.services import Services
from chalicelib.usecases.views import LAST_MOMENT

ID_LENGTH = 16
"""Base32 characters, which is 80 random bits. An id is not secret. It must not contain an
underscore, which separates it from the secret."""


def list_keys(services: Services, caller: Caller) -> list[BotKey]:
    """All keys of the bot, the newest first."""
    authorize(caller, Action.CONFIGURE)
    stored = services.administration.keys(caller.bot)
    return sorted(stored, key=lambda key: (-(key.created_at or 0), key.id))


def create(
    services: Services,
    caller: Caller,
    name: str | None,
    scopes: Iterable[Scope],
    expires_at: int | None,
) -> tuple[BotKey, str]:
    """Returns the key and its token, which cannot be read again.

    Raises InvalidRequest if `expires_at` is in the past, or not before the year 10000.
    """
    authorize(caller, Action.CONFIGURE)
    _require_future(services, expires_at)
    key, token = _new(services, BotKey("", caller.bot, "", frozenset(scopes), expires_at, name))
    facts = {"key_id": key.id, "scopes": sorted(key.scopes)}
    event = audit.event(services, caller, AuditAction.KEY_CREATED, **facts)
    services.directory.put_key(key, event)
    audit.log_event(caller, AuditAction.KEY_CREATED, **facts)
    return key, token


def rotate(
    services: Services, caller: Caller, key_id: str, overlap: int, expires_at: int | None
) -> tuple[BotKey, str, int]:
    """Returns a new key with the same name and scopes, its token, and when the old key expires.

    The old key stays valid for `overlap` milliseconds, or until its own expiry if that is sooner.
    Raises NotFound; Conflict if the old key has expired; InvalidRequest as `create`.
    """
    authorize(caller, Action.CONFIGURE)
    _require_future(services, expires_at)
    now, old = services.clock.now(), services.administration.key(caller.bot, key_id)
    if old is None:
        raise _not_found(caller.bot, key_id)
    if old.is_expired(now):
        raise Conflict(f"The key {key_id} has expired: create a new one.")
    ends_at = now + overlap
    if old.expires_at is not None:
        ends_at = min(ends_at, old.expires_at)
    new, token = _new(services, replace(old, expires_at=expires_at))
    facts = {"key_id": key_id, "new_key_id": new.id}
    event = audit.event(services, caller, AuditAction.KEY_ROTATED, **facts)
    if not services.administration.rotate_key(old, ends_at, new, event):
        raise _not_found(caller.bot, key_id)
    audit.log_event(caller, AuditAction.KEY_ROTATED, **facts)
    return new, token, ends_at


def revoke(services: Services, caller: Caller, key_id: str) -> None:
    """The key is refused within five seconds, when all caches have expired. Its connections are
    closed. Raises NotFound."""
    authorize(caller, Action.CONFIGURE)
    event = audit.event(services, caller, AuditAction.KEY_REVOKED, key_id=key_id)
    if not services.administration.delete_key(caller.bot, key_id, event):
        raise _not_found(caller.bot, key_id)
    audit.log_event(caller, AuditAction.KEY_REVOKED, key_id=key_id)
    opened = [each for each in services.connections.of_bot(caller.bot) if each.key == key_id]
    push.end_connections(services, opened)


def _new(services: Services, template: BotKey) -> tuple[BotKey, str]:
    key_id = digest(services.random.token())[:ID_LENGTH]
    secret = services.random.token()
    now = services.clock.now()
    key = replace(template, id=key_id, secret_hash=hash_secret(secret), created_at=now)
    return key, f"{KEY_PREFIX}{key_id}_{secret}"


def _require_future(services: Services, expires_at: int | None) -> None:
    if expires_at is not None and expires_at <= services.clock.now():
        raise invalid_field("expires_at", "must be in the future")
    if expires_at is not None and expires_at > LAST_MOMENT:
        raise invalid_field("expires_at", "must be before the year 10000 in UTC")


def _not_found(bot: str, key_id: str) -> NotFound:
    return NotFound(f"The bot {bot} has no key {key_id}.")
