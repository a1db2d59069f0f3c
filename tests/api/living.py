"""A world in which time passes: what is committed is followed up, and once a minute it is swept."""

from chalicelib.entrypoints import timers
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records import Committed
from tests.support.world import MemoryWorld

SECOND = 1000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE


class Living:
    """`sweeps`: how many run in every minute; more than one must do no more than one does."""

    def __init__(self, world: MemoryWorld, sweeps: int = 1) -> None:
        self.world = world
        self._sweeps = sweeps
        self._followed: dict[tuple[str, str], int] = {}

    def follow(self) -> None:
        """As the stream would, until nothing more comes of it."""
        while found := self._news():
            for committed in found:
                react(self.world, committed)

    def passes(self, milliseconds: int) -> None:
        """Minute by minute, with a sweep at the end of each."""
        self.follow()
        while milliseconds > 0:
            step = min(milliseconds, MINUTE)
            self.world.clock.advance(step)
            milliseconds -= step
            for _ in range(self._sweeps):
                timers.every_minute(self.world)
            self.follow()

    def _news(self) -> list[Committed]:
        found = []
        for place in self.world.conversations.places():
            after = self._followed.get(place, 0)
            for entry in self.world.conversations.entries_after(*place, after, 1000):
                found.append(Committed(*place, entry))
                self._followed[place] = entry.seq
        return found
