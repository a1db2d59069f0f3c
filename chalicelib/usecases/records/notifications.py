"""Notifications that a bot sends to the people who serve it."""

from msgspec import Struct


class Notification(Struct, frozen=True):
    """`at` is in milliseconds since 1970 (UTC); `read_by` holds the ids of people."""

    id: str
    bot: str
    message: str
    level: str
    at: int
    url: str | None = None
    conversation_id: str | None = None
    read_by: frozenset[str] = frozenset()
