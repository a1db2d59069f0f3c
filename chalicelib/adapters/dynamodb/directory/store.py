"""Bots, keys and people in the table."""

from collections.abc import Iterable

import msgspec

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.audit import add_event
from chalicelib.adapters.dynamodb.directory import members
from chalicelib.adapters.dynamodb.directory.bot_keys import key_of, key_pointer, key_row
from chalicelib.adapters.dynamodb.directory.bots import bot_of, bot_pointer, bot_row, settings_text
from chalicelib.adapters.dynamodb.directory.people import (
    person_key,
    person_of,
    person_pointer,
    person_row,
)
from chalicelib.adapters.dynamodb.directory.queues import queue_of, queue_row
from chalicelib.adapters.dynamodb.rows import (
    BotRow,
    KeyRow,
    LoadRow,
    MemberRow,
    PersonRow,
    PointerRow,
    PresenceRow,
    RecordRow,
    Row,
)
from chalicelib.adapters.dynamodb.table import Rows, Table, row_at
from chalicelib.adapters.dynamodb.transaction import Transaction
from chalicelib.domain.bot_settings import BotSettings
from chalicelib.domain.routing.members import Member, Presence, PresenceStatus
from chalicelib.domain.routing.queues import Queue
from chalicelib.usecases.ports.system import Clock
from chalicelib.usecases.records.audit import AuditEvent
from chalicelib.usecases.records.bots import Bot, BotKey
from chalicelib.usecases.records.connections import PersonState, SocketConnection
from chalicelib.usecases.records.people import Person


class DynamoDirectory:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._rows = Rows(table, clock)

    def bot_and_key(self, bot: str, key_id: str) -> tuple[Bot | None, BotKey | None]:
        of_bot, of_key = keys.bot_row(bot), keys.key(key_id)
        found = self._rows.get_all([of_bot, of_key])
        bot_row, found_key = row_at(found, BotRow, of_bot), row_at(found, KeyRow, of_key)
        return bot_of(bot_row), key_of(found_key) if found_key else None

    def bot_and_member(
        self, bot: str, person: str, *, fresh: bool = False
    ) -> tuple[Bot | None, Person | None, Member | None]:
        wanted = (keys.bot_row(bot), person_key(person), keys.member(bot, person))
        found = self._rows.get_all(wanted)
        bot_row = row_at(found, BotRow, wanted[0])
        person_row = row_at(found, PersonRow, wanted[1])
        member_row = row_at(found, MemberRow, wanted[2])
        member = members.member_of(member_row) if member_row else None
        return bot_of(bot_row), person_of(person_row), member

    def bot(self, bot: str, *, fresh: bool = False) -> Bot | None:
        return bot_of(self._rows.get(BotRow, keys.bot_row(bot)))

    def person(self, person: str, *, fresh: bool = False) -> Person | None:
        return person_of(self._rows.get(PersonRow, person_key(person)))

    def invalidate_cache(self) -> None:
        """Does nothing: this class has no cache."""

    def people(self, persons: Iterable[str]) -> list[Person]:
        rows = self._rows.get_all(person_key(person) for person in persons).values()
        found = (person_of(row) for row in rows if isinstance(row, PersonRow))
        return [person for person in found if person]

    def members(self, bot: str) -> list[Member]:
        pk = keys.bot(bot)
        found = list(self._rows.query_all(MemberRow, pk, MemberRow.sk.startswith("AGENT#")))
        rows = self._rows.get_all(keys.presence(row.person) for row in found)
        loads = self._rows.query_all(LoadRow, pk, LoadRow.sk.startswith("LOAD#"))
        rows |= {row.key: row for row in (*found, *loads)}
        everybody = (members.member(rows, bot, row.person) for row in found)
        return [member for member in everybody if member]

    def roster(self, bot: str) -> list[Member]:
        rows = self._rows.query_all(MemberRow, keys.bot(bot), MemberRow.sk.startswith("AGENT#"))
        return [members.member_of(row) for row in rows]

    def person_state(self, person: str) -> PersonState:
        rows = list(self._rows.query_all(Row, keys.person(person), None))
        found = {row.key: row for row in rows}
        return PersonState(
            person=person_of(row_at(found, PersonRow, person_key(person))),
            presence=members.presence_of(row_at(found, PresenceRow, keys.presence(person))),
            bots=tuple(
                row.id
                for row in rows
                if isinstance(row, PointerRow) and row.sk.startswith(keys.OF_BOT)
            ),
            connections=tuple(
                msgspec.json.decode(row.record, type=SocketConnection)
                for row in rows
                if isinstance(row, RecordRow) and row.sk.startswith(keys.OF_CONNECTION)
            ),
        )

    def bots_of_person(self, person: str) -> list[str]:
        pk = keys.person(person)
        rows = self._rows.query_all(PointerRow, pk, PointerRow.sk.startswith(keys.OF_BOT))
        return [row.id for row in rows]

    def bot_ids(self) -> list[str]:
        return [row.id for row in self._rows.query_all(PointerRow, keys.ALL_BOTS, None)]

    def presence(self, person: str) -> Presence:
        return members.presence_of(self._rows.get(PresenceRow, keys.presence(person)))

    def set_presence(self, person: str, presence: Presence) -> None:
        key = keys.presence(person)
        row = PresenceRow.at(
            key, status=presence.status, seen_at=presence.seen_at, gone_at=presence.gone_at
        )
        self._rows.put(row)

    def record_sign_of_life(self, person: str, now: int) -> None:
        # Not a put: another device may choose a status at the same moment.
        chosen = PresenceRow.status | PresenceStatus.ONLINE
        changes = [PresenceRow.status.set(chosen), PresenceRow.seen_at.set(now)]
        row = PresenceRow.at(keys.presence(person))
        self._rows.update(row, [*changes, PresenceRow.gone_at.remove()])

    def record_disconnect(self, person: str, seen_at: int, now: int) -> None:
        row = PresenceRow.at(keys.presence(person))
        is_as_read = PresenceRow.seen_at == seen_at
        self._rows.update(row, [PresenceRow.gone_at.set(now)], is_as_read)

    def put_bot(self, bot: Bot) -> None:
        self._put_all(bot_row(bot), bot_pointer(bot.id))

    def put_settings(self, bot: str, settings: BotSettings) -> bool:
        row = BotRow.at(keys.bot_row(bot))
        change = BotRow.settings.set(settings_text(settings))
        return self._rows.update(row, [change], BotRow.pk.exists())

    def queues(self, bot: str) -> list[Queue]:
        rows = self._rows.query_all(RecordRow, keys.bot(bot), RecordRow.sk.startswith("Q#"))
        found = (queue_of(row) for row in rows)
        return sorted((queue for queue in found if queue), key=lambda queue: queue.name)

    def queue(self, bot: str, name: str) -> Queue | None:
        return queue_of(self._rows.get(RecordRow, keys.queue(bot, name)))

    def put_queue(self, bot: str, queue: Queue) -> None:
        self._rows.put(queue_row(bot, queue))

    def delete_queue(self, bot: str, name: str) -> None:
        self._rows.delete([keys.queue(bot, name)])

    def put_key(self, key: BotKey, event: AuditEvent | None = None) -> None:
        self._put_all(key_row(key), key_pointer(key.bot, key.id), event=event)

    def put_person(self, person: Person) -> None:
        self._put_all(person_row(person), person_pointer(person.id))

    def put_member(self, bot: str, member: Member, event: AuditEvent | None = None) -> None:
        listed = keys.RowKey(keys.person(member.person), keys.joined("BOT", bot))
        self._put_all(members.member_row(bot, member), PointerRow.at(listed, id=bot), event=event)

    def end_sessions(self, person: str) -> None:
        # If the SDK retries this, the version rises twice, which does no harm.
        row = PersonRow.at(person_key(person))
        self._rows.update(
            row, [PersonRow.token_version.set(PersonRow.token_version + 1)], PersonRow.pk.exists()
        )

    def _put_all(self, *rows: Row, event: AuditEvent | None = None) -> None:
        transaction = Transaction(self._rows.table)
        for row in rows:
            transaction.put(row)
        add_event(transaction, self._rows, event)
        transaction.commit_or_wait()
