"""Open WebSockets in the table, and the tickets that open them.

A watch has two rows: under the conversation, to find its watchers, and under the connection, to
delete them with it. They are rows and not a set in the connection's row. So a late watch cannot
recreate a part of a deleted connection, and their number is not limited.
"""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.rows import PointerRow, RecordRow, Row
from chalicelib.adapters.dynamodb.table import Rows, Table
from chalicelib.adapters.dynamodb.transaction import Cancelled, Transaction
from chalicelib.usecases.ports.system import Clock
from chalicelib.usecases.records.connections import SocketConnection, SocketTicket

ROWS_PER_TRANSACTION = 100

T = TypeVar("T", SocketConnection, SocketTicket)


class DynamoConnections:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._rows = Rows(table, clock)

    def add_ticket(self, ticket: SocketTicket) -> None:
        self._rows.put(_record_row(keys.ticket(ticket.hash), ticket))

    def use_ticket(self, ticket_hash: str, now: int) -> SocketTicket | None:
        ticket = _record(SocketTicket, self._rows.pop(RecordRow, keys.ticket(ticket_hash)))
        return ticket if ticket and ticket.expires_at > now else None

    def put(self, connection: SocketConnection) -> None:
        """If the person is in more than 99 bots, this takes several transactions; `get` finds the
        connection after the last one."""
        places = [*_in_lists(connection), _own(connection.id)]
        self._put_all([_record_row(place, connection) for place in places])

    def get(self, connection_id: str) -> SocketConnection | None:
        return _record(SocketConnection, self._rows.get(RecordRow, _own(connection_id)))

    def remove(self, connection: SocketConnection) -> list[tuple[str, str]]:
        watches = self._watches(connection)
        self._rows.delete(
            [*_in_lists(connection), *_both_rows(watches, connection), _own(connection.id)]
        )
        return [keys.bot_and_conversation(row.id) for row in watches]

    def leave_bot(self, connection: SocketConnection, bot: str) -> list[str]:
        self.put(connection)
        watches = self._watches(connection)
        left = [row for row in watches if keys.bot_and_conversation(row.id)[0] == bot]
        self._rows.delete([_in_bot(connection, bot), *_both_rows(left, connection)])
        return [keys.bot_and_conversation(row.id)[1] for row in left]

    def _watches(self, connection: SocketConnection) -> list[PointerRow]:
        pk = keys.connection(connection.id)
        return list(self._rows.query_all(PointerRow, pk, PointerRow.sk.startswith("W#")))

    def get_all(self, connection_ids: Iterable[str]) -> list[SocketConnection]:
        rows = self._rows.get_all(_own(each) for each in connection_ids).values()
        records = (row for row in rows if isinstance(row, RecordRow))
        return [connection for row in records if (connection := _record(SocketConnection, row))]

    def of_bot(self, bot: str) -> list[SocketConnection]:
        rows = self._rows.query_all(RecordRow, keys.connections(bot), None)
        return [connection for row in rows if (connection := _record(SocketConnection, row))]

    def of_person(self, person: str) -> list[SocketConnection]:
        pk = keys.person(person)
        rows = self._rows.query_all(RecordRow, pk, RecordRow.sk.startswith(keys.OF_CONNECTION))
        return [connection for row in rows if (connection := _record(SocketConnection, row))]

    def watch(self, bot: str, conversation_id: str, connection: SocketConnection) -> bool:
        watch = keys.watch(bot, conversation_id, connection.id)
        watched = keys.watched(bot, conversation_id, connection.id)
        ends = -(-connection.expires_at // 1000)
        transaction = Transaction(self._rows.table)
        watcher = PointerRow.at(watch, id=connection.id, expires=ends)
        transaction.put(watcher, self._rows.is_absent(PointerRow))
        transaction.put(PointerRow.at(watched, id=watch.pk, expires=ends))
        try:
            transaction.commit_or_wait()
        except Cancelled:
            return False
        return True

    def unwatch(self, bot: str, conversation_id: str, connection_id: str) -> None:
        self._rows.delete(
            [
                keys.watch(bot, conversation_id, connection_id),
                keys.watched(bot, conversation_id, connection_id),
            ]
        )

    def watchers(self, bot: str, conversation_id: str) -> list[str]:
        pk = keys.conversation(bot, conversation_id)
        rows = self._rows.query_all(PointerRow, pk, PointerRow.sk.startswith("W#"))
        return [row.id for row in rows]

    def _put_all(self, rows: list[Row]) -> None:
        for start in range(0, len(rows), ROWS_PER_TRANSACTION):
            transaction = Transaction(self._rows.table)
            for row in rows[start : start + ROWS_PER_TRANSACTION]:
                transaction.put(row)
            transaction.commit_or_wait()


def _own(connection_id: str) -> keys.RowKey:
    return keys.RowKey(keys.connection(connection_id), keys.META)


def _in_lists(connection: SocketConnection) -> list[keys.RowKey]:
    """The rows by which the connection is found: one for each bot, and one for its person."""
    in_bots = [_in_bot(connection, bot) for bot in connection.bots]
    if connection.key:
        return in_bots
    return [*in_bots, keys.connection_of_person(connection.person, connection.id)]


def _in_bot(connection: SocketConnection, bot: str) -> keys.RowKey:
    return keys.RowKey(keys.connections(bot), keys.joined(connection.id))


def _both_rows(watches: list[PointerRow], connection: SocketConnection) -> list[keys.RowKey]:
    """The two rows of each watch: one under the connection, one under the conversation."""
    watcher = keys.watch_sk(connection.id)
    return [key for row in watches for key in (row.key, keys.RowKey(row.id, watcher))]


def _record_row(key: keys.RowKey, record: SocketConnection | SocketTicket) -> RecordRow:
    text = msgspec.json.encode(record).decode()
    return RecordRow.at(key, record=text, expires=-(-record.expires_at // 1000))


def _record(kind: type[T], row: RecordRow | None) -> T | None:
    return msgspec.json.decode(row.record, type=kind) if row else None
