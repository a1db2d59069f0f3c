"""Botpress v12 on WebSockets and in webhooks. Its routes are in `routes.py`."""

from collections.abc import Iterable, Mapping, Sequence

from chalicelib.botpress import events
from chalicelib.domain.conversation.entries import Entry
from chalicelib.domain.conversation.head import Head
from chalicelib.usecases.ports.integrations import CallerOf, PushedFrame
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.services import Services
from chalicelib.usecases.views import Json


class BotpressIntegration:
    webhook_format = "botpress"

    def __init__(self, services: Services) -> None:
        self._services = services

    def event_names(self, connection: SocketConnection) -> frozenset[str]:
        return events.names(connection)

    def entry_frames(
        self,
        committed: CommittedEntry,
        head: Head,
        connections: Sequence[SocketConnection],
        caller_of: CallerOf,
    ) -> Iterable[PushedFrame]:
        return events.frames(self._services, committed, head, connections, caller_of)

    def presence_frames(
        self, person: Person, connections: Mapping[str, Sequence[SocketConnection]], *, online: bool
    ) -> Iterable[PushedFrame]:
        return events.presence(person.email, connections, online=online)

    def webhook_body(self, head: Head, entry: Entry) -> Json | None:
        return events.webhook_body(self._services, head, entry)


def make_integration(services: Services) -> BotpressIntegration:
    return BotpressIntegration(services)
