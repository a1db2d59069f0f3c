"""The port of optional plug-ins: clients and webhooks in the format of another product."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from chalicelib.domain.access import Caller
from chalicelib.domain.conversation.entries import Entry
from chalicelib.domain.conversation.head import Head
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.records.stream import CommittedEntry

PushedFrame = tuple[str, Mapping[str, object]]
"""The id of a connection, and the frame that it receives."""
CallerOf = Callable[[SocketConnection], Caller | None]
"""The caller at the other end of a connection; None if they no longer serve the bot."""


class Integration(Protocol):
    @property
    def webhook_format(self) -> str:
        """The `format` of the webhooks whose bodies this integration writes."""
        ...

    def event_names(self, connection: SocketConnection) -> frozenset[str]:
        """The events that this connection may subscribe to."""
        ...

    def entry_frames(
        self,
        committed: CommittedEntry,
        head: Head,
        connections: Sequence[SocketConnection],
        caller_of: CallerOf,
    ) -> Iterable[PushedFrame]:
        """Frames about a new entry, for the connections that have subscribed to them."""
        ...

    def presence_frames(
        self, person: Person, connections: Mapping[str, Sequence[SocketConnection]], *, online: bool
    ) -> Iterable[PushedFrame]:
        """Frames about a person who has changed their status.

        `connections` holds the connections of each bot in which the person is a member.
        """
        ...

    def webhook_body(self, head: Head, entry: Entry) -> dict[str, object] | None:
        """None if the format has no body of its own for this entry."""
        ...
