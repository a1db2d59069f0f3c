"""The settings of queues: what is refused, and who takes over from whom."""

import pytest
from msgspec.structs import replace

from chalicelib.domain.routing.hours import Hours
from chalicelib.domain.routing.queues import Limits, Queue, fallbacks, field_errors

SALES, SUPPORT, NIGHT = Queue("sales"), Queue("support"), Queue("night")


def falling_back(queue: Queue, to: str | None) -> Queue:
    return replace(queue, fallback=to)


def fields(queue: Queue, *others: Queue) -> list[str]:
    return [field for field, _ in field_errors(queue, others)]


def test_a_queue_without_hours_is_always_open() -> None:
    assert SALES.is_open(0)


def test_a_queue_with_hours_is_open_by_them() -> None:
    assert not replace(SALES, hours=Hours("UTC", {})).is_open(0)


def test_queues_take_over_one_after_another() -> None:
    queues = [falling_back(SALES, "support"), falling_back(SUPPORT, "night"), NIGHT]

    assert fallbacks("sales", queues) == ["support", "night"]
    assert fallbacks("night", queues) == fallbacks("unknown", queues) == []


def test_a_queue_may_fall_back_to_one_that_nobody_has_configured() -> None:
    assert fields(falling_back(SALES, "unknown")) == []


def test_a_queue_does_not_fall_back_to_itself() -> None:
    assert fields(falling_back(SALES, "sales")) == ["fallback"]


@pytest.mark.parametrize(
    "others",
    [
        [falling_back(SUPPORT, "sales")],
        [falling_back(SUPPORT, "night"), falling_back(NIGHT, "sales")],
    ],
)
def test_queues_do_not_fall_back_in_a_circle(others: list[Queue]) -> None:
    assert fields(falling_back(SALES, "support"), *others) == ["fallback"]


def test_the_settings_that_are_replaced_do_not_count() -> None:
    known = [falling_back(SALES, "support"), SUPPORT]

    assert fields(SALES, *known) == []
    assert fields(falling_back(SUPPORT, "night"), *known) == []
    assert fields(falling_back(SUPPORT, "sales"), *known) == ["fallback"]


def test_following_a_circle_comes_to_an_end() -> None:
    queues = [falling_back(SALES, "support"), falling_back(SUPPORT, "sales")]

    assert fallbacks("sales", queues) == ["support", "sales"]
    assert fields(falling_back(NIGHT, "sales"), *queues) == []


@pytest.mark.parametrize("steps", [(60, 60), (120, 60)])
def test_escalation_goes_forward_in_time(steps: tuple[int, ...]) -> None:
    queue = replace(SALES, limits=Limits(escalate=steps))

    assert fields(queue) == ["limits.escalate"]


def test_every_field_that_is_at_fault_is_named() -> None:
    queue = Queue("sales", fallback="sales", hours=Hours("x", {}), texts={"en": {"hello": "x"}})

    assert fields(queue) == ["hours.time_zone", "texts.en.hello", "fallback"]
