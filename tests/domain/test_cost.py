"""What handoffs have cost, at dated prices."""

import pytest

from chalicelib.domain.cost import MESSAGE, MOVE, estimate
from chalicelib.domain.prices import Prices

THOUSAND = {"handoffs": 1000, "messages": 20_000, "moves": 3_000}


def test_a_thousand_handoffs_of_twenty_messages_cost_cents() -> None:
    total = sum(estimate(THOUSAND, agents=5).values())

    assert 0.1 < total < 0.5


def test_nothing_costs_nothing() -> None:
    assert sum(estimate({}, agents=100).values()) == 0


def test_twice_as_much_costs_twice_as_much() -> None:
    twice = {name: 2 * count for name, count in THOUSAND.items()}

    once, double = estimate(THOUSAND, 5), estimate(twice, 5)

    assert double == pytest.approx({name: 2 * dollars for name, dollars in once.items()})


def test_more_agents_cost_more_frames_and_reads_and_nothing_else() -> None:
    few, many = estimate(THOUSAND, 5), estimate(THOUSAND, 50)

    changed = {name for name in few if few[name] != many[name]}
    assert changed == {"websocket", "dynamodb"}
    assert many["websocket"] - few["websocket"] == pytest.approx(3_000 * 45 * 1e-6)


def test_each_price_counts() -> None:
    free = Prices(*[0.0] * 8)
    units = Prices(1.0, 1.0, *[0.0] * 6)

    assert sum(estimate(THOUSAND, 5, free).values()) == 0
    assert estimate({"messages": 1}, 0, units)["dynamodb"] == pytest.approx(
        (MESSAGE.reads + MESSAGE.writes) * 1e-6
    )
    assert estimate({"moves": 1}, 0, units)["dynamodb"] == pytest.approx(
        (MOVE.reads + MOVE.writes) * 1e-6
    )
