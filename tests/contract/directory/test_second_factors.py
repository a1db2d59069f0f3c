"""People's second factors."""

from functools import partial

from msgspec.structs import replace

from chalicelib.usecases.records.second_factor import SecondFactor
from tests.contract.store_setup import at_once
from tests.support.engines import Stores

FACTOR = SecondFactor("p_1", "SECRET", 1, 2, ("a", "b"))


def test_a_second_factor_comes_back_as_it_was_stored(stores: Stores) -> None:
    assert stores.second_factors.replace(None, FACTOR)

    assert stores.second_factors.get("p_1") == FACTOR
    assert stores.second_factors.get("p_2") is None


def test_only_what_is_stored_is_replaced(stores: Stores) -> None:
    stores.second_factors.replace(None, FACTOR)
    used = replace(FACTOR, last_step=3)

    assert not stores.second_factors.replace(None, used)
    assert not stores.second_factors.replace(used, used)
    assert stores.second_factors.replace(FACTOR, used)
    assert stores.second_factors.get("p_1") == used


def test_one_of_sixteen_requests_uses_a_code(stores: Stores) -> None:
    stores.second_factors.replace(None, FACTOR)
    used = [replace(FACTOR, last_step=3, secret=str(each)) for each in range(16)]

    won = at_once([partial(stores.second_factors.replace, FACTOR, each) for each in used])

    assert won.count(True) == 1


def test_a_removed_one_is_gone(stores: Stores) -> None:
    stores.second_factors.replace(None, FACTOR)

    stores.second_factors.remove("p_1")
    stores.second_factors.remove("p_2")

    assert stores.second_factors.get("p_1") is None
    assert stores.second_factors.replace(None, FACTOR)
