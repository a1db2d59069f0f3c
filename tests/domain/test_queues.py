"""The settings of queues: what is refused, and who takes over from whom."""

import pytest
from msgspec.structs import replace

from chalicelib.domain.routing.hours import Hours
from chalicelib.domain.routing.queues import Limits, Queue, field_errors, overflow_chain

SALES, SUPPORT, NIGHT = Queue("sales"), Queue("support"), Queue("night")


def falling_back(queue: Queue, to: str | None) -> Queue:
    return replace(queue, fallback=to)


def fields(queue: Queue, *others: Queue) -> list[str]:
    return [field for field, _ in field_errors(queue, others)]


def test_a_queue_without_hours_is_always_open() -> None:
    assert SALES.is_open(0)


def test_a_queue_with_hours_is_open_in_its_hours() -> None:
    assert not replace(SALES, hours=Hours("UTC", {})).is_open(0)


def test_the_fallback_chain_lists_each_overflow_queue_in_order() -> None:
    queues = [falling_back(SALES, "support"), falling_back(SUPPORT, "night"), NIGHT]

    assert overflow_chain("sales", queues) == ["support", "night"]
    assert overflow_chain("night", queues) == overflow_chain("unknown", queues) == []


def test_an_overflow_queue_need_not_be_configured() -> None:
    assert fields(falling_back(SALES, "unknown")) == []


def test_a_queue_cannot_be_its_own_overflow_queue() -> None:
    assert fields(falling_back(SALES, "sales")) == ["fallback"]


@pytest.mark.parametrize(
    "others",
    [
        [falling_back(SUPPORT, "sales")],
        [falling_back(SUPPORT, "night"), falling_back(NIGHT, "sales")],
    ],
)
def test_overflow_queues_cannot_form_a_circle(others: list[Queue]) -> None:
    assert fields(falling_back(SALES, "support"), *others) == ["fallback"]


def test_the_replaced_settings_are_ignored_in_the_check_for_circles() -> None:
    known = [falling_back(SALES, "support"), SUPPORT]

    assert fields(SALES, *known) == []
    assert fields(falling_back(SUPPORT, "night"), *known) == []
    assert fields(falling_back(SUPPORT, "sales"), *known) == ["fallback"]


def test_the_fallback_chain_of_a_circle_ends() -> None:
    queues = [falling_back(SALES, "support"), falling_back(SUPPORT, "sales")]

    assert overflow_chain("sales", queues) == ["support", "sales"]
    assert fields(falling_back(NIGHT, "sales"), *queues) == []


@pytest.mark.parametrize("steps", [(60, 60), (120, 60)])
def test_escalation_steps_must_ascend(steps: tuple[int, ...]) -> None:
    queue = replace(SALES, limits=Limits(escalate=steps))

    assert fields(queue) == ["limits.escalate"]


def test_every_invalid_field_is_named() -> None:
    queue = Queue("sales", fallback="sales", hours=Hours("x", {}), texts={"en": {"hello": "x"}})

    assert fields(queue) == ["hours.time_zone", "texts.en.hello", "fallback"]
