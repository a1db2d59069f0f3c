"""Administration in the table."""

from contextlib import suppress

import msgspec
from msgspec.structs import replace
from pynamodb.expressions.condition import Condition

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.audit import add_event
from chalicelib.adapters.dynamodb.conversations.commit import KEY_LIFE
from chalicelib.adapters.dynamodb.directory.bot_keys import key_of, key_pointer, key_row
from chalicelib.adapters.dynamodb.directory.bots import bot_of, bot_pointer, bot_row, tombstone
from chalicelib.adapters.dynamodb.directory.people import (
    person_key,
    person_of,
    person_pointer,
    person_row,
)
from chalicelib.adapters.dynamodb.directory.webhooks import (
    update_other,
    webhook_attributes,
    webhook_changes,
)
from chalicelib.adapters.dynamodb.rows import (
    BotRow,
    IdempotencyRow,
    KeyRow,
    LoadRow,
    MemberRow,
    PersonRow,
    PointerRow,
    RecordRow,
)
from chalicelib.adapters.dynamodb.table import Rows, Table
from chalicelib.adapters.dynamodb.transaction import Cancelled, Transaction
from chalicelib.domain.routing.members import Member
from chalicelib.domain.search.saved_views import SavedView
from chalicelib.usecases.ports.system import Clock
from chalicelib.usecases.records.answers import IdempotencyKey
from chalicelib.usecases.records.audit import AuditEvent
from chalicelib.usecases.records.bots import Bot, BotKey, CannedReply
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.records.webhooks import CHANNEL, Webhook


class DynamoAdministration:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._rows = Rows(table, clock)

    def keys(self, bot: str) -> list[BotKey]:
        pointers = self._rows.query_all(PointerRow, keys.bot(bot), PointerRow.sk.startswith("KEY#"))
        rows = self._rows.get_all(keys.key(pointer.id) for pointer in pointers).values()
        return [key_of(row) for row in rows if isinstance(row, KeyRow)]

    def key(self, bot: str, key_id: str) -> BotKey | None:
        row = self._rows.get(KeyRow, keys.key(key_id))
        return key_of(row) if row and row.bot == bot else None

    def rotate_key(
        self, old: BotKey, ends_at: int, new: BotKey, event: AuditEvent | None = None
    ) -> bool:
        # A retry by the SDK or by the admin is harmless: each write only sets values.
        transaction = Transaction(self._rows.table)
        transaction.put(key_row(new))
        transaction.put(key_pointer(new.bot, new.id))
        add_event(transaction, self._rows, event)
        ending = KeyRow.at(keys.key(old.id))
        transaction.update(ending, [KeyRow.ends_at.set(ends_at)], KeyRow.bot == old.bot)
        try:
            transaction.commit_or_wait()
        except Cancelled:
            return False
        return True

    def delete_key(self, bot: str, key_id: str, event: AuditEvent | None = None) -> bool:
        if self.key(bot, key_id) is None:
            return False
        transaction = Transaction(self._rows.table)
        transaction.delete(KeyRow.at(keys.key(key_id)))
        transaction.delete(key_pointer(bot, key_id))
        add_event(transaction, self._rows, event)
        transaction.commit_or_wait()
        return True

    def webhook(self, bot: str, webhook: str = CHANNEL) -> Webhook | None:
        found = bot_of(self._rows.get(BotRow, keys.bot_row(bot)))
        return found.webhook_of(webhook) if found else None

    def webhooks(self, bot: str) -> list[Webhook]:
        found = bot_of(self._rows.get(BotRow, keys.bot_row(bot)))
        return list(found.webhooks) if found else []

    def update_webhook(self, bot: str, old: Webhook | None, new: Webhook | None) -> bool:
        if any(each and not each.is_channel for each in (old, new)):
            return update_other(self._rows, bot, old, new)
        changes = webhook_changes(old, new)
        row = BotRow.at(keys.bot_row(bot))
        if not changes or self._rows.update(row, changes, _is_as_read(old)):
            return True
        # Our own write may have succeeded although its answer was lost.
        return new is not None and self.webhook(bot) == new

    def canned_replies(self, bot: str, person: str | None = None) -> list[CannedReply]:
        prefix = RecordRow.sk.startswith(keys.replies(person))
        rows = self._rows.query_all(RecordRow, keys.bot(bot), prefix)
        return [msgspec.json.decode(row.record, type=CannedReply) for row in rows]

    def put_canned_reply(self, bot: str, reply: CannedReply, person: str | None = None) -> None:
        record = msgspec.json.encode(reply).decode()
        self._rows.put(RecordRow.at(keys.reply(bot, reply.name, person), record=record))

    def delete_canned_reply(self, bot: str, name: str, person: str | None = None) -> None:
        self._rows.delete([keys.reply(bot, name, person)])

    def delete_own_replies(self, bot: str, person: str | None) -> None:
        of_person = RecordRow.sk.startswith(keys.replies(person) if person else keys.OWN_REPLIES)
        rows = self._rows.query_all(RecordRow, keys.bot(bot), of_person)
        self._rows.delete([row.key for row in rows])

    def saved_views(self, bot: str | None, person: str | None) -> list[SavedView]:
        of_owner = RecordRow.sk.startswith(keys.VIEWS)
        rows = self._rows.query_all(RecordRow, keys.view_owner(bot, person), of_owner)
        return [msgspec.json.decode(row.record, type=SavedView) for row in rows]

    def put_saved_view(self, bot: str | None, person: str | None, view: SavedView) -> None:
        record = msgspec.json.encode(view).decode()
        self._rows.put(RecordRow.at(keys.view(bot, person, view.name), record=record))

    def delete_saved_view(self, bot: str | None, person: str | None, name: str) -> None:
        self._rows.delete([keys.view(bot, person, name)])

    def create_bot(self, bot: Bot, event: AuditEvent | None = None) -> bool:
        transaction = Transaction(self._rows.table)
        transaction.check(tombstone(bot.id), PointerRow.pk.does_not_exist())
        transaction.put(bot_row(bot), BotRow.pk.does_not_exist())
        transaction.put(bot_pointer(bot.id))
        add_event(transaction, self._rows, event)
        try:
            transaction.commit_or_wait()
        except Cancelled:
            # Another caller did it: a retry by the SDK has the token of its first attempt.
            return False
        return True

    def rename_bot(self, bot: str, name: str) -> bool:
        row = BotRow.at(keys.bot_row(bot))
        return self._rows.update(row, [BotRow.name.set(name)], BotRow.pk.exists())

    def set_closing(self, bot: str, is_closing: bool) -> None:
        row = BotRow.at(keys.bot_row(bot))
        self._rows.update(row, [BotRow.is_closing.set(is_closing)], BotRow.pk.exists())

    def delete_bot(self, bot: str, event: AuditEvent | None = None) -> None:
        transaction = Transaction(self._rows.table)
        transaction.delete(BotRow.at(keys.bot_row(bot)))
        transaction.delete(bot_pointer(bot))
        transaction.put(tombstone(bot))
        add_event(transaction, self._rows, event)
        transaction.commit_or_wait()

    def create_person(self, person: Person) -> bool:
        transaction = Transaction(self._rows.table)
        transaction.put(person_row(person), PersonRow.pk.does_not_exist())
        transaction.put(person_pointer(person.id))
        with suppress(Cancelled):
            transaction.commit_or_wait()
            return True
        return self._is(person)

    def set_password(self, person: Person, password_hash: str) -> bool:
        changes = [
            PersonRow.password_hash.set(password_hash),
            PersonRow.token_version.set(person.token_version + 1),
        ]
        row = PersonRow.at(person_key(person.id))
        changed = self._rows.update(row, changes, PersonRow.token_version == person.token_version)
        version = person.token_version + 1
        after = replace(person, password_hash=password_hash, token_version=version)
        return changed or self._is(after)

    def _is(self, person: Person) -> bool:
        """True if our own write has succeeded although its answer was lost: no other one has this
        hash and version."""
        stored = person_of(self._rows.get(PersonRow, person_key(person.id)))
        return stored is not None and (stored.password_hash, stored.token_version) == (
            person.password_hash,
            person.token_version,
        )

    def update_member(self, bot: str, member: Member) -> bool:
        row = MemberRow.at(keys.member(bot, member.person))
        queues, capacity = MemberRow.queues, MemberRow.capacity
        changes = [
            MemberRow.role.set(member.role),
            queues.set(set(member.queues)) if member.queues else queues.remove(),
            capacity.remove() if member.capacity is None else capacity.set(member.capacity),
        ]
        return self._rows.update(row, changes, MemberRow.pk.exists())

    def remove_member(self, bot: str, person: str, event: AuditEvent | None = None) -> bool:
        row = MemberRow.at(keys.member(bot, person))
        if self._rows.get(MemberRow, row.key) is None:
            return False
        transaction = Transaction(self._rows.table)
        transaction.delete(row)
        listed = keys.RowKey(keys.person(person), keys.joined("BOT", bot))
        transaction.delete(PointerRow.at(listed, id=bot))
        add_event(transaction, self._rows, event)
        transaction.commit_or_wait()
        return True

    def open_conversations(self, bot: str, person: str) -> int:
        row = self._rows.get(LoadRow, keys.load(bot, person))
        return (row and row.open) or 0

    def stored_response(self, bot: str, key: IdempotencyKey) -> tuple[str, str | None] | None:
        row = self._rows.get(IdempotencyRow, keys.idempotency(bot, key))
        return (row.fingerprint, row.reply) if row else None

    def store_response(self, bot: str, key: IdempotencyKey, reply: str) -> None:
        row = IdempotencyRow.at(
            keys.idempotency(bot, key),
            fingerprint=key.fingerprint,
            reply=reply,
            command_id="",
            expires=self._rows.expiry(KEY_LIFE),
        )
        transaction = Transaction(self._rows.table)
        transaction.put(row, self._rows.is_absent(IdempotencyRow))
        with suppress(Cancelled):
            transaction.commit()


def _is_as_read(webhook: Webhook | None) -> Condition:
    """`off` may differ: `disable_webhook` writes that attribute alone."""
    if webhook is None:
        absent: Condition = BotRow.pk.exists() & BotRow.url.does_not_exist()
        return absent
    known = webhook_attributes(webhook)
    same: Condition = (BotRow.url == known["url"]) & (BotRow.secrets == known["secrets"])
    return same
