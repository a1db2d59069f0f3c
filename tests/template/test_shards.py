"""Which changes of the parameters `Shards` and `FilledShards` are refused."""

import pytest

from infra.table.shards import refusal


def parameters(shards: int, filled: int) -> dict[str, str]:
    return {"Shards": str(shards), "FilledShards": str(filled)}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((1, 1), (1, 1)),
        ((1, 1), (4, 1)),
        ((4, 1), (4, 4)),
        ((4, 1), (4, 2)),
        ((4, 4), (4, 1)),
        ((4, 4), (8, 4)),
        ((4, 2), (8, 4)),
    ],
)
def test_a_change_that_every_running_function_can_read_is_accepted(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    assert refusal(parameters(*before), parameters(*after)) is None


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ((1, 1), (4, 4), "Deploy Shards=4 first, with FilledShards=1, then FilledShards=4."),
        ((4, 2), (8, 8), "Deploy Shards=8 first, with FilledShards=2, then FilledShards=8."),
        ((4, 4), (2, 2), "must not be lowered from 4 to 2"),
        ((4, 1), (1, 1), "must not be lowered from 4 to 1"),
        ((4, 1), (4, 5), "FilledShards=5 is more than Shards=4"),
        ((1, 1), (1, 2), "FilledShards=2 is more than Shards=1"),
    ],
)
def test_a_change_that_would_hide_conversations_is_refused(
    before: tuple[int, int], after: tuple[int, int], says: str
) -> None:
    assert says in (refusal(parameters(*before), parameters(*after)) or "")


def test_a_new_stack_may_begin_with_any_number() -> None:
    assert refusal({}, parameters(4, 4)) is None
    assert refusal({}, parameters(2, 4))


def test_a_stack_without_the_parameters_has_one_shard() -> None:
    assert refusal({"AlarmEmail": ""}, parameters(4, 1)) is None
    assert refusal({"AlarmEmail": ""}, parameters(4, 4))
