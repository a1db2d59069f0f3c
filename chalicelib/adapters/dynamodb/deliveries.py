"""Delivery cursors, concurrent delivery slots and delivery attempts in the table."""

from collections.abc import Iterable, Mapping

import msgspec

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.directory.webhooks import disable_other
from chalicelib.adapters.dynamodb.rows import BotRow, CursorRow, RecordRow, SlotRow
from chalicelib.adapters.dynamodb.table import Rows, Table, row_at
from chalicelib.usecases.ports.system import Clock
from chalicelib.usecases.records.webhooks import (
    CHANNEL,
    DeliveryAttempt,
    DeliveryCursor,
    DeliveryId,
    Progress,
    SweepPosition,
)

IN_FLIGHT = 5
"""Concurrent deliveries per webhook, so that a slow server delays no other webhook and no other
bot."""
LOG_LIFE = 30 * 24 * 60 * 60 * 1000
"""Milliseconds."""


class DynamoDeliveries:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._rows = Rows(table, clock)

    def cursor(self, bot: str, conversation_id: str, webhook: str = CHANNEL) -> DeliveryCursor:
        return _cursor_of(self._rows.get(CursorRow, keys.cursor(bot, conversation_id, webhook)))

    def advance_cursor(
        self,
        bot: str,
        conversation_id: str,
        old: DeliveryCursor,
        new: DeliveryCursor,
        webhook: str = CHANNEL,
    ) -> bool:
        row = CursorRow.at(keys.cursor(bot, conversation_id, webhook))
        unmoved = (CursorRow.seq == old.seq) & (CursorRow.attempts == old.attempts)
        if old == DeliveryCursor():
            unmoved = CursorRow.seq.does_not_exist() | unmoved
        moved = [CursorRow.seq.set(new.seq), CursorRow.attempts.set(new.attempts)]
        return self._rows.update(row, moved, unmoved)

    def mark_handled(
        self, bot: str, conversation_id: str, previous: int, seq: int, queued: int | None
    ) -> bool:
        row = CursorRow.at(keys.cursor(bot, conversation_id))
        marks = [CursorRow.handled.set(seq)]
        if queued is not None:
            marks.append(CursorRow.queued.set(queued))
        follows = (CursorRow.handled >= previous) & (CursorRow.handled < seq)
        if previous == 0:
            follows = CursorRow.handled.does_not_exist() | follows
        return self._rows.update(row, marks, follows)

    def mark_queued(self, bot: str, conversation_id: str, seq: int, webhook: str) -> None:
        row = CursorRow.at(keys.cursor(bot, conversation_id, webhook))
        is_later = CursorRow.queued.does_not_exist() | (CursorRow.queued < seq)
        self._rows.update(row, [CursorRow.queued.set(seq)], is_later)

    def mark_gone(
        self, bot: str, conversation_id: str, seq: int, at: int, webhook: str = CHANNEL
    ) -> None:
        row = CursorRow.at(keys.cursor(bot, conversation_id, webhook))
        self._rows.update(row, [CursorRow.gone.set(seq), CursorRow.gone_at.set(at)])

    def progress(
        self, bot: str, conversation_ids: Iterable[str], webhook: str = CHANNEL
    ) -> Mapping[str, Progress]:
        places = {each: keys.cursor(bot, each, webhook) for each in conversation_ids}
        found = self._rows.get_all(places.values())
        rows = {each: row_at(found, CursorRow, place) for each, place in places.items()}
        return {each: _progress_of(row) for each, row in rows.items()}

    def sweep_position(self) -> SweepPosition:
        row = self._rows.get(RecordRow, keys.SWEEP)
        return msgspec.json.decode(row.record, type=SweepPosition) if row else SweepPosition()

    def move_sweep(self, old: SweepPosition, new: SweepPosition) -> bool:
        stored, record = (msgspec.json.encode(each).decode() for each in (old, new))
        unmoved = RecordRow.record == stored
        if old == SweepPosition():
            unmoved = RecordRow.pk.does_not_exist() | unmoved
        return self._rows.put(RecordRow.at(keys.SWEEP, record=record), unmoved)

    def acquire_slot(
        self, bot: str, now: int, lease: int, webhook: str = CHANNEL, *, spare: int = 0
    ) -> int | None:
        rows = self._rows.query_all(SlotRow, keys.slots(bot, webhook), None)
        held = {row.slot for row in rows if now < row.until <= now + 2 * lease}
        for slot in range(IN_FLIGHT - spare):
            if slot not in held and self._lease(keys.slot(bot, slot, webhook), slot, now, lease):
                return slot
        return None

    def release_slot(self, bot: str, slot: int, webhook: str = CHANNEL) -> None:
        self._rows.delete([keys.slot(bot, slot, webhook)])

    def latest_attempts(
        self, bot: str, position: str | None, limit: int
    ) -> tuple[list[DeliveryAttempt], str | None]:
        after = _key(bot, position) if position else None
        rows, more = self._rows.page(
            keys.deliveries(bot),
            None,
            limit=limit,
            backwards=True,
            after={"pk": {"S": after.pk}, "sk": {"S": after.sk}} if after else None,
        )
        found = [_delivery_of(row) for row in rows if isinstance(row, RecordRow)]
        return found, found[-1].id if found and more else None

    def attempt(self, bot: str, delivery_id: str) -> DeliveryAttempt | None:
        key = _key(bot, delivery_id)
        row = self._rows.get(RecordRow, key) if key else None
        return _delivery_of(row) if row else None

    def record_attempt(self, delivery: DeliveryAttempt) -> None:
        place = DeliveryId(
            delivery.at,
            delivery.conversation_id,
            delivery.seq,
            delivery.attempt,
            delivery.webhook,
        )
        key = keys.delivery(delivery.bot, place)
        text = msgspec.json.encode(delivery).decode()
        self._rows.put(RecordRow.at(key, record=text, expires=self._rows.expiry(LOG_LIFE)))

    def disable_webhook(self, bot: str, reason: str, now: int, webhook: str = CHANNEL) -> None:
        if webhook != CHANNEL:
            return disable_other(self._rows, bot, webhook, reason, now)
        row = BotRow.at(keys.bot_row(bot))
        is_enabled = BotRow.url.exists() & BotRow.off.does_not_exist()
        self._rows.update(row, [BotRow.off.set(reason), BotRow.off_at.set(now)], is_enabled)
        return None

    def _lease(self, key: keys.RowKey, slot: int, now: int, lease: int) -> bool:
        until = now + lease
        row = SlotRow.at(key, slot=slot, until=until, expires=until // 1000 + 1)
        # No lease is so long: the clock has been set back since then.
        is_lost = SlotRow.until > now + 2 * lease
        is_free = SlotRow.pk.does_not_exist() | (SlotRow.until <= now) | is_lost
        return self._rows.put(row, is_free)


def _cursor_of(row: CursorRow | None) -> DeliveryCursor:
    return DeliveryCursor(row.seq or 0, row.attempts or 0) if row else DeliveryCursor()


def _progress_of(row: CursorRow | None) -> Progress:
    if row is None:
        return Progress()
    return Progress(
        cursor=_cursor_of(row),
        handled=row.handled or 0,
        queued=row.queued or 0,
        gone=row.gone or 0,
        gone_at=row.gone_at or 0,
    )


def _key(bot: str, delivery_id: str) -> keys.RowKey | None:
    place = DeliveryId.parse(delivery_id)
    return keys.delivery(bot, place) if place else None


def _delivery_of(row: RecordRow) -> DeliveryAttempt:
    return msgspec.json.decode(row.record, type=DeliveryAttempt)
