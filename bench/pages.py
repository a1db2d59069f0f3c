"""`python -m bench.pages NAME …`: writes what the benchmarks print into their pages in docs/."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import cost
from bench.report import Table
from bench.scale import tables as scale
from tests.support.engines import CREDENTIALS

DOCS = Path(__file__).parents[1] / "docs"
MARK = "<!-- Printed by `make {name}` from here on. -->\n\n"
PAGES: dict[str, Callable[[], Iterator[Table]]] = {
    "cost": cost.measure,
    "scale": scale.measure,
}


def written(name: str) -> str:
    """The page as it stands."""
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def renewed(name: str) -> str:
    """The page as it should be: its own words, and the figures of now."""
    mark = MARK.format(name=name)
    words, found, _ = written(name).partition(mark)
    if not found:
        raise ValueError(f"docs/{name}.md has no line {mark.strip()}")
    return words + mark + "\n\n".join(map(str, PAGES[name]())) + "\n"


def main(names: list[str]) -> int:
    os.environ.update(CREDENTIALS)
    for name in names:
        (DOCS / f"{name}.md").write_text(renewed(name), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
