"""docs/faults.md names tests that are there."""

import re

from tests.support.stack import ROOT

PAGE = ROOT / "docs/faults.md"
NAMED = re.compile(r"`(test_\w+)`")


def missing(page: str) -> set[str]:
    """Tests that the page names and nobody has written."""
    files = ROOT.glob("tests/**/test_*.py")
    there = {n for file in files for n in re.findall(r"^def (test_\w+)", file.read_text(), re.M)}
    return set(NAMED.findall(page)) - there


def test_every_test_that_is_named_is_there() -> None:
    assert missing(PAGE.read_text()) == set()


def test_every_fault_has_a_test() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    faults = [row for row in rows if not row.startswith(("| fault", "| **"))]

    assert len(faults) > 30
    assert [row for row in faults if not NAMED.search(row)] == []


def test_a_test_that_is_not_there_is_found() -> None:
    assert missing("`test_of_nothing_at_all`") == {"test_of_nothing_at_all"}
