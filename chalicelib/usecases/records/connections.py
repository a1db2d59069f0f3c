"""Open WebSocket connections, and the tickets that open them.

Times are in milliseconds since 1970 (UTC).
"""

from msgspec import Struct

from chalicelib.domain.routing.members import Presence
from chalicelib.usecases.records.people import Person, SessionReference


class SocketTicket(Struct, frozen=True):
    """A single-use ticket: it opens one connection, before `expires_at`, for the `session`.

    A bot's ticket has the id of its `key` and its `bot`, and no person.
    """

    hash: str
    person: str
    token_version: int
    expires_at: int
    session: str = ""
    key: str = ""
    bot: str = ""

    @property
    def session_reference(self) -> SessionReference:
        return SessionReference(self.person, self.session, self.token_version)


class SocketConnection(Struct, frozen=True):
    """One open WebSocket. It receives frames about the conversations of `bots`.

    `events` are the names of integrations' events that the connection has subscribed to. A bot's
    connection has the id of its `key`, no person, and in `events` the types that it listens to.
    `is_behind` is true if a frame could not be sent: the client must read everything again.
    `is_hidden` is true if the person does not see the page, as the page has said.
    """

    id: str
    person: str
    token_version: int
    bots: tuple[str, ...]
    opened_at: int
    expires_at: int
    is_owner: bool = False
    events: tuple[str, ...] = ()
    is_behind: bool = False
    session: str = ""
    key: str = ""
    is_hidden: bool = False

    @property
    def session_reference(self) -> SessionReference:
        return SessionReference(self.person, self.session, self.token_version)


class PersonState(Struct, frozen=True):
    """The rows under one person: `bots` are those in which they are a member, `connections`
    the open ones. `person` is None if there is no such account."""

    person: Person | None
    presence: Presence
    bots: tuple[str, ...]
    connections: tuple[SocketConnection, ...]
