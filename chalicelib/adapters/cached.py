"""Who is who, remembered for five seconds: that is also how fast a revocation bites."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from chalicelib.domain.routing import Member
from chalicelib.usecases.ports import Clock, Directory
from chalicelib.usecases.records import Bot, Key, Person

LIFE = 5000
MOST = 1000
T = TypeVar("T")


class CachedDirectory:
    """A directory whose reads for authentication are remembered; all else passes through.

    What this process writes itself is seen here at once.
    """

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock
        self._known: dict[Hashable, tuple[int, Any]] = {}

    def bot_and_key(self, bot: str, key_id: str) -> tuple[Bot | None, Key | None]:
        return self._remembered(
            ("key", bot, key_id), lambda: self._directory.bot_and_key(bot, key_id)
        )

    def bot_and_member(
        self, bot: str, person: str
    ) -> tuple[Bot | None, Person | None, Member | None]:
        return self._remembered(
            ("member", bot, person), lambda: self._directory.bot_and_member(bot, person)
        )

    def bot(self, bot: str) -> Bot | None:
        return self._remembered(("bot", bot), lambda: self._directory.bot(bot))

    def person(self, person: str) -> Person | None:
        return self._remembered(("person", person), lambda: self._directory.person(person))

    def add_bot(self, bot: Bot) -> None:
        self._directory.add_bot(bot)
        self._known.clear()

    def add_key(self, key: Key) -> None:
        self._directory.add_key(key)
        self._known.clear()

    def add_person(self, person: Person) -> None:
        self._directory.add_person(person)
        self._known.clear()

    def add_member(self, bot: str, member: Member) -> None:
        self._directory.add_member(bot, member)
        self._known.clear()

    def end_sessions(self, person: str) -> None:
        self._directory.end_sessions(person)
        self._known.clear()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._directory, name)

    def _remembered(self, name: Hashable, read: Callable[[], T]) -> T:
        now = self._clock.now()
        known = self._known.get(name)
        if known and now < known[0]:
            found: T = known[1]
            return found
        found = read()
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[name] = (now + LIFE, found)
        return found
