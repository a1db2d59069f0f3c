"""The port to the audit trails: one for each bot, and one for the installation."""

from typing import Protocol

from chalicelib.usecases.records.audit import AuditEvent


class AuditTrail(Protocol):
    """Events are only added. They expire after 400 days."""

    def add(self, event: AuditEvent) -> None: ...

    def add_once(self, event: AuditEvent, mark: str) -> None:
        """Does nothing if the trail has an event with this mark of the last two days."""

    def latest(
        self, bot: str | None, position: str | None, limit: int
    ) -> tuple[list[AuditEvent], str | None]:
        """Returns events, the newest first, and the position of the next page. None for `bot` is
        the installation."""
