"""The ports of the rate limits."""

from typing import Protocol

from chalicelib.domain.limit_names import LimitName
from chalicelib.domain.limits import Rate, Refusal


class RateLimits(Protocol):
    def take(self, name: LimitName, of: str) -> None:
        """Counts one call. `of` says whose bucket it is: an id that is unique within the limit.

        Raises RateLimited. If the table does not answer, the call is allowed.
        """


class SharedBuckets(Protocol):
    """Buckets that all containers share."""

    def take(self, bucket: str, rate: Rate, now: int, tokens: int) -> Refusal | None:
        """`now` is in microseconds. Nothing is taken if it is refused. May raise
        TemporarilyUnavailable."""
