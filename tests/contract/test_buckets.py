"""Token buckets that all containers share."""

from functools import partial

import pytest

from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.domain.limits import SECOND, Rate, Refusal
from tests.contract.store_setup import at_once
from tests.support.clock import START
from tests.support.engines import Stores

NOW = 1000 * START
RATE = Rate(2, 1, 10)


def test_a_bucket_gives_its_burst_and_then_says_how_long_to_wait(stores: Stores) -> None:
    take = partial(stores.buckets.take, "key#k", RATE, NOW)

    assert [take(4), take(4), take(2)] == [None, None, None]
    assert take(3) == Refusal(3 * SECOND // 2)
    assert stores.buckets.take("key#other", RATE, NOW, 10) is None


def test_refused_tokens_are_not_taken(stores: Stores) -> None:
    assert stores.buckets.take("b", RATE, NOW, 8) is None
    for _ in range(5):
        assert isinstance(stores.buckets.take("b", RATE, NOW, 3), Refusal)

    assert stores.buckets.take("b", RATE, NOW, 2) is None


def test_a_bucket_fills_again(stores: Stores) -> None:
    stores.buckets.take("b", RATE, NOW, 10)

    assert isinstance(stores.buckets.take("b", RATE, NOW + SECOND // 2 - 1, 1), Refusal)
    assert stores.buckets.take("b", RATE, NOW + SECOND // 2, 1) is None
    assert stores.buckets.take("b", RATE, NOW + 60 * SECOND, 10) is None


def test_concurrent_callers_take_no_token_twice(stores: Stores) -> None:
    take = partial(stores.buckets.take, "b", RATE, NOW, 2)

    answers = at_once([take for _ in range(16)])

    # moto and ministack may refuse a concurrent write, which takes nothing.
    assert answers.count(None) <= 5
    assert all(
        each is None or isinstance(each, Refusal | TemporarilyUnavailable) for each in answers
    )
    left = sum(stores.buckets.take("b", RATE, NOW, 2) is None for _ in range(16))
    assert answers.count(None) + left == 5


@pytest.mark.parametrize("name", ["a#b", "x" * 5000, "ü/…"])
def test_any_name_is_a_bucket_of_its_own(stores: Stores, name: str) -> None:
    assert stores.buckets.take(name, RATE, NOW, 10) is None
    assert isinstance(stores.buckets.take(name, RATE, NOW, 1), Refusal)
    assert stores.buckets.take(name + "'", RATE, NOW, 1) is None
