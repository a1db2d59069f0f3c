"""Rate limits in a container's memory, and in the table only for callers that exhaust them there.

See docs/limits.md for the reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from chalicelib.domain.errors import RateLimited, TemporarilyUnavailable
from chalicelib.domain.limit_names import LimitName
from chalicelib.domain.limits import LIMITS, SECOND, Limit, Rate, Refusal, spend, with_changes
from chalicelib.usecases.ports.limits import SharedBuckets
from chalicelib.usecases.ports.system import Clock

MOST_BUCKETS = 10_000
"""Callers of one limit that a container remembers; then it forgets all of them."""

Place = tuple[LimitName, str]


class UnknownLimit(Exception):
    pass


def rate_limits(
    changes: Mapping[str, tuple[int, int, int] | None] | None,
    shared: Callable[[], SharedBuckets],
    clock: Clock,
) -> ContainerRateLimits:
    """The limits of this process. `changes` are calls, seconds and burst of those that differ, None
    for one that is off; without `changes`, all are. Raises UnknownLimit."""
    if changes is None:
        return ContainerRateLimits({}, shared, clock)
    for name in changes:
        if name not in LIMITS:
            known = ", ".join(LIMITS)
            raise UnknownLimit(f"there is no limit {name!r}; the limits are {known}.")
    rates = {name: rate and Rate(*rate) for name, rate in changes.items()}
    return ContainerRateLimits(with_changes(rates), shared, clock)


class ContainerRateLimits:
    """Concurrent threads may grant a few calls more, which does no harm."""

    def __init__(
        self,
        limits: Mapping[LimitName, Limit],
        shared: Callable[[], SharedBuckets],
        clock: Clock,
    ) -> None:
        self._limits = limits
        self._shared = shared
        self._clock = clock
        self._free = {
            name: (limit.free.step, limit.free.burst * limit.free.step)
            for name, limit in limits.items()
            if limit.free
        }
        self._busy_until: dict[LimitName, dict[str, int]] = {name: {} for name in limits}
        self._stock: dict[Place, int] = {}
        self._refused_until: dict[Place, int] = {}

    def take(self, name: LimitName, of: str) -> None:
        now, free = 1000 * self._clock.now(), self._free.get(name)
        if free:
            callers = self._busy_until[name]
            busy_until = spend(*free, callers.get(of, 0), now)
            if busy_until is not None:
                if len(callers) >= MOST_BUCKETS:
                    self._forget()
                callers[of] = busy_until
                return
        if name in self._limits:
            self._take_shared(name, of, now)

    def _take_shared(self, name: LimitName, of: str, now: int) -> None:
        limit, place = self._limits[name], (name, of)
        if left := self._stock.get(place, 0):
            self._stock[place] = left - 1
            return
        # A refused caller that does not wait costs no further call of the table.
        missing = self._refused_until.get(place, 0) - now
        if missing <= 0:
            missing = self._take_chunk(place, limit, now)
        if missing > 0:
            raise _rate_limited(name, limit, missing)

    def _take_chunk(self, place: Place, limit: Limit, now: int) -> int:
        """Microseconds that the caller must wait; 0 if it need not."""
        bucket = f"{place[0]}#{place[1]}"
        with suppress(TemporarilyUnavailable):
            refusal = self._shared().take(bucket, limit.rate, now, limit.chunk)
            if isinstance(refusal, Refusal):
                self._refused_until[place] = now + refusal.wait
                return refusal.wait
            self._stock[place] = limit.chunk - 1
        return 0

    @property
    def remembered(self) -> int:
        """The number of callers."""
        return sum(map(len, self._busy_until.values()))

    def _forget(self) -> None:
        for callers in self._busy_until.values():
            callers.clear()
        self._stock.clear()
        self._refused_until.clear()


def _rate_limited(name: LimitName, limit: Limit, missing: int) -> RateLimited:
    rate, seconds = limit.rate, -(-missing // SECOND)
    return RateLimited(
        f"Too many calls: the limit `{name}` counts {limit.calls}, per {limit.per}."
        f" It allows {rate.amount} in {rate.seconds} s, and {rate.burst} at once."
        f" Wait {seconds} s.",
        retry_after=seconds,
        limit=name,
        quota=rate.burst,
        window=rate.window,
    )
