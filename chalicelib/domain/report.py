"""Report figures: a tally for each handoff that has ended, sums of tallies, and statistics.

A tally maps names to counts, so any store can add two tallies name by name. Durations are counted
in a fixed set of buckets (a histogram), from which a median is estimated.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import accumulate

from msgspec import Struct

from chalicelib.domain.conversation.authors import From
from chalicelib.domain.conversation.entries import Entry, Kind
from chalicelib.domain.conversation.handoff import Handoff

BUCKET_BOUNDS = (10, 30, 60, 120, 300, 600, 1800, 3600, 4 * 3600, 24 * 3600)
"""Upper bounds of the buckets in seconds, inclusive. One more bucket follows without a bound."""
TIME_TO_CLAIM, TIME_TO_FIRST_ANSWER, HANDOFF_LENGTH = "claim", "answer", "length"
"""Durations from the request to the first claim, to the first agent message and to the return."""

LEAKS = "leaks"
SCORES = (1, 2, 3, 4, 5)
GOOD_SCORES = frozenset({4, 5})
HOURS, WEEKDAYS = 24, 7
UTC_NAME = "UTC"
OWNERSHIP_CHANGES = (Kind.REQUESTED, Kind.CLAIMED, Kind.RELEASED, Kind.TRANSFERRED, Kind.RETURNED)
Tally = Mapping[str, int]


def tally(handoff: Handoff, entries: Iterable[Entry], time_zone: str = UTC_NAME) -> Tally:
    """Count one handoff that has ended. `entries` are those from its request to its return. The
    hour and the weekday of the request are those in the time zone.

    Raises ValueError if the handoff is still open.
    """
    if handoff.resumption is None or handoff.returned_at is None:
        raise ValueError(f"The handoff {handoff.id} is still open.")
    requested = local_time(handoff.requested_at, time_zone)
    found = list(entries)
    kinds = Counter(entry.kind for entry in found)
    counts = {
        "handoffs": 1,
        f"outcome_{handoff.resumption.outcome}": 1,
        _slot_name(requested.weekday(), requested.hour): 1,
        "transfers": kinds[Kind.TRANSFERRED],
        LEAKS: kinds[Kind.LEAK],
        "messages": kinds[Kind.MESSAGE],
        "moves": sum(kinds[kind] for kind in OWNERSHIP_CHANGES),
    }
    if handoff.returned_seq != handoff.opened_seq:
        counts |= _counted(HANDOFF_LENGTH, handoff.returned_at - handoff.requested_at)
    # If the request and the claim are one command, the user did not wait.
    if handoff.claimed_at is not None and handoff.claimed_at > handoff.requested_at:
        counts |= _counted(TIME_TO_CLAIM, handoff.claimed_at - handoff.requested_at)
    answered = next(
        (e.at for e in found if e.kind is Kind.MESSAGE and e.sender is From.AGENT), None
    )
    if answered is not None:
        counts |= _counted(TIME_TO_FIRST_ANSWER, answered - handoff.requested_at)
    return {name: count for name, count in counts.items() if count}


def sum_tallies(tallies: Iterable[Tally]) -> Tally:
    total: Counter[str] = Counter()
    for each in tallies:
        total.update(each)
    return total


class DurationStats(Struct, frozen=True):
    """`steps` has a count for each bucket; `total` is the sum of all durations in milliseconds."""

    steps: tuple[int, ...]
    total: int

    @classmethod
    def of(cls, tally: Tally, name: str) -> "DurationStats":
        steps = tuple(tally.get(f"{name}_{step}", 0) for step in range(len(BUCKET_BOUNDS) + 1))
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
        """Estimated in seconds, as if durations were spread evenly over their bucket. If the median
        lies in the last bucket, the result is the last bound."""
        if not self.count:
            return None
        middle = self.count / 2
        reached = list(accumulate(self.steps))
        step = bisect_left(reached, middle)
        if step == len(BUCKET_BOUNDS):
            return float(BUCKET_BOUNDS[-1])
        low = BUCKET_BOUNDS[step - 1] if step else 0
        before = reached[step - 1] if step else 0
        return low + (BUCKET_BOUNDS[step] - low) * (middle - before) / self.steps[step]


class RatingStats(Struct, frozen=True):
    """The ratings of users: `scores` has a count for each of `SCORES`."""

    scores: tuple[int, ...]

    @classmethod
    def of(cls, tally: Tally) -> "RatingStats":
        return cls(tuple(tally.get(rating_name(score), 0) for score in SCORES))

    @property
    def count(self) -> int:
        return sum(self.scores)

    @property
    def mean(self) -> float | None:
        total = sum(score * count for score, count in zip(SCORES, self.scores, strict=True))
        return total / self.count if self.count else None

    @property
    def good_share(self) -> float | None:
        """The share of those who gave one of `GOOD_SCORES`, 0 to 1."""
        good = zip(SCORES, self.scores, strict=True)
        found = sum(count for score, count in good if score in GOOD_SCORES)
        return found / self.count if self.count else None


def rating_name(score: int) -> str:
    """The name under which a tally counts the ratings with this score."""
    return f"rating_{score}"


def local_time(milliseconds: int, time_zone: str) -> datetime:
    """The time in this time zone of the IANA database."""
    if time_zone == UTC_NAME:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    from zoneinfo import ZoneInfo  # imported here: most calls do not need it

    return datetime.fromtimestamp(milliseconds / 1000, ZoneInfo(time_zone))


def local_day(milliseconds: int, time_zone: str = UTC_NAME) -> str:
    """The day in this time zone, such as `2026-01-31`."""
    return local_time(milliseconds, time_zone).date().isoformat()


def requests_by_weekday(tally: Tally) -> tuple[tuple[int, ...], ...]:
    """The number of handoffs requested in each hour of each weekday; Monday is the first."""
    return tuple(
        tuple(tally.get(_slot_name(weekday, hour), 0) for hour in range(HOURS))
        for weekday in range(WEEKDAYS)
    )


def requests_by_hour(tally: Tally) -> tuple[int, ...]:
    """The number of handoffs requested in each hour of the day. Earlier releases counted the hours
    in UTC, without the weekday, as `hour_0` and so on."""
    weekdays = requests_by_weekday(tally)
    return tuple(
        sum(weekday[hour] for weekday in weekdays) + tally.get(f"hour_{hour}", 0)
        for hour in range(HOURS)
    )


def _slot_name(weekday: int, hour: int) -> str:
    return f"slot_{weekday}_{hour}"


def _counted(name: str, milliseconds: int) -> dict[str, int]:
    step = bisect_left(BUCKET_BOUNDS, milliseconds / 1000)
    return {f"{name}_{step}": 1, f"{name}_ms": milliseconds}
