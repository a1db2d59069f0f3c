"""How long our files and functions are."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.architecture.source import sources

LONGEST_FILE, LONGEST_FUNCTION = 400, 40
"""Lines, of a function without its docstring. Aims are far below: 250 and 15."""

Sizes = Mapping[str, int]


def too_long(root: Path, places: tuple[str, ...]) -> Sizes:
    """Lines by file, and by file and function, of what is over the limit."""
    return {name: lines for name, lines, limit in _measured(root, places) if lines > limit}


def _measured(root: Path, places: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:
    for source in sources(root, places):
        yield source.file, len(source.text.splitlines()), LONGEST_FILE
        for node in ast.walk(source.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{source.file}::{node.name}", _lines(node), LONGEST_FUNCTION


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    docstring = function.body[0] if ast.get_docstring(function, clean=False) else None
    return _span(function) - (_span(docstring) if docstring else 0)


def _span(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1
