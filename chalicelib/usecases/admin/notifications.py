"""Short messages to the members of a bot, in the console and through SNS."""

from contextlib import suppress

from msgspec.structs import replace

from chalicelib.domain.access import SUPERVISORS, Action, Caller, Role, authorize
from chalicelib.domain.errors import Conflict, IdempotencyMismatch, NotFound
from chalicelib.usecases.conversations.visibility import no_conversation
from chalicelib.usecases.ports.conversations import CommitConflict
from chalicelib.usecases.records.answers import IdempotencyKey
from chalicelib.usecases.records.notifications import Notification, NotificationKind, earliest_id
from chalicelib.usecases.services import Services


def notify(
    services: Services,
    caller: Caller,
    message: str,
    level: str,
    url: str | None = None,
    conversation_id: str | None = None,
    key: IdempotencyKey | None = None,
) -> Notification:
    """Stores the notification; the stream reader then pushes it to the agents.

    A repeated `key` returns the first notification. Raises NotFound if the bot has no such
    conversation, IdempotencyMismatch if the key was used with another request.
    """
    authorize(caller, Action.NOTIFY)
    first = _find_first(services, caller, key)
    if first:
        return first
    if conversation_id and services.conversations.head(caller.bot, conversation_id) is None:
        raise no_conversation(caller.bot, conversation_id)
    message = _masked(services, caller.bot, message)
    notification = _new(services, caller.bot, message, level, url, conversation_id)
    try:
        services.notifications.add(notification, key)
    except CommitConflict:
        return _require_first(services, caller, key)
    return notification


def notify_supervisors(
    services: Services, bot: str, message: str, *, conversation_id: str, once: str
) -> None:
    """Stores a warning by Baton itself. A second call with the same `once` does nothing."""
    warning = _new(services, bot, message, "warning", None, conversation_id)
    warning = replace(warning, for_supervisors=True)
    with suppress(CommitConflict):
        services.notifications.add(warning, IdempotencyKey("baton", once, once))


def notify_person(
    services: Services, caller: Caller, person: str, kind: NotificationKind, message: str
) -> None:
    """Stores a notification for this person alone, of whom the caller is the author."""
    told = _new(services, caller.bot, message, "info", None, None)
    told = replace(told, kind=kind, author=caller.author, for_person=person)
    services.notifications.add(told, None)


def _masked(services: Services, bot_id: str, message: str) -> str:
    bot = services.directory.bot(bot_id)
    if bot is None or not bot.settings.mask:
        return message
    from chalicelib.domain.masks import masked

    return masked(message, bot.settings.mask)


def _new(
    services: Services,
    bot: str,
    message: str,
    level: str,
    url: str | None,
    conversation_id: str | None,
) -> Notification:
    now = services.clock.now()
    return Notification(
        id=earliest_id(now) + services.random.token()[:12],
        bot=bot,
        message=message,
        level=level,
        at=now,
        url=url,
        conversation_id=conversation_id,
    )


def _require_first(services: Services, caller: Caller, key: IdempotencyKey | None) -> Notification:
    """The notification that a concurrent request with the same key has stored."""
    first = _find_first(services, caller, key)
    if first is None:
        raise Conflict("Another request with this Idempotency-Key is being processed.")
    return first


def list_notifications(
    services: Services, caller: Caller, position: str | None, limit: int
) -> tuple[list[Notification], str | None]:
    """Returns notifications, the newest first, and the position of the next page."""
    authorize(caller, Action.READ_NOTIFICATIONS)
    found = list[Notification]()
    while len(found) < limit:
        page = services.notifications.latest(caller.bot, position, limit)
        found += (each for each in page if is_for(each, caller.id, caller.role))
        if len(page) < limit:
            return found[:limit], found[limit - 1].id if len(found) > limit else None
        position = page[-1].id
    return found[:limit], found[limit - 1].id


def mark_read(services: Services, caller: Caller, notification_id: str) -> None:
    authorize(caller, Action.READ_NOTIFICATIONS)
    is_supervisor = caller.role in SUPERVISORS
    if not services.notifications.mark_read(
        caller.bot, notification_id, caller.id, is_supervisor=is_supervisor
    ):
        raise NotFound(f"The bot {caller.bot} has no notification {notification_id}.")


def is_for(notification: Notification, person: str, role: Role) -> bool:
    """True if this person, who has this role, receives the notification."""
    if notification.for_person:
        return notification.for_person == person
    return role in SUPERVISORS or not notification.for_supervisors


def _find_first(
    services: Services, caller: Caller, key: IdempotencyKey | None
) -> Notification | None:
    stored = services.notifications.find_by_key(caller.bot, key) if key else None
    if key and stored and stored[0] != key.fingerprint:
        raise IdempotencyMismatch("This Idempotency-Key came with another request before.")
    return stored[1] if stored else None
