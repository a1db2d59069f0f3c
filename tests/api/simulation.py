"""Runs what follows a commit: the reactions of the stream, and the sweep of each minute."""

from chalicelib.entrypoints.events import minute
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records.stream import CommittedEntry
from tests.api.conversation_setup import id_of
from tests.support.services import MemoryServices

SECOND = 1000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE


class Simulation:
    """Moves the clock; runs `sweeps` sweeps in every minute, and the reactions to each entry."""

    def __init__(self, services: MemoryServices, sweeps: int = 1) -> None:
        self.services = services
        self._sweeps = sweeps
        self._last_seq: dict[tuple[str, str], int] = {}

    def run_reactions(self) -> None:
        """Reacts to new entries, as the stream does, until no reaction adds another entry."""
        while found := self._new_entries():
            for committed in found:
                react(self.services, committed)

    def advance(self, milliseconds: int) -> None:
        """Moves the clock minute by minute, with the sweeps at the end of each minute."""
        self.run_reactions()
        while milliseconds > 0:
            step = min(milliseconds, MINUTE)
            self.services.clock.advance(step)
            milliseconds -= step
            for _ in range(self._sweeps):
                minute.every_minute(self.services)
            self.run_reactions()

    def _new_entries(self) -> list[CommittedEntry]:
        found = []
        for place in self.services.conversations.places():
            after = self._last_seq.get(place, 0)
            for entry in self.services.conversations.entries_after(*place, after, 1000):
                found.append(CommittedEntry(*place, entry))
                self._last_seq[place] = entry.seq
        return found


def run_reactions(services: MemoryServices, path: str, times: int = 1) -> None:
    """Reacts to all entries of this conversation so far, as the stream does; `times` times over."""
    cid = id_of(path)
    for entry in services.conversations.entries_after("demo", cid, 0, 1000) * times:
        react(services, CommittedEntry("demo", cid, entry))
