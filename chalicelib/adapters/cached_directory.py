"""A cache of five seconds before the directory; a revocation takes effect as fast."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from chalicelib.domain.bot_settings import BotSettings
from chalicelib.domain.routing.members import Member
from chalicelib.domain.routing.queues import Queue
from chalicelib.usecases.ports.directory import Directory
from chalicelib.usecases.ports.system import Clock
from chalicelib.usecases.records.bots import Bot, BotKey
from chalicelib.usecases.records.people import Person

LIFETIME = 5000
"""Milliseconds."""
MAX_ENTRIES = 1000
"""The cache is cleared before it grows larger."""
T = TypeVar("T")


class CachedDirectory:
    """Caches the reads for authentication and of settings; passes all other calls through.

    Every write through this directory clears the cache.
    """

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock
        self._cache: dict[Hashable, tuple[int, Any]] = {}

    def bot_and_key(self, bot: str, key_id: str) -> tuple[Bot | None, BotKey | None]:
        def read() -> tuple[Bot | None, BotKey | None]:
            found = self._directory.bot_and_key(bot, key_id)
            # A command reads its bot's settings next, so they are cached as well.
            self._store(("bot", bot), found[0])
            return found

        return self._cached(("key", bot, key_id), read)

    def bot_and_member(
        self, bot: str, person: str
    ) -> tuple[Bot | None, Person | None, Member | None]:
        return self._cached(
            ("member", bot, person), lambda: self._directory.bot_and_member(bot, person)
        )

    def bot(self, bot: str) -> Bot | None:
        return self._cached(("bot", bot), lambda: self._directory.bot(bot))

    def person(self, person: str) -> Person | None:
        return self._cached(("person", person), lambda: self._directory.person(person))

    def invalidate_cache(self) -> None:
        self._cache.clear()

    def queues(self, bot: str) -> list[Queue]:
        return self._cached(("queues", bot), lambda: self._directory.queues(bot))

    def queue(self, bot: str, name: str) -> Queue | None:
        return self._cached(("queue", bot, name), lambda: self._directory.queue(bot, name))

    def put_queue(self, bot: str, queue: Queue) -> None:
        self._directory.put_queue(bot, queue)
        self._cache.clear()

    def delete_queue(self, bot: str, name: str) -> None:
        self._directory.delete_queue(bot, name)
        self._cache.clear()

    def put_settings(self, bot: str, settings: BotSettings) -> bool:
        known = self._directory.put_settings(bot, settings)
        self._cache.clear()
        return known

    def put_bot(self, bot: Bot) -> None:
        self._directory.put_bot(bot)
        self._cache.clear()

    def put_key(self, key: BotKey) -> None:
        self._directory.put_key(key)
        self._cache.clear()

    def put_person(self, person: Person) -> None:
        self._directory.put_person(person)
        self._cache.clear()

    def put_member(self, bot: str, member: Member) -> None:
        self._directory.put_member(bot, member)
        self._cache.clear()

    def end_sessions(self, person: str) -> None:
        self._directory.end_sessions(person)
        self._cache.clear()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._directory, name)

    def _cached(self, name: Hashable, read: Callable[[], T]) -> T:
        now = self._clock.now()
        cached = self._cache.get(name)
        if cached and now < cached[0]:
            found: T = cached[1]
            return found
        found = read()
        self._store(name, found)
        return found

    def _store(self, name: Hashable, found: object) -> None:
        if len(self._cache) >= MAX_ENTRIES:
            self._cache.clear()
        self._cache[name] = (self._clock.now() + LIFETIME, found)
