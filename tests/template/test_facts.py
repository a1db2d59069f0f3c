"""Each fact about AWS in docs/aws.md has a test that names it."""

import re

import pytest

from tests.support.stack import ROOT

PAGE = "docs/aws.md"
ROW = re.compile(r"^\| (\d+) \|.*\| `(\S+)` \|$", re.MULTILINE)
NAMED = re.compile(r"Facts? ((?:\d+(?:, | and )?)+)")
"""In docstrings: "Fact 9", "Facts 7 and 19"."""


def rows() -> list[tuple[int, str]]:
    return [(int(number), file) for number, file in ROW.findall((ROOT / PAGE).read_text())]


def named_in(text: str) -> set[int]:
    return {int(number) for found in NAMED.findall(text) for number in re.findall(r"\d+", found)}


def test_the_page_has_all_facts_in_order() -> None:
    assert [number for number, _ in rows()] == list(range(1, 24))


@pytest.mark.parametrize(("number", "file"), rows())
def test_the_test_of_a_fact_names_its_number(number: int, file: str) -> None:
    assert number in named_in((ROOT / file).read_text()), (
        f"say in {file} which test is that of fact {number} in {PAGE}"
    )
