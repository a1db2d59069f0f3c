"""Every row of the table, in memory and over HTTP against the running product."""

import json

import pytest

from tests.botpress.stage import Cast, Stage, fits
from tests.botpress.table import ROWS, Row

each_row = pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])


@each_row
def test_a_route_answers_in_this_process_as_the_table_says(row: Row, stage: Stage) -> None:
    answers_as_written(row, stage)


@each_row
def test_a_route_answers_over_http_as_the_table_says(row: Row, served: Cast) -> None:
    answers_as_written(row, served.stage())


def answers_as_written(row: Row, stage: Stage) -> None:
    stage.prepare(row.given)

    answer = stage.call(row.by, row.request, row.body, row.headers)

    assert answer.status == row.status, answer.text
    expected = stage.filled(row.answer)
    if isinstance(expected, str):
        assert expected in ("$any", answer.text)
        assert expected == "$any" or answer.content_type == "text/plain; charset=utf-8"
    else:
        assert answer.content_type == "application/json"
        assert fits(json.loads(answer.text), expected), answer.text


def test_names_of_rows_are_their_own() -> None:
    names = [row.name for row in ROWS]

    assert sorted(set(names)) == sorted(names)
