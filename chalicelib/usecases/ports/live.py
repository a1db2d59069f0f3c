"""The ports that tell agents what happens: WebSocket connections, notifications and SNS.

A method that calls AWS may raise TemporarilyUnavailable. Times are in milliseconds since
1970 (UTC).
"""

from collections.abc import Mapping
from typing import Protocol

from chalicelib.usecases.records.answers import IdempotencyKey
from chalicelib.usecases.records.connections import SocketConnection, SocketTicket
from chalicelib.usecases.records.notifications import Notification


class Connections(Protocol):
    """Open WebSockets, and the tickets that open them."""

    def add_ticket(self, ticket: SocketTicket) -> None: ...

    def use_ticket(self, ticket_hash: str, now: int) -> SocketTicket | None:
        """The ticket, once: of any number of callers one gets it. None if used or expired."""

    def put(self, connection: SocketConnection) -> None: ...

    def get(self, connection_id: str) -> SocketConnection | None: ...

    def remove(self, connection: SocketConnection) -> list[tuple[str, str]]:
        """Forgets it, with everything it watches: bots and ids of those conversations. Closing
        twice does no harm."""

    def of_bot(self, bot: str) -> list[SocketConnection]: ...

    def watch(
        self, bot: str, conversation_id: str, connection: SocketConnection, expires_at: int
    ) -> None: ...

    def unwatch(self, bot: str, conversation_id: str, connection_id: str) -> None: ...

    def watchers(self, bot: str, conversation_id: str) -> list[str]:
        """Ids of the connections that have this conversation open."""


class Notifications(Protocol):
    def add(self, notification: Notification, key: IdempotencyKey | None) -> None: ...

    def find_by_key(self, bot: str, key: IdempotencyKey) -> tuple[str, Notification | None] | None:
        """The fingerprint of the request that used this key, and what it made; None in its place
        where that is no notification."""

    def latest(self, bot: str, position: str | None, limit: int) -> list[Notification]:
        """Newest first; `position` is the id after which the page begins."""

    def mark_read(self, bot: str, notification_id: str, person: str) -> bool:
        """False where there is no such notification."""


class SocketSender(Protocol):
    def send(self, connection_id: str, frame: bytes) -> bool:
        """False where the connection is gone for good. Raises FrameTooLarge over 128 KB."""


class FrameTooLarge(Exception):
    """API Gateway takes at most 128 KB in one message."""


class Topic(Protocol):
    def publish(self, message: Mapping[str, object], attributes: Mapping[str, str]) -> None:
        """Attributes without a value are left out: SNS refuses empty ones."""
