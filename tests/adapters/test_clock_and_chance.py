import re
import time
from datetime import UTC, datetime

from chalicelib.adapters.clock import SystemClock
from chalicelib.adapters.security.random import SystemRandom


def test_the_clock_tells_milliseconds_since_1970() -> None:
    before = datetime.now(UTC).timestamp() * 1000

    told = SystemClock().now()

    assert before - 1 <= told <= datetime.now(UTC).timestamp() * 1000


def test_the_clock_sleeps_for_milliseconds() -> None:
    start = time.monotonic()

    SystemClock().sleep(20)

    assert 0.02 <= time.monotonic() - start < 2


def test_a_token_is_url_safe_and_of_256_bits_and_never_the_same() -> None:
    tokens = {SystemRandom().token() for _ in range(1000)}

    assert len(tokens) == 1000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in tokens)


def test_fractions_are_spread_from_zero_up_to_but_without_one() -> None:
    fractions = [SystemRandom().fraction() for _ in range(1000)]

    assert all(0 <= fraction < 1 for fraction in fractions)
    assert {int(fraction * 10) for fraction in fractions} == set(range(10))
