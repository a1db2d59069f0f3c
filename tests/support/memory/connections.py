"""Open WebSockets and their tickets in memory."""

from collections.abc import Iterable

from chalicelib.usecases.records.connections import SocketConnection, SocketTicket
from tests.support.clock import ManualClock
from tests.support.memory.table import MemoryTable, Now


class MemoryConnections:
    def __init__(self, table: MemoryTable, clock: Now | None = None) -> None:
        self._table = table
        self._clock = clock or ManualClock()

    def add_ticket(self, ticket: SocketTicket) -> None:
        with self._table.lock:
            self._table.tickets[ticket.hash] = ticket

    def use_ticket(self, ticket_hash: str, now: int) -> SocketTicket | None:
        with self._table.lock:
            ticket = self._table.tickets.get(ticket_hash)
            if ticket is None or ticket.expires_at <= now:
                return None
            return self._table.tickets.pop(ticket_hash)

    def put(self, connection: SocketConnection) -> None:
        with self._table.lock:
            self._table.connections[connection.id] = connection

    def get(self, connection_id: str) -> SocketConnection | None:
        found = self._table.connections.get(connection_id)
        return found if found and found.expires_at > self._clock.now() else None

    def remove(self, connection: SocketConnection) -> list[tuple[str, str]]:
        with self._table.lock:
            self._table.connections.pop(connection.id, None)
            watched = [at for at, who in self._table.watches.items() if connection.id in who]
            for place in watched:
                del self._table.watches[place][connection.id]
            return watched

    def leave_bot(self, connection: SocketConnection, bot: str) -> list[str]:
        with self._table.lock:
            self._table.connections[connection.id] = connection
            places = [at for at, who in self._table.watches.items() if connection.id in who]
            left = [place for place in places if place[0] == bot]
            for place in left:
                del self._table.watches[place][connection.id]
            return [conversation_id for _, conversation_id in left]

    def get_all(self, connection_ids: Iterable[str]) -> list[SocketConnection]:
        found = (self.get(each) for each in dict.fromkeys(connection_ids))
        return [connection for connection in found if connection]

    def of_bot(self, bot: str) -> list[SocketConnection]:
        with self._table.lock:
            found = self._table.connections.values()
            return [c for c in found if bot in c.bots and c.expires_at > self._clock.now()]

    def of_person(self, person: str) -> list[SocketConnection]:
        with self._table.lock:
            found = self._table.connections.values()
            open_now = (c for c in found if c.expires_at > self._clock.now())
            return [c for c in open_now if c.person == person and not c.key]

    def watch(self, bot: str, conversation_id: str, connection: SocketConnection) -> bool:
        with self._table.lock:
            watching = self._table.watches.setdefault((bot, conversation_id), {})
            is_new = watching.get(connection.id, 0) <= self._clock.now()
            watching[connection.id] = connection.expires_at
            return is_new

    def unwatch(self, bot: str, conversation_id: str, connection_id: str) -> None:
        with self._table.lock:
            self._table.watches.get((bot, conversation_id), {}).pop(connection_id, None)

    def watchers(self, bot: str, conversation_id: str) -> list[str]:
        with self._table.lock:
            watching = self._table.watches.get((bot, conversation_id), {})
            return [
                connection
                for connection, ends_at in watching.items()
                if ends_at > self._clock.now()
            ]
