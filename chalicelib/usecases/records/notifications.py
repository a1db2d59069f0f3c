"""Notifications to the people who serve a bot."""

from msgspec import Struct


def earliest_id(at: int) -> str:
    """Ids sort by time: the id of a notification made at `at` begins so."""
    return f"n_{at:013d}_"


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
