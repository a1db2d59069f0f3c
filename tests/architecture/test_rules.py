"""The rules that no reader should have to watch over."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture import rules, sizes
from tests.architecture.source import EVERYTHING, PRODUCT, ROOT, planted

Rule = Callable[[Path], list[str]]

STILL_TOO_LONG: sizes.Sizes = {}
"""What is over the limit, and by how much: it may shrink, and then this line shrinks with it."""


@pytest.mark.parametrize(
    "rule",
    [
        rules.reads_of_the_environment,
        rules.scans,
        rules.nameless_names,
        rules.written_expressions,
    ],
)
def test_nothing_breaks_the_rule(rule: Rule) -> None:
    assert rule(ROOT) == []


@pytest.mark.parametrize(
    ("rule", "file", "text"),
    [
        (rules.reads_of_the_environment, "app.py", "import os\nos.environ['X']"),
        (rules.reads_of_the_environment, "chalicelib/wiring.py", "import os as o\no.getenv('X')"),
        (rules.reads_of_the_environment, "chalicelib/wiring.py", "from os import environ"),
        (rules.scans, "chalicelib/adapters/dynamodb/conversations/lists.py", "Row.scan(limit=1)"),
        (rules.scans, "chalicelib/adapters/aws/sns.py", "all = client.scan"),
        (rules.nameless_names, "chalicelib/usecases/utils.py", ""),
        (
            rules.nameless_names,
            "chalicelib/usecases/conversations/pause.py",
            "def process_pause(): ...",
        ),
        (
            rules.nameless_names,
            "chalicelib/usecases/conversations/pause.py",
            "class PauseManager: ...",
        ),
        (
            rules.nameless_names,
            "chalicelib/usecases/conversations/pause.py",
            "async def get_info(): ...",
        ),
        (rules.written_expressions, "chalicelib/adapters/aws/sns.py", "q(FilterExpression=x)"),
        (
            rules.written_expressions,
            "chalicelib/adapters/aws/sns.py",
            "q(**{'UpdateExpression': x})",
        ),
        (
            rules.written_expressions,
            "chalicelib/adapters/aws/sns.py",
            "client.execute_statement(x)",
        ),
        (rules.written_expressions, "chalicelib/wiring.py", "q(condition=f'a = {x}')"),
        (rules.written_expressions, "chalicelib/wiring.py", "q(filter_condition='a = ' + x)"),
        (rules.written_expressions, "chalicelib/wiring.py", "q(actions=['SET %s' % x])"),
        (rules.written_expressions, "chalicelib/wiring.py", "q(condition='a = {}'.format(x))"),
        (
            rules.written_expressions,
            "chalicelib/adapters/dynamodb/conversations/lists.py",
            "Path(name)",
        ),
        (
            rules.written_expressions,
            "chalicelib/adapters/dynamodb/conversations/lists.py",
            "def read(filter_condition: str): ...",
        ),
    ],
)
def test_what_breaks_a_rule_is_found(tmp_path: Path, rule: Rule, file: str, text: str) -> None:
    found = rule(planted(tmp_path, file, text))

    assert [each.partition(":")[0] for each in found] == [file]


def test_tools_have_names_that_say_something() -> None:
    assert rules.nameless_names(ROOT, ("infra", "bench")) == []


def test_nothing_gets_too_long() -> None:
    assert sizes.too_long(ROOT, EVERYTHING) == STILL_TOO_LONG


def test_what_gets_too_long_is_found(tmp_path: Path) -> None:
    lines = "\n".join(["def endless():", *["    pass"] * 400])
    file = "chalicelib/usecases/endless.py"

    found = sizes.too_long(planted(tmp_path, file, lines), PRODUCT)

    assert found == {file: 403, f"{file}::endless": 401}
