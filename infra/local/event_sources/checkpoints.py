"""How far each shard of a table's stream has been handled, on disk."""

import os
from pathlib import Path


class Checkpoints:
    """One small file per shard, replaced as a whole.

    Kept by table and shard, not by stream: a stream's ARN changes when its table is made anew.
    """

    def __init__(self, state: Path, table: str) -> None:
        self._folder = state / "checkpoints" / table

    def get(self, shard: str) -> str | None:
        """The last handled sequence number."""
        try:
            return (self._folder / shard).read_text() or None
        except FileNotFoundError:
            return None

    def move(self, shard: str, sequence_number: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f"{shard}.draft"
        draft.write_text(sequence_number)
        os.replace(draft, self._folder / shard)
