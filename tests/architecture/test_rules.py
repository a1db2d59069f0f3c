"""No line of the product breaks a rule of `rules.py`."""

from collections.abc import Callable

import pytest

from tests.architecture import rules
from tests.architecture.source import TOOLS, Sources, planted, sources

Rule = Callable[[Sources], list[str]]


@pytest.mark.parametrize(
    "rule",
    [
        rules.reads_of_the_environment,
        rules.scans,
        rules.dangerous_code,
        rules.nameless_names,
        rules.written_expressions,
        rules.replaced_fields,
        rules.reads_of_what_may_be_erased,
    ],
)
def test_no_line_of_the_product_breaks_the_rule(rule: Rule) -> None:
    assert rule(sources()) == []


def test_no_browser_test_changes_a_page_for_good_that_others_use() -> None:
    assert rules.lasting_changes_of_kept_pages(sources("tests/browser")) == []


@pytest.mark.parametrize(
    ("rule", "file", "text"),
    [
        (rules.reads_of_the_environment, "app.py", "import os\nos.environ['X']"),
        (rules.reads_of_the_environment, "chalicelib/wiring.py", "import os as o\no.getenv('X')"),
        (rules.reads_of_the_environment, "chalicelib/wiring.py", "from os import environ"),
        (rules.scans, "chalicelib/adapters/dynamodb/conversations/lists.py", "Row.scan(limit=1)"),
        (rules.scans, "chalicelib/adapters/aws/sns.py", "all = client.scan"),
        (
            rules.lasting_changes_of_kept_pages,
            "tests/browser/pages/test_a.py",
            "def test_a(open_console):\n    open_console('ana').clock.install()",
        ),
        (rules.dangerous_code, "chalicelib/domain/texts.py", "eval(text)"),
        (rules.dangerous_code, "chalicelib/domain/texts.py", "code = compile(text, '', 'exec')"),
        (rules.dangerous_code, "chalicelib/domain/texts.py", "import pickle"),
        (rules.dangerous_code, "chalicelib/domain/texts.py", "from random import choice"),
        (rules.dangerous_code, "chalicelib/domain/texts.py", "import xml.etree.ElementTree as e"),
        (rules.dangerous_code, "chalicelib/domain/texts.py", "re.search(f'{word}', text)"),
        (rules.dangerous_code, "chalicelib/domain/texts.py", "re.compile('a' + word)"),
        (rules.dangerous_code, "chalicelib/domain/texts.py", "hashlib.md5(b'')"),
        (rules.dangerous_code, "app.py", "import os\nos.system(text)"),
        (rules.dangerous_code, "app.py", "def f():\n    from subprocess import run"),
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
        (
            rules.replaced_fields,
            "chalicelib/usecases/conversations/enrich.py",
            "replace(command, queue_setting=1)",
        ),
        (
            rules.reads_of_what_may_be_erased,
            "chalicelib/usecases/live/typing.py",
            "services.conversations.entries_after(bot, cid, 0, 1)",
        ),
    ],
)
def test_a_planted_line_that_breaks_a_rule_is_found(rule: Rule, file: str, text: str) -> None:
    found = rule([planted(file, text)])

    assert [each.partition(":")[0] for each in found] == [file]


def test_names_in_the_tools_say_something() -> None:
    assert rules.nameless_names(sources(*TOOLS)) == []
