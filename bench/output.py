"""Markdown tables, and progress messages."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

Cell = str | int | float


@dataclass(frozen=True)
class Table:
    """A table of results; `note` says what the figures mean and what they leave out."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""

    def __str__(self) -> str:
        """Aligned Markdown, which is readable in a terminal, too."""
        lines = [self.columns, *([_shown(cell) for cell in row] for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        rule = ["-" * width for width in widths]
        body = "\n".join(_line(line, widths) for line in [lines[0], rule, *lines[1:]])
        return "\n\n".join(part for part in (f"## {self.title}", body, self.note) if part)


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Prints the task and its duration to standard error."""
    print(f"{what} …", end=" ", file=sys.stderr, flush=True)
    began = time.monotonic()
    yield
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = (f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True))
    right = (f"{cell.strip():>{width}}" for cell, width in zip(rest, widths[1:], strict=True))
    return "| " + " | ".join([first, *right]) + " |"


def _shown(cell: Cell) -> str:
    if isinstance(cell, float):
        return f"{cell:,.2f}" if cell < 100 else f"{cell:,.0f}"
    return f"{cell:,}" if isinstance(cell, int) else cell
