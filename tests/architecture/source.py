"""Our own files: Python modules as syntax trees, and copies in which a test plants a bug."""

import ast
import gc
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("app.py", "chalicelib")
TOOLS = ("infra", "bench")
EVERYTHING = (*PRODUCT, *TOOLS, "tests")


@dataclass(frozen=True)
class Source:
    """`name` is the dotted module name, `file` the path from the root."""

    file: str
    name: str
    tree: ast.Module

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes of the tree."""
        with _collector_paused():
            return tuple(ast.walk(self.tree))

    def at(self, node: ast.expr | ast.stmt, message: str) -> str:
        """One finding, in the form `file:line: message`, which editors can open."""
        return f"{self.file}:{node.lineno}: {message}"


Sources = Sequence[Source]


@cache
def sources(*places: str) -> Sources:
    """The Python files of these folders; all files of the product if none is named."""
    found = []
    for place in (ROOT / each for each in places or PRODUCT):
        files = sorted(place.rglob("*.py")) if place.is_dir() else [place]
        found += [_stored(str(file.relative_to(ROOT))) for file in files]
    return tuple(found)


@cache
def _stored(file: str) -> Source:
    return source_of(file, (ROOT / file).read_text())


def source_of(file: str, text: str) -> Source:
    name = ".".join(Path(file).with_suffix("").parts).removesuffix(".__init__")
    with _collector_paused():
        return Source(file, name, ast.parse(text))


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Without this, two thirds of the time go to the collector: it looks at all trees again."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def planted(file: str, text: str) -> Source:
    """The file with `text` added at its end; the file may be new."""
    path = ROOT / file
    return source_of(file, f"{path.read_text() if path.exists() else ''}\n\n{text}\n")


def planted_copy(folder: Path, file: str, text: str) -> Path:
    """The root of a copy of the app's Python files, with `text` added at the end of `file`."""
    shutil.copy(ROOT / "app.py", folder)
    shutil.copytree(ROOT / "chalicelib", folder / "chalicelib", ignore=_all_but_python)
    with (folder / file).open("a") as out:
        out.write(f"\n\n{text}\n")
    return folder


@cache
def tracked_files() -> tuple[str, ...]:
    """The paths of all files that git tracks and that are still there."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return tuple(file for file in listed.stdout.splitlines() if (ROOT / file).exists())


def _all_but_python(folder: str, names: list[str]) -> set[str]:
    return {
        name
        for name in names
        if not (name.endswith((".py", ".pyc")) or (Path(folder) / name).is_dir())
    }
