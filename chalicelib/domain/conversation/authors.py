"""Authors of entries, and the party that they speak for."""

from enum import StrEnum

from msgspec import Struct


class From(StrEnum):
    """The party that wrote an entry. Timers write as `system`."""

    USER = "user"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class Author(Struct, frozen=True):
    id: str
    name: str
