"""Reads docs/security.md: the items of each list, and what holds each of them."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

NOT_DONE, DEPLOYMENT = "not done, because ", "deployment: "
ITEM = re.compile(r"^\| ([PTV]\d[\d.]*) \|(.*)\|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
REASON = 10
"""The fewest characters that say something."""

PEER_FAILURES = tuple(f"P{number}" for number in range(1, 23))
THREATS = tuple(f"T{number}" for number in range(1, 21))
LEVEL_2 = """
1.1.1-2 1.2.1-4 1.2.9 1.3.2-3 1.3.5-7 1.3.10 1.5.2 2.1.1-3 2.2.1-3 2.3.1-4 2.4.1 3.2.1-2 3.3.1-4
3.4.1-6 3.5.1-5 3.7.1-2 4.1.1-3 4.2.1 4.4.1-4 6.1.1-3 6.2.1-12 6.3.1-4 6.4.1-3 7.1.1-2 7.2.1-4
7.3.1-2 7.4.1-5 7.5.1-2 8.1.1-2 8.2.1-3 8.3.1 8.4.1 9.1.1-3 9.2.1-4 11.1.1-2 11.2.1-3 11.3.2
11.4.1-3 11.5.1 12.1.1 12.2.1-2 12.3.1-2 13.1.1 13.2.1-4 13.3.1-2 13.4.1-2 13.4.5 14.1.1-2 14.2.1-4
14.3.1-3 15.1.1-3 15.2.1-3 15.3.1-7 16.1.1 16.2.1-5 16.3.1-4 16.4.1-3 16.5.1-3
"""
"""The requirements of ASVS 5.0.0, levels 1 and 2, that concern what Baton is made of."""
SINCE = """
1.3.11 5.1.1 5.2.1-3 5.3.1-2 5.4.1-3 6.4.4 6.5.1-5 6.8.1-2 6.8.4 7.1.3 7.6.1-2
10.1.1-2 10.2.1-2 10.5.1-4 11.3.1 11.3.3
"""
"""Those that concern it since there are mail, second factors, single sign-on, sealed secrets and
files."""


def requirements(text: str) -> tuple[str, ...]:
    return tuple(f"V{number}" for written in text.split() for number in _numbers(written))


def _numbers(written: str) -> Iterator[str]:
    section, _, span = written.rpartition(".")
    first, _, last = span.partition("-")
    for number in range(int(first), int(last or first) + 1):
        yield f"{section}.{number}"


LISTS = {
    "failures of other products": PEER_FAILURES,
    "threats": THREATS,
    "ASVS 5.0.0, level 2": requirements(LEVEL_2),
    "ASVS 5.0.0, added since": requirements(SINCE),
}
ITEMS = tuple(item for items in LISTS.values() for item in items)


class Control(NamedTuple):
    """A row of the page: the item, what it asks for, what Baton does, and what holds it."""

    item: str
    asks_for: str
    does: str
    held_by: str

    @property
    def kind(self) -> str:
        """One of `test`, `deployment`, `not done`; "" if the row has no answer."""
        for kind, beginning in (("not done", NOT_DONE), ("deployment", DEPLOYMENT)):
            if self.held_by.startswith(beginning):
                says_something = len(self.held_by) >= len(beginning) + REASON
                return kind if says_something else ""
        other = re.sub(r"^[,; ]*", "", TEST.sub("", self.held_by))
        only_tests = not other or other.startswith(DEPLOYMENT)
        return "test" if only_tests and TEST.match(self.held_by) else ""


def controls(page: str) -> list[Control]:
    """Raises ValueError for a row that does not have four cells."""
    found = []
    for item, rest in ITEM.findall(page):
        cells = [cell.strip() for cell in rest.split(" | ")]
        if len(cells) != 3:
            raise ValueError(f"The row {item} has {len(cells) + 1} cells and not four.")
        found.append(Control(item, *cells))
    return found


def counts(rows: list[Control], items: tuple[str, ...]) -> tuple[int, int, int, int]:
    """How many items there are, are held by a test, are the deployment's, are not done."""
    kinds = [row.kind for row in rows if row.item in items]
    test, deployment, not_done = map(kinds.count, ("test", "deployment", "not done"))
    return len(items), test, deployment, not_done


def missing_tests(root: Path, rows: list[Control]) -> list[str]:
    """The tests that the rows name and that do not exist, with the files that have them now."""
    named = dict.fromkeys(found for row in rows for found in TEST.findall(row.held_by))
    absent = [(file, test) for file, test in named if test not in tests_of(root / file)]
    return [" ".join([f"{file}::{test}", *_files_with(root, test)]) for file, test in absent]


def _files_with(root: Path, test: str) -> Iterator[str]:
    for file in sorted((root / "tests").rglob("test_*.py")):
        if test in tests_of(file):
            yield f"is now in {file.relative_to(root)}"


@cache
def tests_of(file: Path) -> frozenset[str]:
    """The names of the tests in a file: functions, methods, and cases of state machines."""
    if not file.exists():
        return frozenset()
    nodes = list(ast.walk(ast.parse(file.read_text())))
    functions = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    assigned = {
        target.id
        for node in nodes
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return frozenset(name for name in functions | assigned if name.startswith(("test_", "Test")))
