"""Stores on disk how far each shard of a table's stream has been handled."""

import os
from pathlib import Path


class Checkpoints:
    """One small file per shard, replaced atomically.

    The files are named by table and shard, because the stream's ARN changes if its table is created
    again.
    """

    def __init__(self, state: Path, table: str) -> None:
        self._folder = state / "checkpoints" / table

    def get(self, shard: str) -> str | None:
        """The last handled sequence number, or None."""
        try:
            return (self._folder / shard).read_text() or None
        except FileNotFoundError:
            return None

    def move(self, shard: str, sequence_number: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f"{shard}.draft"
        draft.write_text(sequence_number)
        os.replace(draft, self._folder / shard)
