"""Orders to erase a user."""

from msgspec import Struct


class ErasureJob(Struct, frozen=True):
    """One conversation of a user who is erased, until the sweep has deleted its rows. `erasure` is
    the id of the order, `at` its time in milliseconds since 1970 (UTC)."""

    bot: str
    conversation_id: str
    erasure: str
    at: int
