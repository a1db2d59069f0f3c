"""Our own Python files as syntax trees, and copies of them to plant bugs in."""

import ast
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("app.py", "chalicelib")
EVERYTHING = (*PRODUCT, "infra", "bench", "tests")


@dataclass(frozen=True)
class Source:
    """`name` is the dotted module name, `file` the path from the root."""

    file: str
    name: str
    text: str
    tree: ast.Module

    def at(self, node: ast.expr | ast.stmt, broken: str) -> str:
        """One finding, as an editor finds it."""
        return f"{self.file}:{node.lineno}: {broken}"


def sources(root: Path, places: tuple[str, ...] = PRODUCT) -> Iterator[Source]:
    for place in (root / each for each in places):
        files = sorted(place.rglob("*.py")) if place.is_dir() else [place]
        yield from (_source(root, file) for file in files)


def planted(folder: Path, file: str, text: str) -> Path:
    """A copy of the product with one more thing in it: `text` at the end of `file`, which may be
    new. The root of the copy."""
    shutil.copy(ROOT / "app.py", folder)
    shutil.copytree(ROOT / "chalicelib", folder / "chalicelib", ignore=_no_bytecode)
    with (folder / file).open("a") as out:
        out.write(f"\n\n{text}\n")
    return folder


def _source(root: Path, path: Path) -> Source:
    file, text = path.relative_to(root), path.read_text()
    name = ".".join(file.with_suffix("").parts).removesuffix(".__init__")
    return Source(str(file), name, text, _parsed(text))


# The copies differ from the product in one file each: all else is parsed once.
_parsed = cache(ast.parse)


_no_bytecode = shutil.ignore_patterns("__pycache__")
