"""How far the bots' servers have been told, and what they said to it. Times are in milliseconds
since 1970 (UTC)."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from chalicelib.usecases.records import Cursor, Delivery


class Deliveries(Protocol):
    """How far each conversation's log has been delivered to the bot's webhook."""

    def cursor(self, bot: str, conversation_id: str) -> Cursor: ...

    def move(self, bot: str, conversation_id: str, old: Cursor, new: Cursor) -> bool:
        """False where somebody else has moved it meanwhile."""

    def take_slot(self, bot: str, now: int, lease: int) -> int | None:
        """One of the few deliveries that may be in flight for this bot, for `lease` milliseconds;
        None while all are taken."""

    def free_slot(self, bot: str, slot: int) -> None: ...

    def log(self, delivery: Delivery) -> None: ...

    def history(
        self, bot: str, position: str | None, limit: int
    ) -> tuple[list[Delivery], str | None]:
        """The latest attempts of 30 days, newest first, and where the next page begins; `position`
        is the id after which this one does."""

    def delivery(self, bot: str, delivery_id: str) -> Delivery | None: ...

    def cursors(self, bot: str, conversation_ids: Iterable[str]) -> Mapping[str, Cursor]:
        """Of all of them; one round trip per 100."""

    def switch_off(self, bot: str, reason: str) -> None:
        """Stops deliveries to this bot's webhook until somebody configures it anew."""
