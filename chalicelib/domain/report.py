"""What is counted of a handoff once it has ended, and what the counts tell.

A tally is numbers by name and nothing else, so that two of them are added name by name, wherever
they are kept. Times are counted in few steps: enough for a median, and of a fixed size.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate

from chalicelib.domain.conversation.entries import Entry, From, Kind
from chalicelib.domain.conversation.handoff import Handoff

BOUNDS = (10, 30, 60, 120, 300, 600, 1800, 3600, 4 * 3600, 24 * 3600)
"""Seconds: each step of a time ends here, itself included; the last one has no end."""
CLAIM, ANSWER, LENGTH = "claim", "answer", "length"
"""Times from the request: to the first claim, to the first thing an agent says, to the return."""

LEAKS = "leaks"
HOURS = 24
MOVES = (Kind.REQUESTED, Kind.CLAIMED, Kind.RELEASED, Kind.TRANSFERRED, Kind.RETURNED)
Tally = Mapping[str, int]


def tally(handoff: Handoff, entries: Iterable[Entry]) -> Tally:
    """Of a handoff that has ended; `entries` are those from its request to its return."""
    assert handoff.resumption is not None
    assert handoff.returned_at is not None
    said = list(entries)
    kinds = Counter(entry.kind for entry in said)
    counts = {
        "handoffs": 1,
        f"outcome_{handoff.resumption.outcome}": 1,
        f"hour_{hour_of(handoff.requested_at)}": 1,
        "transfers": kinds[Kind.TRANSFERRED],
        LEAKS: kinds[Kind.LEAK],
        "messages": kinds[Kind.MESSAGE],
        "moves": sum(kinds[kind] for kind in MOVES),
    }
    if handoff.returned_seq != handoff.opened_seq:
        counts |= _counted(LENGTH, handoff.returned_at - handoff.requested_at)
    # Who takes a conversation in the same breath leaves nobody waiting.
    if handoff.claimed_at is not None and handoff.claimed_at > handoff.requested_at:
        counts |= _counted(CLAIM, handoff.claimed_at - handoff.requested_at)
    answered = next((e.at for e in said if e.kind is Kind.MESSAGE and e.sender is From.AGENT), None)
    if answered is not None:
        counts |= _counted(ANSWER, answered - handoff.requested_at)
    return {name: count for name, count in counts.items() if count}


def added(tallies: Iterable[Tally]) -> Tally:
    total: Counter[str] = Counter()
    for each in tallies:
        total.update(each)
    return total


@dataclass(frozen=True, slots=True)
class Times:
    """`steps` counts by `BOUNDS`, and beyond the last of them; `total` is in milliseconds."""

    steps: tuple[int, ...]
    total: int

    @classmethod
    def of(cls, tally: Tally, name: str) -> "Times":
        steps = tuple(tally.get(f"{name}_{step}", 0) for step in range(len(BOUNDS) + 1))
        return cls(steps, tally.get(f"{name}_ms", 0))

    @property
    def count(self) -> int:
        return sum(self.steps)

    @property
    def mean(self) -> float | None:
        """Seconds."""
        return self.total / 1000 / self.count if self.count else None

    @property
    def median(self) -> float | None:
        """Seconds, estimated: as if the times of one step were spread evenly over it. What lies
        beyond the last bound counts as that bound."""
        if not self.count:
            return None
        middle = self.count / 2
        reached = list(accumulate(self.steps))
        step = bisect_left(reached, middle)
        if step == len(BOUNDS):
            return float(BOUNDS[-1])
        low = BOUNDS[step - 1] if step else 0
        before = reached[step - 1] if step else 0
        return low + (BOUNDS[step] - low) * (middle - before) / self.steps[step]


def day_of(milliseconds: int) -> str:
    """The day in UTC, as `2026-01-31`."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()


def hour_of(milliseconds: int) -> int:
    """Of the day in UTC, 0 to 23."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).hour


def by_hour(tally: Tally) -> tuple[int, ...]:
    """How many were asked for in each hour of the day."""
    return tuple(tally.get(f"hour_{hour}", 0) for hour in range(HOURS))


def _counted(name: str, milliseconds: int) -> dict[str, int]:
    step = bisect_left(BOUNDS, milliseconds / 1000)
    return {f"{name}_{step}": 1, f"{name}_ms": milliseconds}
