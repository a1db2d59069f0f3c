"""Captures the log lines of the product as CloudWatch would receive them."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.adapters.log_lines import LOGGER, JsonLines, set_level


class Lines:
    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def of(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.all if line.get("event") == event]


@contextmanager
def written(level: str = "INFO") -> Iterator[Lines]:
    """Captures lines of this level and above inside the `with` block."""
    lines, log = Lines(), logging.getLogger(LOGGER)
    handler = logging.StreamHandler(lines.stream)
    handler.setFormatter(JsonLines())
    before = log.level
    log.addHandler(handler)
    set_level(level)
    try:
        yield lines
    finally:
        log.setLevel(before)
        log.removeHandler(handler)
