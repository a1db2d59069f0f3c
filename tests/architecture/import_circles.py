"""Modules that import each other, directly or through others."""

from collections.abc import Collection
from graphlib import CycleError, TopologicalSorter

from tests.architecture.imports import imports_of
from tests.architecture.source import Source, Sources


def import_circle(sources: Sources) -> list[str]:
    """One circle of imports, lazy ones included: its first module is also its last; else empty."""
    modules = frozenset(source.name for source in sources)
    imported = {source.name: _own_imports(source, modules) for source in sources}
    try:
        TopologicalSorter(imported).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle
    return []


def _own_imports(source: Source, modules: Collection[str]) -> set[str]:
    names = (_module_of(name, modules) for _, name in imports_of(source, modules))
    return {name for name in names if name}


def _module_of(name: str, modules: Collection[str]) -> str:
    """The module that has this name, or in which this name is defined; empty if it is not ours."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name
