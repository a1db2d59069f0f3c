"""The ports for live updates: WebSocket connections, notifications and SNS.

A method that calls AWS may raise TemporarilyUnavailable. Times are in milliseconds since
1970 (UTC).
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from chalicelib.usecases.records.answers import IdempotencyKey
from chalicelib.usecases.records.connections import SocketConnection, SocketTicket
from chalicelib.usecases.records.notifications import Notification


class Connections(Protocol):
    """Open WebSockets, and the tickets that open them."""

    def add_ticket(self, ticket: SocketTicket) -> None: ...

    def use_ticket(self, ticket_hash: str, now: int) -> SocketTicket | None:
        """Returns the ticket and deletes it: of concurrent callers only one gets it.

        None if it is unknown, used or expired.
        """

    def put(self, connection: SocketConnection) -> None: ...

    def get(self, connection_id: str) -> SocketConnection | None: ...

    def remove(self, connection: SocketConnection) -> list[tuple[str, str]]:
        """Deletes the connection and all that it watches. A second call changes nothing.

        Returns bot and id of the conversations that it watched.
        """

    def leave_bot(self, connection: SocketConnection, bot: str) -> list[str]:
        """Stores the connection, whose `bots` no longer contain `bot`, and deletes what it watches
        there. Returns the ids of these conversations."""

    def of_bot(self, bot: str) -> list[SocketConnection]:
        """Those of the bot's people, and those that its keys have opened."""

    def of_person(self, person: str) -> list[SocketConnection]: ...

    def get_all(self, connection_ids: Iterable[str]) -> list[SocketConnection]:
        """Those of these connections that are open; one round trip per 100."""

    def watch(self, bot: str, conversation_id: str, connection: SocketConnection) -> bool:
        """Until the connection expires. False if it already watches this conversation."""

    def unwatch(self, bot: str, conversation_id: str, connection_id: str) -> None: ...

    def watchers(self, bot: str, conversation_id: str) -> list[str]:
        """The ids of the connections that watch this conversation."""


class ReadMarks(Protocol):
    """How far each person has read each conversation."""

    def read_through(
        self, bot: str, person: str, conversation_ids: Iterable[str]
    ) -> Mapping[str, int]:
        """The number of the last entry that the person has read, by conversation id; conversations
        without a mark are left out. One round trip per 1 MB of the person's marks."""

    def mark_read(self, bot: str, person: str, conversation_id: str, seq: int) -> bool:
        """False if the person has read as far already. A mark lives for 30 days."""


class Notifications(Protocol):
    def add(self, notification: Notification, key: IdempotencyKey | None) -> None:
        """Raises CommitConflict if the key has been used."""

    def find_by_key(self, bot: str, key: IdempotencyKey) -> tuple[str, Notification | None] | None:
        """Returns the fingerprint of the request that used this key, and its notification.

        The notification is None if the key was used by another kind of request.
        """

    def latest(self, bot: str, position: str | None, limit: int) -> list[Notification]:
        """The newest first. `position` is the id of the last notification of the page before."""

    def mark_handled(self, bot: str, notification_id: str) -> None:
        """Stores that the reactions to this notification have run."""

    def is_handled(self, bot: str, notification_id: str) -> bool: ...

    def unhandled(self, bot: str, since: int, until: int) -> list[Notification]:
        """Those of this time whose reactions have not run, the oldest first."""

    def mark_read(
        self, bot: str, notification_id: str, person: str, *, is_supervisor: bool
    ) -> bool:
        """False if the bot has no such notification, or if it is for supervisors and the person is
        none."""


class SocketSender(Protocol):
    def send(self, connection_id: str, frame: bytes) -> bool:
        """False if API Gateway reports the connection as gone. Raises FrameTooLarge over 128 KB."""

    def close(self, connection_id: str) -> bool:
        """Closes the WebSocket. False if API Gateway reports the connection as gone."""


class FrameTooLarge(Exception):
    """API Gateway takes at most 128 KB in one message."""


class Topic(Protocol):
    def publish(self, message: Mapping[str, object], attributes: Mapping[str, str]) -> None:
        """Leaves out empty attributes, which SNS would refuse."""


Reacted = tuple[str, str, int]
"""An entry as bot, conversation id and `seq`; a notification as bot, id and 0."""


class ReactionMemory(Protocol):
    """The reactions that have succeeded to an entry for which another one has failed, so that a
    retry does not publish the same message again. It may forget at any time."""

    def is_done(self, to: Reacted, reaction: str) -> bool: ...

    def add(self, to: Reacted, reaction: str) -> None: ...

    def forget(self, to: Reacted) -> None: ...
