"""Rules about the adapter's own text."""

import ast
from pathlib import Path

import chalicelib.adapters.dynamodb
from chalicelib.adapters.dynamodb import rows
from chalicelib.adapters.dynamodb.schema import HANDOFFS, INDEXES

FOLDER = Path(chalicelib.adapters.dynamodb.__file__).parent
FORBIDDEN = frozenset({"scan", "segment", "rate_limited_scan"})


def names_in(text: str) -> set[str]:
    tree = ast.walk(ast.parse(text))
    return {node.attr for node in tree if isinstance(node, ast.Attribute)}


def test_nothing_is_ever_scanned() -> None:
    modules = list(FOLDER.rglob("*.py"))

    assert len(modules) > 10
    assert not [m.name for m in modules if names_in(m.read_text()) & FORBIDDEN]


def test_the_search_for_scans_finds_one() -> None:
    assert names_in("rows = HeadRow.scan(limit=1)") & FORBIDDEN


def test_every_kind_of_row_has_a_letter_of_its_own() -> None:
    kinds = rows.Row.kind.get_registered_subclasses(rows.Row)
    letters = [rows.Row.kind.get_discriminator(kind) for kind in kinds]

    assert len(set(letters)) == len(letters) == len(rows.Row.__subclasses__())


def test_what_the_indexes_are_made_of_is_in_their_rows() -> None:
    for index, (pk, sk, shown) in INDEXES.items():
        row = rows.HandoffRow if index == HANDOFFS else rows.HeadRow
        attributes = {attribute.attr_name for attribute in row.get_attributes().values()}

        assert {pk, sk, *shown} <= attributes
