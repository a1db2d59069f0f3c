"""The port to bots, keys, people, memberships and queues.

A method that calls the table may raise TemporarilyUnavailable. Times are in milliseconds since 1970
(UTC).
"""

from collections.abc import Iterable
from typing import Protocol

from chalicelib.domain.bot_settings import BotSettings
from chalicelib.domain.routing.members import Member, Presence
from chalicelib.domain.routing.queues import Queue
from chalicelib.usecases.records.bots import Bot, BotKey
from chalicelib.usecases.records.people import Person


class Directory(Protocol):
    """Bots, keys, people, and who belongs where."""

    def bot_and_key(self, bot: str, key_id: str) -> tuple[Bot | None, BotKey | None]:
        """One round trip."""

    def bot_and_member(
        self, bot: str, person: str
    ) -> tuple[Bot | None, Person | None, Member | None]:
        """One round trip; the member without presence and load."""

    def bot(self, bot: str) -> Bot | None: ...

    def person(self, person: str) -> Person | None: ...

    def invalidate_cache(self) -> None:
        """Whatever is remembered is read anew."""

    def people(self, persons: Iterable[str]) -> list[Person]:
        """Those that exist, in no order; one round trip per 100."""

    def members(self, bot: str) -> list[Member]:
        """Everybody of this bot, with presence and load."""

    def roster(self, bot: str) -> list[Member]:
        """Everybody of this bot, without presence and load, which cost a read for each."""

    def bots_of_person(self, person: str) -> list[str]:
        """The bots this person belongs to."""

    def bot_ids(self) -> list[str]: ...

    def presence(self, person: str) -> Presence: ...

    def set_presence(self, person: str, presence: Presence) -> None: ...

    def put_bot(self, bot: Bot) -> None: ...

    def put_settings(self, bot: str, settings: BotSettings) -> bool:
        """False where there is no such bot."""

    def queues(self, bot: str) -> list[Queue]:
        """Those that somebody has configured, by name."""

    def queue(self, bot: str, name: str) -> Queue | None: ...

    def put_queue(self, bot: str, queue: Queue) -> None: ...

    def delete_queue(self, bot: str, name: str) -> None: ...

    def put_key(self, key: BotKey) -> None: ...

    def put_person(self, person: Person) -> None: ...

    def put_member(self, bot: str, member: Member) -> None: ...

    def end_sessions(self, person: str) -> None:
        """Raises the person's token version: every token issued so far is worth nothing."""
