"""Which modules a file imports."""

import ast
from collections.abc import Collection, Iterator

from tests.architecture.source import EVERYTHING, Source

OWN = frozenset(place.removesuffix(".py") for place in EVERYTHING)
"""Our own top-level modules and packages."""


def imports_of(source: Source, modules: Collection[str]) -> Iterator[tuple[ast.stmt, str]]:
    """Each import statement and the module it names, also inside functions and for type checkers.

    `modules` are all our own modules: `from a import b` means `a.b` if that is one of them.
    """
    for node in source.nodes:
        if isinstance(node, ast.Import):
            yield from ((node, each.name) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(source, node)
            for each in node.names:
                whole = f"{origin}.{each.name}"
                is_own = whole in modules or origin in OWN
                yield node, whole if is_own else origin


def _origin(source: Source, node: ast.ImportFrom) -> str:
    """The absolute name of the module after `from`."""
    if not node.level:
        return node.module or ""
    package = source.name.split(".")
    if not source.file.endswith("__init__.py"):
        package.pop()
    above = package[: len(package) - node.level + 1]
    return ".".join([*above, *([node.module] if node.module else [])])
