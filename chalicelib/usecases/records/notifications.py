"""Notifications to the people who serve a bot."""

from enum import StrEnum

from msgspec import Struct

from chalicelib.domain.conversation.authors import Author


class NotificationKind(StrEnum):
    MESSAGE = "message"
    """A sentence that a bot or Baton has written."""
    MENTION = "mention"
    """A colleague has mentioned the person in a note."""
    SET_AWAY = "set_away"
    SET_OFFLINE = "set_offline"
    """A supervisor has set the person's status."""


def earliest_id(at: int) -> str:
    """Ids sort by time: the id of a notification made at `at` begins so."""
    return f"n_{at:013d}_"


class Notification(Struct, frozen=True):
    """`at` is in milliseconds since 1970 (UTC); `read_by` holds the ids of people.
    If `for_supervisors`, agents do not receive it. Only `for_person` receives it, if that is set.
    `author` is the person who has caused it."""

    id: str
    bot: str
    message: str
    level: str
    at: int
    url: str | None = None
    conversation_id: str | None = None
    read_by: frozenset[str] = frozenset()
    for_supervisors: bool = False
    kind: NotificationKind = NotificationKind.MESSAGE
    author: Author | None = None
    for_person: str | None = None
