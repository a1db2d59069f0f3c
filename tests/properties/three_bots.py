"""Three bots with three agents and a supervisor each, in memory; their store can be made to fail.

The people are the same for all bots, so that what one bot counts could leak into another.
"""

from collections.abc import Callable
from enum import StrEnum

from msgspec.structs import replace

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.bot_settings import BotSettings
from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.domain.routing.members import Member
from chalicelib.domain.routing.queues import Queue
from chalicelib.usecases.ports.conversations import Commit, CommitConflict, Loaded, Query
from chalicelib.usecases.records.bots import Bot
from tests.properties.model import LEAVE_WORD, QUEUES
from tests.support.memory import MemoryConversations, MemoryDirectory, MemoryTable
from tests.support.services import MemoryServices

BOTS = ("b0", "b1", "b2")

PEOPLE = {
    "ana": Member("ana", "Ana", "ana@x", Role.AGENT, frozenset({"sales"}), capacity=1),
    "bo": Member("bo", "Bo", "bo@x", Role.AGENT, frozenset({"sales", "support"}), capacity=1),
    "cy": Member("cy", "Cy", "cy@x", Role.AGENT, frozenset({"sales", "vip"}), capacity=2),
    "sam": Member("sam", "Sam", "sam@x", Role.SUPERVISOR),
}


def caller(bot: str, name: str) -> Caller:
    if name == "key":
        return Caller(f"{bot}-key", bot, Role.BOT, bot)
    if name == "timer":
        return Caller("timer", "Baton", Role.TIMER, bot)
    person = PEOPLE[name]
    return Caller(name, person.name, person.role, bot, person.queues, capacity=person.capacity)


class Trouble(StrEnum):
    LOST_RACE = "others were faster"
    LOST_ANSWER = "committed, but the answer never came"
    DOWN = "not even asked"
    SENT_TWICE = "committed, and sent again by itself"


class TroubledConversations(MemoryConversations):
    """Fails once, as armed; a rival, once, comes between reading and committing."""

    trouble: Trouble | None = None
    rival: Callable[[], None] | None = None
    torn: Callable[[], None] | None = None
    """A rival who comes while the rows are being read one by one, the head the last."""

    def disarm(self) -> None:
        self.trouble = self.rival = self.torn = None

    def load(self, query: Query) -> Loaded:
        before = super().load(query)
        torn, self.torn = self.torn, None
        if torn is None:
            return before
        torn()
        after = super().load(query)
        return replace(after, by_key=before.by_key, by_message=before.by_message)

    def commit(self, commit: Commit) -> None:
        if not (commit.decision.entries or commit.key):
            return
        rival, self.rival = self.rival, None
        if rival:
            rival()
        trouble, self.trouble = self.trouble, None
        self._commit_in(trouble, commit)

    def _commit_in(self, trouble: Trouble | None, commit: Commit) -> None:
        if trouble is Trouble.LOST_RACE:
            raise CommitConflict
        if trouble is Trouble.DOWN:
            raise TemporarilyUnavailable("The table does not answer.")
        super().commit(commit)
        if trouble is Trouble.SENT_TWICE:
            super().commit(commit)
        if trouble is Trouble.LOST_ANSWER:
            raise TemporarilyUnavailable("The table did not answer in time.")


class ThreeBots(MemoryServices):
    """A world whose conversations and people are these alone."""

    def __init__(self) -> None:
        super().__init__()
        self.table = MemoryTable()
        self.conversations: TroubledConversations = TroubledConversations(self.table, self.clock)
        self.directory = MemoryDirectory(self.table, self.clock)
        for bot in BOTS:
            self.directory.put_bot(Bot(bot, bot, settings=BotSettings((LEAVE_WORD,))))
            for queue in QUEUES:
                self.directory.put_queue(bot, Queue(queue))
            for person in PEOPLE.values():
                self.directory.put_member(bot, person)
