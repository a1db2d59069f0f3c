"""Counting login attempts within a window."""

from functools import partial

from tests.contract.store_setup import at_once
from tests.support.engines import Stores

NOW = 1_767_225_600_000
WINDOW = 15 * 60 * 1000


def test_attempts_are_counted_by_name(stores: Stores) -> None:
    count = partial(stores.login_attempts.count, now=NOW, window=WINDOW)

    assert [count("a"), count("a"), count("a#"), count("a")] == [1, 2, 1, 3]


def test_a_new_window_begins_when_the_old_one_has_passed(stores: Stores) -> None:
    stores.login_attempts.count("a", NOW, WINDOW)

    assert stores.login_attempts.count("a", NOW + WINDOW - 1, WINDOW) == 2
    assert stores.login_attempts.count("a", NOW + WINDOW, WINDOW) == 1
    assert stores.login_attempts.count("a", NOW + 2 * WINDOW - 1, WINDOW) == 2


def test_a_reset_counter_starts_again(stores: Stores) -> None:
    stores.login_attempts.count("a", NOW, WINDOW)
    stores.login_attempts.reset("a")
    stores.login_attempts.reset("never counted")

    assert stores.login_attempts.count("a", NOW, WINDOW) == 1


def test_sixteen_concurrent_attempts_are_all_counted(stores: Stores) -> None:
    counts = at_once([partial(stores.login_attempts.count, "a", NOW, WINDOW) for _ in range(16)])

    assert sorted(count for count in counts if isinstance(count, int)) == list(range(1, 17))
