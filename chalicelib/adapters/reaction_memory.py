"""Which reactions have succeeded, in the memory of this process. A lost memory costs only a second
run."""

from chalicelib.usecases.ports.live import Reacted

MOST_REMEMBERED = 1000
"""Entries. The oldest are forgotten first."""


class RecentReactions:
    def __init__(self) -> None:
        self._done: dict[Reacted, set[str]] = {}

    def is_done(self, to: Reacted, reaction: str) -> bool:
        return reaction in self._done.get(to, ())

    def add(self, to: Reacted, reaction: str) -> None:
        self._done.setdefault(to, set()).add(reaction)
        while len(self._done) > MOST_REMEMBERED:
            self._done.pop(next(iter(self._done)), None)

    def forget(self, to: Reacted) -> None:
        self._done.pop(to, None)
