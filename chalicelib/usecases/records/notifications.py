"""Notifications to the people who serve a bot."""

from msgspec import Struct


class Notification(Struct, frozen=True):
    """`at` is in milliseconds since 1970 (UTC); `read_by` holds the ids of people.
    If `for_supervisors`, agents do not receive it."""

    id: str
    bot: str
    message: str
    level: str
    at: int
    url: str | None = None
    conversation_id: str | None = None
    read_by: frozenset[str] = frozenset()
    for_supervisors: bool = False
