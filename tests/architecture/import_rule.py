"""Which layer may import which, and which layer may import which library.

app -> entrypoints -> usecases -> domain; adapters import ports, records and domain; only `wiring`
imports both adapters and the rest. No layer imports a plug-in: `plugins` names it as text.
"""

import sys

from tests.architecture.imports import OWN, imports_of
from tests.architecture.source import Sources, sources

MODULES = frozenset(source.name for source in sources())

PORTS = ("chalicelib.usecases.ports", "chalicelib.usecases.records")

MAY_IMPORT = {
    "app": ("chalicelib.loading", "chalicelib.wiring", "chalicelib.entrypoints"),
    "chalicelib.entrypoints": (
        "chalicelib.entrypoints",
        "chalicelib.usecases",
        "chalicelib.domain",
        "chalicelib.loading",
        "chalicelib.plugins",
    ),
    "chalicelib.botpress": (
        "chalicelib.botpress",
        "chalicelib.entrypoints",
        "chalicelib.usecases",
        "chalicelib.domain",
    ),
    "chalicelib.usecases": ("chalicelib.usecases", "chalicelib.domain"),
    "chalicelib.adapters": ("chalicelib.adapters", *PORTS, "chalicelib.domain"),
    "chalicelib.domain": ("chalicelib.domain",),
    "chalicelib.wiring": (
        "chalicelib.adapters",
        "chalicelib.loading",
        "chalicelib.plugins",
        "chalicelib.settings",
        "chalicelib.usecases.services",
        *PORTS,
    ),
    "chalicelib.loading": (),
    "chalicelib.plugins": (),
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


def forbidden_imports(sources: Sources) -> list[str]:
    return [
        source.at(node, f"{source.name} imports {imported}")
        for source in sources
        for node, imported in imports_of(source, MODULES)
        if not _may_import(source.name, imported)
    ]


def _may_import(importer: str, imported: str) -> bool:
    library = imported.partition(".")[0]
    if library in OWN:
        return _within(imported, MAY_IMPORT[_layer(importer)])
    if _layer(importer) == "chalicelib.domain" and library not in DOMAIN_LIBRARIES:
        return False
    return library not in ONLY_IN or _within(importer, ONLY_IN[library])


def _layer(module: str) -> str:
    return max((layer for layer in MAY_IMPORT if _within(module, (layer,))), key=len)


def _within(module: str, places: tuple[str, ...]) -> bool:
    return any(module == place or module.startswith(f"{place}.") for place in places)
