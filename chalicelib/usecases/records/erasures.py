"""Orders to erase a user, and the progress of retention."""

from msgspec import Struct


class ErasureJob(Struct, frozen=True):
    """One conversation of a user who is erased, until the sweep has deleted its rows. `erasure` is
    the id of the order, `at` its time in milliseconds since 1970 (UTC)."""

    bot: str
    conversation_id: str
    erasure: str
    at: int


class RetentionPosition(Struct, frozen=True):
    """How far the walk of a day (days since 1970, UTC) has come: the bot, and the place in its list
    of conversations. `bot` is None when the day's walk is done."""

    day: int = -1
    bot: str | None = None
    position: str | None = None
