"""Every row of the table, in memory and over HTTP against the running product."""

import json

import pytest

from tests.botpress.conftest import cast_in_memory
from tests.botpress.rows.row import Row
from tests.botpress.stage import Cast, Stage, fits
from tests.botpress.table import ALONE, ROWS
from tests.support.services import MemoryServices


def each(rows: list[Row]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", rows, ids=[row.name for row in rows])


STEADY = frozenset({"talked", "talked to other"})
"""The state after these steps does not change with time."""


class Stages:
    """A prepared stage for each row. Rows that change nothing share the stage of their steps."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        self._shared: dict[tuple[str, ...], Stage] = {}

    def of(self, row: Row) -> Stage:
        reads = row.request.startswith("GET ") or row.status >= 400
        if not reads or not STEADY.issuperset(row.given):
            return self._new(row.given)
        if row.given not in self._shared:
            self._shared[row.given] = self._new(row.given)
        return self._shared[row.given]

    def _new(self, given: tuple[str, ...]) -> Stage:
        stage = self._cast.stage()
        stage.prepare(given)
        return stage


@pytest.fixture(scope="module")
def served_stages(served: Cast) -> Stages:
    return Stages(served)


@pytest.fixture(scope="module")
def stages() -> Stages:
    return Stages(cast_in_memory(MemoryServices()))


@each([*ROWS, *ALONE])
def test_a_route_answers_in_this_process_as_the_table_says(row: Row, stages: Stages) -> None:
    answers_as_written(row, stages.of(row))


@each([*ROWS, *ALONE])
def test_a_route_answers_over_http_as_the_table_says(row: Row, served_stages: Stages) -> None:
    answers_as_written(row, served_stages.of(row))


def answers_as_written(row: Row, stage: Stage) -> None:
    answer = stage.call(row.by, row.request, row.body, row.headers)

    assert answer.status == row.status, answer.text
    expected = stage.filled(row.answer)
    if isinstance(expected, str):
        assert answer.text == expected
        assert answer.content_type == "text/plain; charset=utf-8"
    else:
        assert answer.content_type == "application/json"
        assert fits(json.loads(answer.text), expected), answer.text


def test_each_row_has_a_unique_name() -> None:
    names = [row.name for row in [*ROWS, *ALONE]]

    assert sorted(set(names)) == sorted(names)
