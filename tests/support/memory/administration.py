"""The administration of a bot, in memory."""

from msgspec.structs import replace

from chalicelib.domain.routing.members import Member
from chalicelib.domain.search.saved_views import SavedView
from chalicelib.usecases.records.answers import IdempotencyKey, StoredAnswer
from chalicelib.usecases.records.audit import AuditEvent
from chalicelib.usecases.records.bots import Bot, BotKey, CannedReply
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.records.webhooks import CHANNEL, Webhook
from tests.support.memory.conversations import KEY_LIFE
from tests.support.memory.table import KeptAnswer, MemoryTable, Now


class MemoryAdministration:
    def __init__(self, table: MemoryTable, clock: Now | None = None) -> None:
        self._table = table
        self._clock = clock

    def keys(self, bot: str) -> list[BotKey]:
        with self._table.lock:
            return [key for key in self._table.keys.values() if key.bot == bot]

    def key(self, bot: str, key_id: str) -> BotKey | None:
        key = self._table.keys.get(key_id)
        return key if key and key.bot == bot else None

    def rotate_key(
        self, old: BotKey, ends_at: int, new: BotKey, event: AuditEvent | None = None
    ) -> bool:
        with self._table.lock:
            known = self.key(old.bot, old.id)
            if known:
                self._table.keys[old.id] = replace(known, expires_at=ends_at)
                self._table.keys[new.id] = new
                self._table.add_event(event)
            return known is not None

    def delete_key(self, bot: str, key_id: str, event: AuditEvent | None = None) -> bool:
        with self._table.lock:
            known = self.key(bot, key_id)
            if known:
                del self._table.keys[key_id]
                self._table.add_event(event)
            return known is not None

    def webhook(self, bot: str, webhook: str = CHANNEL) -> Webhook | None:
        found = self._table.bots.get(bot)
        return found.webhook_of(webhook) if found else None

    def webhooks(self, bot: str) -> list[Webhook]:
        found = self._table.bots.get(bot)
        return list(found.webhooks) if found else []

    def update_webhook(self, bot: str, old: Webhook | None, new: Webhook | None) -> bool:
        with self._table.lock:
            found, named = self._table.bots.get(bot), new or old
            if old == new or named is None:
                return True
            off = found.webhook_of(named.id) if found else None
            if found is None or _fixed(off) != _fixed(old):
                return False
            if new and old and off and new.disabled_reason == old.disabled_reason:
                new = replace(new, disabled_reason=off.disabled_reason, disabled_at=off.disabled_at)
            self._table.bots[bot] = with_webhook(found, off, new)
            return True

    def canned_replies(self, bot: str, person: str | None = None) -> list[CannedReply]:
        with self._table.lock:
            stored = self._table.replies.items()
            return [reply for (of, whose, _), reply in stored if (of, whose) == (bot, person)]

    def put_canned_reply(self, bot: str, reply: CannedReply, person: str | None = None) -> None:
        with self._table.lock:
            self._table.replies[bot, person, reply.name] = reply

    def delete_canned_reply(self, bot: str, name: str, person: str | None = None) -> None:
        with self._table.lock:
            self._table.replies.pop((bot, person, name), None)

    def delete_own_replies(self, bot: str, person: str | None) -> None:
        with self._table.lock:
            for of, whose, name in list(self._table.replies):
                if of == bot and whose and person in (None, whose):
                    del self._table.replies[of, whose, name]

    def saved_views(self, bot: str | None, person: str | None) -> list[SavedView]:
        with self._table.lock:
            return list(self._table.views.get((bot, person), {}).values())

    def put_saved_view(self, bot: str | None, person: str | None, view: SavedView) -> None:
        with self._table.lock:
            self._table.views.setdefault((bot, person), {})[view.name] = view

    def delete_saved_view(self, bot: str | None, person: str | None, name: str) -> None:
        with self._table.lock:
            self._table.views.get((bot, person), {}).pop(name, None)

    def create_bot(self, bot: Bot, event: AuditEvent | None = None) -> bool:
        with self._table.lock:
            if bot.id in self._table.removed_bots:
                return False
            is_new = bot.id not in self._table.bots
            self._table.bots.setdefault(bot.id, bot)
            self._table.add_event(event if is_new else None)
            return is_new

    def rename_bot(self, bot: str, name: str) -> bool:
        with self._table.lock:
            found = self._table.bots.get(bot)
            if found:
                self._table.bots[bot] = replace(found, name=name)
            return found is not None

    def set_closing(self, bot: str, is_closing: bool) -> None:
        with self._table.lock:
            if found := self._table.bots.get(bot):
                self._table.bots[bot] = replace(found, is_closing=is_closing)

    def delete_bot(self, bot: str, event: AuditEvent | None = None) -> None:
        with self._table.lock:
            self._table.bots.pop(bot, None)
            self._table.add_event(event)
            self._table.removed_bots.add(bot)

    def create_person(self, person: Person) -> bool:
        with self._table.lock:
            known = self._table.people.setdefault(person.id, person)
            return known == person

    def set_password(self, person: Person, password_hash: str) -> bool:
        version = person.token_version + 1
        with self._table.lock:
            known = self._table.people.get(person.id)
            if known and known.token_version == person.token_version:
                known = replace(known, password_hash=password_hash, token_version=version)
                self._table.people[person.id] = known
            is_ours = known and known.token_version == version
            return bool(is_ours and known and known.password_hash == password_hash)

    def update_member(self, bot: str, member: Member) -> bool:
        with self._table.lock:
            known = self._table.members.get(bot, {}).get(member.person)
            if known is None:
                return False
            self._table.members[bot][member.person] = replace(
                known, role=member.role, queues=member.queues, capacity=member.capacity
            )
            return True

    def remove_member(self, bot: str, person: str, event: AuditEvent | None = None) -> bool:
        with self._table.lock:
            removed = self._table.members.get(bot, {}).pop(person, None) is not None
            self._table.add_event(event if removed else None)
            return removed

    def open_conversations(self, bot: str, person: str) -> int:
        with self._table.lock:
            return self._table.open_count(bot, person)

    def stored_response(self, bot: str, key: IdempotencyKey) -> tuple[str, str | None] | None:
        with self._table.lock:
            place = (bot, key.caller, key.key)
            kept = self._table.answers.get(place)
            if kept is None or (self._clock and kept.expires_at <= self._clock.now()):
                return None
            return kept.known.fingerprint, self._table.replies_kept.get(place)

    def store_response(self, bot: str, key: IdempotencyKey, reply: str) -> None:
        with self._table.lock:
            if self.stored_response(bot, key) is None:
                now = self._clock.now() if self._clock else 0
                place, known = (bot, key.caller, key.key), StoredAnswer(key.fingerprint, None)
                self._table.answers[place] = KeptAnswer(known, "", now + KEY_LIFE)
                self._table.replies_kept[place] = reply


def with_webhook(bot: Bot, old: Webhook | None, new: Webhook | None) -> Bot:
    """The bot with this webhook instead of `old`; None stands for an absent one."""
    named = new or old
    if named is None or named.is_channel:
        return replace(bot, webhook=new)
    if old is None:
        others = (*bot.other_webhooks, new)
    else:
        others = tuple(new if each.id == named.id else each for each in bot.other_webhooks)
    return replace(bot, other_webhooks=tuple(each for each in others if each))


def _fixed(webhook: Webhook | None) -> tuple[object, ...]:
    return (webhook.url, webhook.secrets) if webhook else ()
