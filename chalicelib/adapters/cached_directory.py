"""A cache of five seconds before the directory; a revocation takes effect as fast.

What does not exist is not cached: a new bot, person or member is found at once.
"""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from chalicelib.domain.bot_settings import BotSettings
from chalicelib.domain.routing.members import Member
from chalicelib.domain.routing.queues import Queue
from chalicelib.usecases.ports.admin import Administration
from chalicelib.usecases.ports.directory import Directory
from chalicelib.usecases.ports.system import Clock
from chalicelib.usecases.records.audit import AuditEvent
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
            if found[0] is not None:
                self._store(("bot", bot), found[0])
            return found

        return self._cached(("key", bot, key_id), read, _is_whole)

    def bot_and_member(
        self, bot: str, person: str, *, fresh: bool = False
    ) -> tuple[Bot | None, Person | None, Member | None]:
        def read() -> tuple[Bot | None, Person | None, Member | None]:
            found = self._directory.bot_and_member(bot, person)
            # The same call reads its person and its bot's settings next.
            for kind, name, record in (("bot", bot, found[0]), ("person", person, found[1])):
                if record is not None:
                    self._store((kind, name), record)
            return found

        return self._cached(("member", bot, person), read, _may_act, fresh=fresh)

    def bot(self, bot: str, *, fresh: bool = False) -> Bot | None:
        return self._cached(("bot", bot), lambda: self._directory.bot(bot), _exists, fresh=fresh)

    def person(self, person: str, *, fresh: bool = False) -> Person | None:
        def read() -> Person | None:
            return self._directory.person(person)

        return self._cached(("person", person), read, _exists, fresh=fresh)

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

    def put_key(self, key: BotKey, event: AuditEvent | None = None) -> None:
        self._directory.put_key(key, event)
        self._cache.clear()

    def put_person(self, person: Person) -> None:
        self._directory.put_person(person)
        self._cache.clear()

    def put_member(self, bot: str, member: Member, event: AuditEvent | None = None) -> None:
        self._directory.put_member(bot, member, event)
        self._cache.clear()

    def end_sessions(self, person: str) -> None:
        self._directory.end_sessions(person)
        self._cache.clear()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._directory, name)

    def _cached(
        self,
        name: Hashable,
        read: Callable[[], T],
        may_be_stored: Callable[[T], bool] | None = None,
        *,
        fresh: bool = False,
    ) -> T:
        cached = None if fresh else self._cache.get(name)
        # A clock that is set back must not keep an entry alive.
        if cached and 0 <= self._clock.now() - cached[0] < LIFETIME:
            found: T = cached[1]
            return found
        found = read()
        if may_be_stored is None or may_be_stored(found):
            self._store(name, found)
        return found

    def _store(self, name: Hashable, found: object) -> None:
        if len(self._cache) >= MAX_ENTRIES:
            self._cache.clear()
        self._cache[name] = (self._clock.now(), found)


class CacheClearingAdministration:
    """Clears the directory's cache after every write of an admin: both see the same rows."""

    READS = frozenset(
        (
            "keys",
            "key",
            "webhook",
            "webhooks",
            "canned_replies",
            "saved_views",
            "open_conversations",
            "stored_response",
            "store_response",
        )
    )
    """The calls that change nothing that a directory reads."""

    def __init__(self, administration: Administration, directory: Directory) -> None:
        self._administration = administration
        self._directory = directory

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._administration, name)
        if name in self.READS:
            return method

        def write(*args: object) -> object:
            try:
                return method(*args)
            finally:
                # Also after an error: the write may have succeeded although its answer was lost.
                self._directory.invalidate_cache()

        return write


def _exists(found: object) -> bool:
    return found is not None


def _is_whole(found: tuple[Bot | None, BotKey | None]) -> bool:
    return None not in found


def _may_act(found: tuple[Bot | None, Person | None, Member | None]) -> bool:
    bot, person, member = found
    return None not in (bot, person) and (member is not None or bool(person and person.is_owner))
