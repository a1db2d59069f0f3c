"""Token buckets: what they allow at once, in the long run, and after a pause."""

import random

import pytest

from chalicelib.domain.limits import LIMITS, SECOND, Limit, Rate, Refusal, changed, take
from infra.generate import limits as generated

NOW = 1_767_225_600 * SECOND


def granted(rate: Rate, calls: list[tuple[int, int]]) -> list[bool]:
    """For each call (microseconds from now, tokens): whether it is allowed."""
    busy_until, answers = 0, []
    for at, tokens in calls:
        after = take(rate, busy_until, NOW + at, tokens)
        answers.append(isinstance(after, int))
        busy_until = after if isinstance(after, int) else busy_until
    return answers


def test_a_full_bucket_allows_its_burst_and_then_refuses() -> None:
    assert granted(Rate(2, 1, 3), [(0, 1)] * 5) == [True] * 3 + [False] * 2


def test_a_refusal_says_when_the_next_call_is_allowed() -> None:
    rate, busy_until = Rate(2, 1, 3), 0
    for _ in range(3):
        after = take(rate, busy_until, NOW)
        assert isinstance(after, int)
        busy_until = after

    refused = take(rate, busy_until, NOW)

    assert refused == Refusal(SECOND // 2)
    assert isinstance(take(rate, busy_until, NOW + refused.wait - 1), Refusal)
    assert isinstance(take(rate, busy_until, NOW + refused.wait), int)


def test_a_bucket_that_was_left_alone_is_full_and_no_fuller() -> None:
    an_hour = 3600 * SECOND

    assert granted(Rate(2, 1, 3), [(0, 3), *[(an_hour, 1)] * 4]) == [True] * 4 + [False]


@pytest.mark.parametrize("seed", range(20))
def test_no_bucket_ever_allows_more_than_its_burst_and_its_rate(seed: int) -> None:
    chance = random.Random(seed)
    rate = Rate(chance.randint(1, 200), chance.choice((1, 60)), chance.randint(1, 50))
    at, calls = 0, []
    for _ in range(300):
        at += chance.randint(0, 2 * rate.step)
        calls.append((at, 1))
    moments = [at for (at, _), ok in zip(calls, granted(rate, calls), strict=True) if ok]

    for first in range(len(moments)):
        for last in range(first, len(moments)):
            within = moments[last] - moments[first]
            assert last - first + 1 <= rate.burst + within // rate.step + 1


@pytest.mark.parametrize("limit", LIMITS.values(), ids=LIMITS)
def test_a_container_grants_less_by_itself_than_the_limit(limit: Limit) -> None:
    assert limit.chunk <= limit.rate.burst // 2 or limit.chunk == 1
    if limit.free:
        assert limit.free.step >= limit.rate.step
        assert limit.free.burst <= limit.rate.burst


def test_a_lower_limit_is_kept_in_the_table_alone() -> None:
    limit = next(iter(LIMITS.values()))
    lower, higher = Rate(1, 1, 2), Rate(1000, 1, 5000)

    assert changed(limit, lower) == Limit(limit.per, limit.calls, lower, chunk=1, free=None)
    assert changed(limit, higher).free == limit.free


def test_the_page_of_the_limits_is_generated_from_the_table() -> None:
    written = generated.PAGE.read_text(encoding="utf-8")

    assert written == generated.page(), "run `python -m infra.generate.limits`"
