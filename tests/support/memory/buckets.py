"""Shared token buckets in memory."""

from threading import Lock

from chalicelib.domain.limits import Rate, Refusal
from chalicelib.domain.limits import take as taken


class MemoryBuckets:
    def __init__(self) -> None:
        self.busy_until: dict[str, int] = {}
        self.calls = 0
        self._lock = Lock()

    def take(self, bucket: str, rate: Rate, now: int, tokens: int) -> Refusal | None:
        with self._lock:
            self.calls += 1
            after = taken(rate, self.busy_until.get(bucket, 0), now, tokens)
            if isinstance(after, Refusal):
                return after
            self.busy_until[bucket] = after
            return None
