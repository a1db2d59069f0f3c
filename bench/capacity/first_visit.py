"""Counts the requests and bytes of the console's first page, from its sources and from the bundle
of a package."""

import gzip
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.output import Table, progress
from chalicelib.entrypoints.http.pages.console import ROOT, served
from infra.packaging.console_bundle import bundle

PAGE, ENGLISH = "index.html", "en.js"
NAMED = re.compile(r'(?:href|src)="([^"]+\.(?:css|js|svg))"')
"""The files that the page names. The texts of the language are the only ones that it does not."""


def measure() -> Iterator[Table]:
    with TemporaryDirectory() as folder, progress("The console's first page"):
        packaged = Path(shutil.copytree(ROOT, Path(folder) / "console"))
        bundle(packaged)
        rows = [
            _row("from its sources", ROOT, f"strings/{ENGLISH}"),
            _row("bundled, as in a package", packaged, f"bundle/{ENGLISH}"),
        ]
    yield Table("The console's first page in English", ("console", "requests", "KB"), rows, "gzip")


def _row(name: str, console: Path, texts: str) -> list[str | float]:
    names = {PAGE, texts, *NAMED.findall((console / PAGE).read_text(encoding="utf-8"))}
    sizes = [len(gzip.compress(served(console / each).encode())) for each in names]
    return [name, str(len(names)), round(sum(sizes) / 1024, 1)]
