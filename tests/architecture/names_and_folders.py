"""Checks that a reader finds things: small folders, and class names that exist once."""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath

from tests.architecture.source import EVERYTHING, Sources

MOST_FILES = 14
SOURCE_ENDINGS = frozenset({".css", ".html", ".js", ".py", ".sh", ".ts"})
PLACES = frozenset({*EVERYTHING, "clients", "examples"})


def crowded_folders(files: Iterable[str]) -> dict[str, int]:
    """The number of source files of each folder that has more than MOST_FILES."""
    paths = [PurePosixPath(file) for file in files]
    counted = Counter(
        str(path.parent)
        for path in paths
        if path.parts[0] in PLACES and path.suffix in SOURCE_ENDINGS and path.name != "__init__.py"
    )
    return {folder: count for folder, count in counted.items() if count > MOST_FILES}


def shared_class_names(sources: Sources) -> dict[str, list[str]]:
    """The files of each class name that more than one class has."""
    found: dict[str, list[str]] = defaultdict(list)
    for source in sources:
        for node in source.nodes:
            if isinstance(node, ast.ClassDef):
                found[node.name].append(source.file)
    return {name: files for name, files in found.items() if len(files) > 1}
