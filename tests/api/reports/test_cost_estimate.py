"""The cost estimate of the report."""

import pytest

from chalicelib.usecases.reports.aws_prices import AwsPrices
from chalicelib.usecases.reports.cost_estimate import MESSAGE, OWNERSHIP_CHANGE, estimate_cost

THOUSAND = {"handoffs": 1000, "messages": 20_000, "moves": 3_000}


def test_a_thousand_handoffs_of_twenty_messages_cost_cents() -> None:
    total = sum(estimate_cost(THOUSAND, agents=5).values())

    assert 0.1 < total < 0.5


def test_no_handoffs_cost_nothing() -> None:
    assert sum(estimate_cost({}, agents=100).values()) == 0


def test_the_cost_is_proportional_to_the_handoffs() -> None:
    twice = {name: 2 * count for name, count in THOUSAND.items()}

    once, double = estimate_cost(THOUSAND, 5), estimate_cost(twice, 5)

    assert double == pytest.approx({name: 2 * dollars for name, dollars in once.items()})


def test_more_agents_add_only_frames_and_reads() -> None:
    few, many = estimate_cost(THOUSAND, 5), estimate_cost(THOUSAND, 50)

    changed = {name for name in few if few[name] != many[name]}
    assert changed == {"websocket", "dynamodb"}
    assert many["websocket"] - few["websocket"] == pytest.approx(3_000 * 45 * 1e-6)


def test_the_estimate_uses_the_given_prices() -> None:
    free = AwsPrices(*[0.0] * 8)
    units = AwsPrices(1.0, 1.0, *[0.0] * 6)

    assert sum(estimate_cost(THOUSAND, 5, free).values()) == 0
    assert estimate_cost({"messages": 1}, 0, units)["dynamodb"] == pytest.approx(
        (MESSAGE.reads + MESSAGE.writes) * 1e-6
    )
    assert estimate_cost({"moves": 1}, 0, units)["dynamodb"] == pytest.approx(
        (OWNERSHIP_CHANGE.reads + OWNERSHIP_CHANGE.writes) * 1e-6
    )
