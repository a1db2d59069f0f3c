"""The port to bots, keys, people, memberships and queues.

A method that calls the table may raise TemporarilyUnavailable. Times are in milliseconds since 1970
(UTC).
"""

from collections.abc import Iterable
from typing import Protocol

from chalicelib.domain.bot_settings import BotSettings
from chalicelib.domain.routing.members import Member, Presence
from chalicelib.domain.routing.queues import Queue
from chalicelib.usecases.records.audit import AuditEvent
from chalicelib.usecases.records.bots import Bot, BotKey
from chalicelib.usecases.records.connections import PersonState
from chalicelib.usecases.records.people import Person


class Directory(Protocol):
    """Results may be up to five seconds old. Writes of the same process show at once, and so does
    what did not exist before. With `fresh`, the result comes from the table.

    The `put_` methods replace what has the same id. An `event` is added to its audit trail in the
    same transaction.
    """

    def bot_and_key(self, bot: str, key_id: str) -> tuple[Bot | None, BotKey | None]:
        """One round trip."""

    def bot_and_member(
        self, bot: str, person: str, *, fresh: bool = False
    ) -> tuple[Bot | None, Person | None, Member | None]:
        """One round trip. The member has neither presence nor load."""

    def bot(self, bot: str, *, fresh: bool = False) -> Bot | None: ...

    def person(self, person: str, *, fresh: bool = False) -> Person | None: ...

    def invalidate_cache(self) -> None:
        """Makes the next reads come from the table."""

    def people(self, persons: Iterable[str]) -> list[Person]:
        """Those of these people that exist, unsorted; one round trip per 100."""

    def members(self, bot: str) -> list[Member]:
        """All members of the bot, with presence and load."""

    def roster(self, bot: str) -> list[Member]:
        """All members of the bot, without presence and load, which cost one read per member."""

    def person_state(self, person: str) -> PersonState:
        """As it is stored, in one round trip."""

    def bots_of_person(self, person: str) -> list[str]:
        """The ids of the bots in which the person is a member."""

    def bot_ids(self) -> list[str]: ...

    def presence(self, person: str) -> Presence: ...

    def set_presence(self, person: str, presence: Presence) -> None:
        """Replaces the status that the person has chosen, with a sign of life."""

    def record_sign_of_life(self, person: str, now: int) -> None:
        """Keeps the status that the person has chosen; `online` if they never had one."""

    def record_disconnect(self, person: str, seen_at: int, now: int) -> None:
        """Sets `gone_at`, unless the person has given a sign of life after `seen_at`."""

    def put_bot(self, bot: Bot) -> None: ...

    def put_settings(self, bot: str, settings: BotSettings) -> bool:
        """False if there is no such bot."""

    def queues(self, bot: str) -> list[Queue]:
        """The configured queues, sorted by name."""

    def queue(self, bot: str, name: str) -> Queue | None: ...

    def put_queue(self, bot: str, queue: Queue) -> None: ...

    def delete_queue(self, bot: str, name: str) -> None: ...

    def put_key(self, key: BotKey, event: AuditEvent | None = None) -> None: ...

    def put_person(self, person: Person) -> None: ...

    def put_member(self, bot: str, member: Member, event: AuditEvent | None = None) -> None: ...

    def end_sessions(self, person: str) -> None:
        """Raises the person's token version: all tokens issued so far are refused."""
