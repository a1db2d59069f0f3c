"""Rules about the source of the DynamoDB adapter."""

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


def test_the_adapter_never_scans_the_table() -> None:
    modules = list(FOLDER.rglob("*.py"))

    assert len(modules) > 10
    assert not [m.name for m in modules if names_in(m.read_text()) & FORBIDDEN]


def test_a_planted_scan_is_found() -> None:
    assert names_in("rows = HeadRow.scan(limit=1)") & FORBIDDEN


def test_every_kind_of_row_has_its_own_letter() -> None:
    kinds = rows.Row.kind.get_registered_subclasses(rows.Row)
    letters = [rows.Row.kind.get_discriminator(kind) for kind in kinds]

    assert len(set(letters)) == len(letters) == len(rows.Row.__subclasses__())


def test_rows_contain_the_attributes_of_their_indexes() -> None:
    for index, (pk, sk, shown) in INDEXES.items():
        row = rows.HandoffRow if index == HANDOFFS else rows.HeadRow
        attributes = {attribute.attr_name for attribute in row.get_attributes().values()}

        assert {pk, sk, *shown} <= attributes
