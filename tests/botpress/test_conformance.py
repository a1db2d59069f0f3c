"""Every row of the table, in memory and over HTTP against the running product."""

import json

import pytest

from tests.botpress.rows.row import Row
from tests.botpress.stage import Cast, Stage, fits
from tests.botpress.table import ALONE, ROWS


def each(rows: list[Row]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", rows, ids=[row.name for row in rows])


@pytest.fixture(scope="package")
def served_stage(served: Cast) -> Stage:
    return served.stage()


@each([*ROWS, *ALONE])
def test_a_route_answers_in_this_process_as_the_table_says(row: Row, stage: Stage) -> None:
    answers_as_written(row, stage)


@each(ROWS)
def test_a_route_answers_over_http_as_the_table_says(row: Row, served: Cast) -> None:
    answers_as_written(row, served.stage())


@each(ALONE)
def test_a_caller_without_access_is_refused_over_http_as_the_table_says(
    row: Row, served_stage: Stage
) -> None:
    answers_as_written(row, served_stage)


def answers_as_written(row: Row, stage: Stage) -> None:
    stage.prepare(row.given)

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
