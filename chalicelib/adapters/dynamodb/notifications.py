"""Notifications in the table."""

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.conversations.commit import KEY_LIFE
from chalicelib.adapters.dynamodb.rows import IdempotencyRow, NotificationRow
from chalicelib.adapters.dynamodb.table import Rows, Table
from chalicelib.adapters.dynamodb.transaction import Cancelled, Transaction
from chalicelib.domain.conversation.authors import Author
from chalicelib.usecases.ports.conversations import CommitConflict
from chalicelib.usecases.ports.system import Clock
from chalicelib.usecases.records.answers import IdempotencyKey
from chalicelib.usecases.records.notifications import Notification, NotificationKind, earliest_id

LIFE = 30 * 24 * 60 * 60 * 1000
"""Milliseconds."""


class DynamoNotifications:
    """Ids sort by time, so the newest notification is the last of its partition."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._rows = Rows(table, clock)

    def add(self, notification: Notification, key: IdempotencyKey | None) -> None:
        """Raises CommitConflict if the key has been used."""
        transaction = Transaction(self._rows.table)
        transaction.put(self._row(notification))
        if key:
            made = self._idempotency_row(notification, key)
            transaction.put(made, self._rows.is_absent(IdempotencyRow))
        try:
            transaction.commit_or_wait()
        except Cancelled as cancelled:
            if not _is_ours(cancelled, notification):
                raise CommitConflict from cancelled

    def find_by_key(self, bot: str, key: IdempotencyKey) -> tuple[str, Notification | None] | None:
        made = self._rows.get(IdempotencyRow, keys.idempotency(bot, key))
        if made is None:
            return None
        row = self._rows.get(NotificationRow, keys.notification(bot, made.command_id))
        return made.fingerprint, notification_of(row) if row else None

    def latest(self, bot: str, position: str | None, limit: int) -> list[Notification]:
        after = keys.notification(bot, position) if position else None
        rows, _ = self._rows.page(
            keys.bot(bot),
            NotificationRow.sk.startswith("N#"),
            limit=limit,
            backwards=True,
            after={"pk": {"S": after.pk}, "sk": {"S": after.sk}} if after else None,
        )
        return [notification_of(row) for row in rows if isinstance(row, NotificationRow)]

    def mark_handled(self, bot: str, notification_id: str) -> None:
        row = NotificationRow.at(keys.notification(bot, notification_id))
        self._rows.update(row, [NotificationRow.handled.set(True)], NotificationRow.pk.exists())

    def is_handled(self, bot: str, notification_id: str) -> bool:
        row = self._rows.get(NotificationRow, keys.notification(bot, notification_id))
        return row is not None and bool(row.handled)

    def unhandled(self, bot: str, since: int, until: int) -> list[Notification]:
        first, last = (keys.notification(bot, earliest_id(each)).sk for each in (since, until + 1))
        made_then = NotificationRow.sk.between(first, last)
        rows = self._rows.query_all(NotificationRow, keys.bot(bot), made_then)
        return [notification_of(row) for row in rows if not row.handled]

    def mark_read(
        self, bot: str, notification_id: str, person: str, *, is_supervisor: bool
    ) -> bool:
        row = NotificationRow.at(keys.notification(bot, notification_id))
        read = NotificationRow.read_by.add({person})
        for_person = NotificationRow.for_person
        may_read = NotificationRow.pk.exists()
        may_read &= for_person.does_not_exist() | (for_person == person)
        if not is_supervisor:
            may_read &= NotificationRow.for_supervisors.does_not_exist()
        return self._rows.update(row, [read], may_read)

    def _row(self, notification: Notification) -> NotificationRow:
        return NotificationRow.at(
            keys.notification(notification.bot, notification.id),
            id=notification.id,
            bot=notification.bot,
            message=notification.message,
            level=notification.level,
            at_ms=notification.at,
            url=notification.url,
            conversation_id=notification.conversation_id,
            read_by=set(notification.read_by),
            for_supervisors=notification.for_supervisors or None,
            notification_kind=notification.kind,
            author_id=notification.author.id if notification.author else None,
            author_name=notification.author.name if notification.author else None,
            for_person=notification.for_person,
            expires=self._rows.expiry(LIFE),
        )

    def _idempotency_row(self, notification: Notification, key: IdempotencyKey) -> IdempotencyRow:
        return IdempotencyRow.at(
            keys.idempotency(notification.bot, key),
            fingerprint=key.fingerprint,
            command_id=notification.id,
            expires=self._rows.expiry(KEY_LIFE),
        )


def notification_of(row: NotificationRow) -> Notification:
    return Notification(
        id=row.id,
        bot=row.bot,
        message=row.message,
        level=row.level,
        at=row.at_ms,
        url=row.url,
        conversation_id=row.conversation_id,
        read_by=frozenset(row.read_by or ()),
        for_supervisors=bool(row.for_supervisors),
        kind=_kind(row.notification_kind),
        author=Author(row.author_id, row.author_name or "") if row.author_id else None,
        for_person=row.for_person,
    )


def _kind(stored: str | None) -> NotificationKind:
    """Earlier releases stored none. One of a newer release is shown as a message."""
    known = (kind for kind in NotificationKind if kind == stored)
    return next(known, NotificationKind.MESSAGE)


def _is_ours(cancelled: Cancelled, notification: Notification) -> bool:
    """True if this very call has written the key's row, and its answer was lost."""
    stored = (failure.stored for failure in cancelled.failures)
    return any(isinstance(r, IdempotencyRow) and r.command_id == notification.id for r in stored)
