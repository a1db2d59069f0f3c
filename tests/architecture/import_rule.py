"""Who may import whom.

app -> entrypoints -> usecases -> domain; adapters see the ports, the records and the domain; only
`wiring` joins adapters with the rest.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import Source, sources

OWN = ("app", "chalicelib", "infra", "bench", "tests")

PORTS = ("chalicelib.usecases.ports", "chalicelib.usecases.records")

SEES = {
    "app": ("chalicelib.loading", "chalicelib.wiring", "chalicelib.entrypoints"),
    "chalicelib.entrypoints": (
        "chalicelib.entrypoints",
        "chalicelib.usecases",
        "chalicelib.domain",
        "chalicelib.botpress",
    ),
    "chalicelib.botpress": (
        "chalicelib.botpress",
        "chalicelib.entrypoints",
        "chalicelib.usecases",
        "chalicelib.domain",
    ),
    "chalicelib.usecases": ("chalicelib.usecases", "chalicelib.domain", "chalicelib.botpress"),
    "chalicelib.adapters": ("chalicelib.adapters", *PORTS, "chalicelib.domain"),
    "chalicelib.domain": ("chalicelib.domain",),
    "chalicelib.wiring": (
        "chalicelib.adapters",
        "chalicelib.loading",
        "chalicelib.settings",
        "chalicelib.usecases.services",
        *PORTS,
    ),
    "chalicelib.loading": (),
    "chalicelib.settings": (),
    "chalicelib": (),
}
"""A module's layer is the longest of these names that it begins with."""

DOMAIN_LIBRARIES = sys.stdlib_module_names | {"msgspec"}
"""msgspec makes the domain's value classes: making one costs a fiftieth of what a dataclass costs,
and every cold start makes all of them."""

ONLY_IN = {
    "pynamodb": ("chalicelib.adapters.dynamodb",),
    "chalice": ("app", "chalicelib.entrypoints"),
    "boto3": ("chalicelib.adapters", "chalicelib.wiring"),
    "botocore": ("chalicelib.adapters", "chalicelib.wiring"),
    "jwt": ("chalicelib.adapters",),
    "argon2": ("chalicelib.adapters",),
    "socket": ("chalicelib.adapters",),
    "ssl": ("chalicelib.adapters",),
}


def breaks(root: Path) -> list[str]:
    found = list(sources(root))
    modules = {source.name for source in found}
    return [
        source.at(node, f"{source.name} imports {imported}")
        for source in found
        for node, imported in _imports(source, modules)
        if not _may_import(source.name, imported)
    ]


def _imports(source: Source, modules: set[str]) -> Iterator[tuple[ast.stmt, str]]:
    """Anywhere in the file, inside functions and for type checkers as well."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node, each.name) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(source, node)
            for each in node.names:
                whole = f"{origin}.{each.name}"
                yield node, whole if whole in modules or origin in OWN else origin


def _origin(source: Source, node: ast.ImportFrom) -> str:
    """What a relative import is relative to."""
    if not node.level:
        return node.module or ""
    package = source.name.split(".")
    if not source.file.endswith("__init__.py"):
        package.pop()
    above = package[: len(package) - node.level + 1]
    return ".".join([*above, *([node.module] if node.module else [])])


def _may_import(importer: str, imported: str) -> bool:
    library = imported.partition(".")[0]
    if library in OWN:
        return _within(imported, SEES[_room(importer)])
    if _room(importer) == "chalicelib.domain" and library not in DOMAIN_LIBRARIES:
        return False
    return library not in ONLY_IN or _within(importer, ONLY_IN[library])


def _room(module: str) -> str:
    return max((room for room in SEES if _within(module, (room,))), key=len)


def _within(module: str, places: tuple[str, ...]) -> bool:
    return any(module == place or module.startswith(f"{place}.") for place in places)
