"""A world in which time passes: what is committed is followed up, and once a minute it is swept."""

from chalicelib.entrypoints.events import minute
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records.events import Committed
from tests.support.services import MemoryServices

SECOND = 1000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE


class Living:
    """`sweeps`: how many run in every minute; more than one must do no more than one does."""

    def __init__(self, services: MemoryServices, sweeps: int = 1) -> None:
        self.services = services
        self._sweeps = sweeps
        self._followed: dict[tuple[str, str], int] = {}

    def follow(self) -> None:
        """As the stream would, until nothing more comes of it."""
        while found := self._news():
            for committed in found:
                react(self.services, committed)

    def passes(self, milliseconds: int) -> None:
        """Minute by minute, with a sweep at the end of each."""
        self.follow()
        while milliseconds > 0:
            step = min(milliseconds, MINUTE)
            self.services.clock.advance(step)
            milliseconds -= step
            for _ in range(self._sweeps):
                minute.every_minute(self.services)
            self.follow()

    def _news(self) -> list[Committed]:
        found = []
        for place in self.services.conversations.places():
            after = self._followed.get(place, 0)
            for entry in self.services.conversations.entries_after(*place, after, 1000):
                found.append(Committed(*place, entry))
                self._followed[place] = entry.seq
        return found
