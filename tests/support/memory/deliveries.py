"""Notifications, and how far each log has been delivered, in memory."""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from chalicelib.usecases.ports.conversations import CommitConflict
from chalicelib.usecases.records.answers import IdempotencyKey, StoredAnswer
from chalicelib.usecases.records.notifications import Notification
from chalicelib.usecases.records.webhooks import (
    CHANNEL,
    DeliveryAttempt,
    DeliveryCursor,
    Progress,
    SweepPosition,
)
from tests.support.clock import ManualClock
from tests.support.memory.administration import with_webhook
from tests.support.memory.conversations import KEY_LIFE
from tests.support.memory.table import CallerKey, KeptAnswer, MemoryTable, Now

IN_FLIGHT = 5
"""Deliveries per webhook at one time."""


class MemoryNotifications:
    def __init__(self, table: MemoryTable, clock: Now | None = None) -> None:
        self._table = table
        self._clock = clock or ManualClock()

    def add(self, notification: Notification, key: IdempotencyKey | None) -> None:
        """Raises CommitConflict if the key has been used."""
        bot = notification.bot
        with self._table.lock:
            if key and self._kept(bot, key):
                raise CommitConflict
            self._table.notifications.setdefault(bot, {})[notification.id] = notification
            if key:
                expires_at = self._clock.now() + KEY_LIFE
                known = StoredAnswer(key.fingerprint, None)
                kept = KeptAnswer(known, notification.id, expires_at)
                self._table.answers[_name(bot, key)] = kept

    def find_by_key(self, bot: str, key: IdempotencyKey) -> tuple[str, Notification | None] | None:
        with self._table.lock:
            kept = self._kept(bot, key)
            if kept is None:
                return None
            made = self._table.notifications.get(bot, {})
            return kept.known.fingerprint, made.get(kept.command_id)

    def latest(self, bot: str, position: str | None, limit: int) -> list[Notification]:
        with self._table.lock:
            made = self._table.notifications.get(bot, {})
            newest = sorted(made.values(), key=lambda n: (n.at, n.id), reverse=True)
            after = made.get(position) if position else None
        if after:
            newest = [n for n in newest if (n.at, n.id) < (after.at, after.id)]
        return newest[:limit]

    def mark_handled(self, bot: str, notification_id: str) -> None:
        with self._table.lock:
            self._table.handled_notifications.add((bot, notification_id))

    def is_handled(self, bot: str, notification_id: str) -> bool:
        with self._table.lock:
            return (bot, notification_id) in self._table.handled_notifications

    def unhandled(self, bot: str, since: int, until: int) -> list[Notification]:
        with self._table.lock:
            made = sorted(self._table.notifications.get(bot, {}).values(), key=lambda n: n.id)
        return [n for n in made if since <= n.at <= until and not self.is_handled(bot, n.id)]

    def mark_read(
        self, bot: str, notification_id: str, person: str, *, is_supervisor: bool
    ) -> bool:
        with self._table.lock:
            made = self._table.notifications.get(bot, {})
            stored = made.get(notification_id)
            if stored is None or stored.for_person not in (None, person):
                return False
            if stored.for_supervisors and not is_supervisor:
                return False
            made[notification_id] = replace(stored, read_by=stored.read_by | {person})
            return True

    def _kept(self, bot: str, key: IdempotencyKey) -> KeptAnswer | None:
        kept = self._table.answers.get(_name(bot, key))
        return kept if kept and kept.expires_at > self._clock.now() else None


class MemoryDeliveries:
    def __init__(self, table: MemoryTable, clock: Now | None = None) -> None:
        self._table = table

    def cursor(self, bot: str, conversation_id: str, webhook: str = CHANNEL) -> DeliveryCursor:
        return self._table.cursors.get((bot, conversation_id, webhook), DeliveryCursor())

    def advance_cursor(
        self,
        bot: str,
        conversation_id: str,
        old: DeliveryCursor,
        new: DeliveryCursor,
        webhook: str = CHANNEL,
    ) -> bool:
        with self._table.lock:
            if self.cursor(bot, conversation_id, webhook) != old:
                return False
            self._table.cursors[bot, conversation_id, webhook] = new
            return True

    def acquire_slot(
        self, bot: str, now: int, lease: int, webhook: str = CHANNEL, *, spare: int = 0
    ) -> int | None:
        with self._table.lock:
            for slot in range(IN_FLIGHT - spare):
                place = (bot, webhook, slot)
                if not now < self._table.slots.get(place, 0) <= now + 2 * lease:
                    self._table.slots[place] = now + lease
                    return slot
            return None

    def release_slot(self, bot: str, slot: int, webhook: str = CHANNEL) -> None:
        with self._table.lock:
            self._table.slots.pop((bot, webhook, slot), None)

    def mark_queued(self, bot: str, conversation_id: str, seq: int, webhook: str) -> None:
        with self._table.lock:
            place = (bot, conversation_id, webhook)
            handled, known = self._table.handled.get(place, (0, 0))
            self._table.handled[place] = (handled, max(known, seq))

    def mark_gone(
        self, bot: str, conversation_id: str, seq: int, at: int, webhook: str = CHANNEL
    ) -> None:
        with self._table.lock:
            self._table.gone[bot, conversation_id, webhook] = (seq, at)

    def mark_handled(
        self, bot: str, conversation_id: str, previous: int, seq: int, queued: int | None
    ) -> bool:
        with self._table.lock:
            place = (bot, conversation_id, CHANNEL)
            handled, known = self._table.handled.get(place, (0, 0))
            follows = previous <= handled < seq
            if follows:
                self._table.handled[place] = (seq, known if queued is None else queued)
            return follows

    def progress(
        self, bot: str, conversation_ids: Iterable[str], webhook: str = CHANNEL
    ) -> Mapping[str, Progress]:
        with self._table.lock:
            return {
                each: Progress(
                    self.cursor(bot, each, webhook),
                    *self._table.handled.get((bot, each, webhook), (0, 0)),
                    *self._table.gone.get((bot, each, webhook), (0, 0)),
                )
                for each in conversation_ids
            }

    def sweep_position(self) -> SweepPosition:
        return self._table.sweep

    def move_sweep(self, old: SweepPosition, new: SweepPosition) -> bool:
        with self._table.lock:
            unmoved = self._table.sweep == old
            if unmoved:
                self._table.sweep = new
            return unmoved

    def record_attempt(self, delivery: DeliveryAttempt) -> None:
        with self._table.lock:
            self._table.deliveries[delivery.bot, delivery.id] = delivery

    def latest_attempts(
        self, bot: str, position: str | None, limit: int
    ) -> tuple[list[DeliveryAttempt], str | None]:
        with self._table.lock:
            mine = [each for each in self._table.deliveries.values() if each.bot == bot]
        newest = sorted(mine, key=_order, reverse=True)
        after = next((_order(each) for each in newest if each.id == position), None)
        found = [each for each in newest if after is None or _order(each) < after]
        more = len(found) > limit
        return found[:limit], found[limit - 1].id if more else None

    def attempt(self, bot: str, delivery_id: str) -> DeliveryAttempt | None:
        return self._table.deliveries.get((bot, delivery_id))

    def disable_webhook(self, bot: str, reason: str, now: int, webhook: str = CHANNEL) -> None:
        with self._table.lock:
            found = self._table.bots.get(bot)
            known = found.webhook_of(webhook) if found else None
            if found and known and known.is_enabled:
                off = replace(known, disabled_reason=reason, disabled_at=now)
                self._table.bots[bot] = with_webhook(found, known, off)


def _order(delivery: DeliveryAttempt) -> tuple[int, str]:
    webhook = "" if delivery.webhook == CHANNEL else f"#{delivery.webhook}"
    place = f"{delivery.conversation_id}#{delivery.seq}#{delivery.attempt}"
    return delivery.at, place + webhook


def _name(bot: str, key: IdempotencyKey) -> CallerKey:
    return bot, key.caller, key.key
