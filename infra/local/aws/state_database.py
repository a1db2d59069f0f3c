"""The engine's state on disk: one SQLite file that is written before each answer.

SQLite in WAL mode keeps a committed transaction when the process is killed at any moment. A power
cut may lose the last transactions, but it does not damage the file.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

FORMAT = 1
"""Raise it if an older release could no longer read what this one writes."""


class StateRow(NamedTuple):
    """`value` is JSON; None deletes the row."""

    kind: str
    key: str
    value: str | None


class StateUnreadable(Exception):
    """The file is damaged or has another format, or it cannot be opened. The text says what to do.
    The file is kept."""


class StateNotWritten(Exception):
    """A change could not be stored, for example because the disk is full."""


class StateDatabase:
    """Use it from one thread. Raises StateUnreadable if the file cannot be read."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._connection = sqlite3.connect(file, isolation_level=None)
        try:
            self._open()
        except sqlite3.OperationalError as error:
            raise StateUnreadable(f"{file} cannot be opened: {error}.") from None
        except sqlite3.Error as error:
            raise self.unreadable(str(error)) from None

    def rows(self, kind: str) -> Iterator[tuple[str, str]]:
        """The keys and values of this kind, sorted by key."""
        query = "SELECT key, value FROM state WHERE kind = ? ORDER BY key"
        try:
            yield from self._connection.execute(query, (kind,))
        except sqlite3.Error as error:
            raise self.unreadable(str(error)) from None

    def write(self, rows: Iterable[StateRow]) -> None:
        """Writes all rows or none. Raises StateNotWritten."""
        put = [row for row in rows if row.value is not None]
        deleted = [(row.kind, row.key) for row in rows if row.value is None]
        run = self._connection
        try:
            run.execute("BEGIN IMMEDIATE")
            run.executemany("INSERT OR REPLACE INTO state VALUES (?, ?, ?)", put)
            run.executemany("DELETE FROM state WHERE kind = ? AND key = ?", deleted)
            run.execute("COMMIT")
        except sqlite3.Error as error:
            raise StateNotWritten(f"{self._file} cannot be written: {error}.") from None

    def close(self) -> None:
        self._connection.close()

    def unreadable(self, why: str) -> StateUnreadable:
        return StateUnreadable(
            f"{self._file} cannot be read ({why}). It was not changed. "
            "Restore it, choose another STATE folder, or delete this one's data with --fresh."
        )

    def _open(self) -> None:
        run = self._connection
        (found,) = run.execute("PRAGMA user_version").fetchone()
        if found > FORMAT:
            raise self.unreadable(f"a newer release wrote it: format {found}, not {FORMAT}")
        (check,) = run.execute("PRAGMA quick_check(1)").fetchone()
        if check != "ok":
            raise self.unreadable(check)
        run.execute("PRAGMA journal_mode = WAL")
        run.execute("PRAGMA synchronous = NORMAL")
        run.execute(
            "CREATE TABLE IF NOT EXISTS state"
            " (kind TEXT, key TEXT, value TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID"
        )
        run.execute(f"PRAGMA user_version = {FORMAT}")
