"""The periods that docs/privacy.md names are those of the code."""

import re
from pathlib import Path

import pytest

from chalicelib.adapters.dynamodb import audit, deliveries, notifications
from chalicelib.adapters.dynamodb.conversations import commit
from chalicelib.domain.search import words
from infra.local.aws.bucket import UNUSED_DAYS
from infra.template import api, functions, messaging

PAGE = Path(__file__).parents[2] / "docs/privacy.md"
DAY_MS = 24 * 60 * 60 * 1000
PERIODS = {
    "KEY_LIFE": commit.KEY_LIFE // DAY_MS,
    "WORD_LIFE": words.LIFE // DAY_MS,
    "NOTIFICATION_LIFE": notifications.LIFE // DAY_MS,
    "DELIVERY_LIFE": deliveries.LOG_LIFE // DAY_MS,
    "AUDIT_LIFE": audit.EVENT_LIFE // DAY_MS,
    "DEAD_LETTERS": messaging.TWO_WEEKS // (DAY_MS // 1000),
    "UNUSED_FILES": UNUSED_DAYS,
    "LOGS": functions.RETENTION_DAYS,
}
"""Days, by the comment that stands before the number on the page."""
OF_AWS = "not in the code"


@pytest.mark.parametrize("name", PERIODS)
def test_a_period_on_the_page_is_that_of_the_code(name: str) -> None:
    (shown,) = re.findall(rf"<!-- {name} -->(\d+) days", PAGE.read_text())

    assert int(shown) == PERIODS[name]


def test_each_period_in_the_table_says_where_it_comes_from() -> None:
    """Add a comment before the number, and its value to PERIODS."""
    rows = [row for row in PAGE.read_text().splitlines() if row.startswith("| ")]
    unmarked = [row for row in rows if re.search(r"(?<!-->)\b\d+ (days|hours)", row)]
    marks = set(re.findall(r"<!-- ([\w ]+) -->\d", PAGE.read_text()))

    assert unmarked == []
    assert marks == {*PERIODS, OF_AWS}


def test_access_logs_are_kept_as_long_as_function_logs() -> None:
    assert api.RETENTION_DAYS == functions.RETENTION_DAYS
