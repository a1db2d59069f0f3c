"""Rate limits in a container: who asks the table, how often, and what a refusal says."""

from collections.abc import Iterator

import pytest

from chalicelib.adapters.rate_limiter import MOST_BUCKETS, ContainerRateLimits
from chalicelib.domain.errors import RateLimited, TemporarilyUnavailable
from chalicelib.domain.limit_names import LimitName
from chalicelib.domain.limits import LIMITS, Rate, Refusal
from chalicelib.usecases.ports.limits import SharedBuckets
from tests.support.clock import ManualClock
from tests.support.memory import MemoryBuckets

KEY = LIMITS[LimitName.KEY]
FREE = KEY.free.burst if KEY.free else 0


class UnreachableBuckets:
    def take(self, bucket: str, rate: Rate, now: int, tokens: int) -> Refusal | None:
        raise TemporarilyUnavailable("The table did not answer.", retry_after=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def buckets() -> MemoryBuckets:
    return MemoryBuckets()


def container(buckets: SharedBuckets, clock: ManualClock) -> ContainerRateLimits:
    return ContainerRateLimits(LIMITS, lambda: buckets, clock)


def allowed(limits: ContainerRateLimits, calls: int, of: str = "k") -> int:
    return sum(_answers(limits, calls, of))


def _answers(limits: ContainerRateLimits, calls: int, of: str) -> Iterator[bool]:
    for _ in range(calls):
        try:
            limits.take(LimitName.KEY, of)
            yield True
        except RateLimited:
            yield False


def test_a_caller_in_normal_use_never_asks_the_table(
    buckets: MemoryBuckets, clock: ManualClock
) -> None:
    limits = container(buckets, clock)
    for _ in range(1000):
        clock.advance(200)
        assert allowed(limits, 1) == 1

    assert buckets.calls == 0


def test_a_flood_takes_tokens_from_the_table_in_chunks_and_is_then_refused(
    buckets: MemoryBuckets, clock: ManualClock
) -> None:
    limits = container(buckets, clock)

    assert allowed(limits, 2000) == FREE + KEY.rate.burst
    # The last one is refused. Then the container knows for how long.
    assert buckets.calls == KEY.rate.burst // KEY.chunk + 1


def test_two_containers_share_the_bucket_in_the_table(
    buckets: MemoryBuckets, clock: ManualClock
) -> None:
    one, other = (container(buckets, clock) for _ in range(2))

    assert allowed(one, 2000) + allowed(other, 2000) == 2 * FREE + KEY.rate.burst


def test_a_flood_of_one_key_takes_nothing_from_another(
    buckets: MemoryBuckets, clock: ManualClock
) -> None:
    limits = container(buckets, clock)
    allowed(limits, 2000)

    assert allowed(limits, FREE + KEY.rate.burst, of="other") == FREE + KEY.rate.burst


def test_a_refusal_says_how_long_to_wait_and_the_next_call_is_then_allowed(
    buckets: MemoryBuckets, clock: ManualClock
) -> None:
    limits = container(buckets, clock)
    allowed(limits, 2000)

    with pytest.raises(RateLimited) as refused:
        limits.take(LimitName.KEY, "k")

    facts = refused.value.facts
    assert facts == {"limit": "key", "quota": 500, "window": 5, "retry_after": 1}
    clock.advance(1000)
    assert allowed(limits, 1) == 1


def test_a_refused_caller_that_does_not_wait_costs_no_call_of_the_table(
    buckets: MemoryBuckets, clock: ManualClock
) -> None:
    limits = container(buckets, clock)
    allowed(limits, 2000)
    before = buckets.calls

    assert allowed(limits, 1000) == 0
    assert buckets.calls == before


def test_without_an_answer_of_the_table_nobody_is_refused(clock: ManualClock) -> None:
    assert allowed(container(UnreachableBuckets(), clock), 2000) == 2000


def test_a_limit_that_is_switched_off_counts_nothing(
    buckets: MemoryBuckets, clock: ManualClock
) -> None:
    limits = ContainerRateLimits({}, lambda: buckets, clock)

    assert allowed(limits, 2000) == 2000
    assert buckets.calls == 0


def test_a_container_forgets_callers_before_their_number_grows_without_limit(
    buckets: MemoryBuckets, clock: ManualClock
) -> None:
    limits = container(buckets, clock)
    for number in range(2 * MOST_BUCKETS):
        allowed(limits, 1, of=str(number))

    assert limits.remembered <= MOST_BUCKETS
