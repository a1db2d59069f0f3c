"""People, their WebSocket connections, and the tickets that open one.

Times are in milliseconds since 1970 (UTC).
"""

from msgspec import Struct


class Person(Struct, frozen=True):
    """`token_version` rises when all sessions of the person end."""

    id: str
    email: str
    name: str
    password_hash: str
    token_version: int = 1
    is_owner: bool = False
    disabled: bool = False


class SocketTicket(Struct, frozen=True):
    """Opens one connection, once, before `expires_at`."""

    hash: str
    person: str
    token_version: int
    expires_at: int


class SocketConnection(Struct, frozen=True):
    """One open WebSocket; `bots` are those whose conversations it hears of, `events` the names of
    Botpress' events that it has subscribed to."""

    id: str
    person: str
    token_version: int
    bots: tuple[str, ...]
    opened_at: int
    expires_at: int
    is_owner: bool = False
    events: tuple[str, ...] = ()
