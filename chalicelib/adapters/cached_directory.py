"""Who is who, remembered for five seconds: that is also how fast a revocation bites."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from chalicelib.domain.bot_settings import BotSettings
from chalicelib.domain.routing.members import Member
from chalicelib.domain.routing.queues import Queue
from chalicelib.usecases.ports.directory import Directory
from chalicelib.usecases.ports.system import Clock
from chalicelib.usecases.records.bots import Bot, BotKey
from chalicelib.usecases.records.people import Person

LIFE = 5000
MOST = 1000
T = TypeVar("T")


class CachedDirectory:
    """A directory whose reads for authentication, and of settings, are remembered; all else passes
    through.

    What this process writes itself is seen here at once.
    """

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock
        self._known: dict[Hashable, tuple[int, Any]] = {}

    def bot_and_key(self, bot: str, key_id: str) -> tuple[Bot | None, BotKey | None]:
        def read() -> tuple[Bot | None, BotKey | None]:
            found = self._directory.bot_and_key(bot, key_id)
            # A command may ask for its bot's settings: it has just been authenticated by them.
            self._remember(("bot", bot), found[0])
            return found

        return self._remembered(("key", bot, key_id), read)

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

    def invalidate_cache(self) -> None:
        self._known.clear()

    def queues(self, bot: str) -> list[Queue]:
        return self._remembered(("queues", bot), lambda: self._directory.queues(bot))

    def queue(self, bot: str, name: str) -> Queue | None:
        return self._remembered(("queue", bot, name), lambda: self._directory.queue(bot, name))

    def put_queue(self, bot: str, queue: Queue) -> None:
        self._directory.put_queue(bot, queue)
        self._known.clear()

    def delete_queue(self, bot: str, name: str) -> None:
        self._directory.delete_queue(bot, name)
        self._known.clear()

    def put_settings(self, bot: str, settings: BotSettings) -> bool:
        known = self._directory.put_settings(bot, settings)
        self._known.clear()
        return known

    def put_bot(self, bot: Bot) -> None:
        self._directory.put_bot(bot)
        self._known.clear()

    def put_key(self, key: BotKey) -> None:
        self._directory.put_key(key)
        self._known.clear()

    def put_person(self, person: Person) -> None:
        self._directory.put_person(person)
        self._known.clear()

    def put_member(self, bot: str, member: Member) -> None:
        self._directory.put_member(bot, member)
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
        self._remember(name, found)
        return found

    def _remember(self, name: Hashable, found: object) -> None:
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[name] = (self._clock.now() + LIFE, found)
