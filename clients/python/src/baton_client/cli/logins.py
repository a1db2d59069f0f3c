"""The login that is stored on this machine. Several commands may use it at the same time."""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import click

from baton_client.cli.errors import NOT_ALLOWED, UNREACHABLE, CommandFailed

LOGIN_FIRST = "Log in first: baton login"
LOOK = 0.05
"""Seconds between two attempts to take the lock."""


@dataclass(frozen=True, slots=True)
class Login:
    """`access_until` is in seconds since 1970 (UTC)."""

    origin: str
    email: str
    access: str
    access_until: float
    refresh: str

    def is_same_account(self, other: "Login") -> bool:
        return (self.origin, self.email) == (other.origin, other.email)


def login_file() -> Path:
    """`BATON_LOGIN` names another file, for example in CI."""
    named = os.environ.get("BATON_LOGIN")
    return Path(named) if named else Path(click.get_app_dir("baton")) / "login.json"


def stored_login() -> Login:
    """Raises CommandFailed."""
    try:
        return Login(**json.loads(login_file().read_text()))
    except FileNotFoundError:
        raise CommandFailed(LOGIN_FIRST, NOT_ALLOWED) from None
    except (ValueError, TypeError):
        raise CommandFailed(f"{login_file()} is damaged. {LOGIN_FIRST}", NOT_ALLOWED) from None


def store_login(login: Login) -> None:
    write_private(login_file(), json.dumps(asdict(login)))


def write_private(path: Path, text: str) -> None:
    """Only this user may read the file. It is replaced whole, so none is left half written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    part.replace(path)


@contextmanager
def login_lock(patience: float) -> Iterator[None]:
    """One command at a time. A refresh token works once: a second use would end the login.

    The operating system frees the lock if a command crashes. Raises CommandFailed after `patience`
    seconds.
    """
    path, until = login_file(), time.monotonic() + patience
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.lock").open("a") as file:
        while not _is_locked(file):
            if time.monotonic() > until:
                raise CommandFailed(
                    f"Another baton command has refreshed the login for {patience:g} s. Look for a "
                    "command that hangs, end it, and run this again.",
                    UNREACHABLE,
                )
            time.sleep(LOOK)
        try:
            yield
        finally:
            _unlock(file)


if sys.platform == "win32":
    import msvcrt

    def _is_locked(file: IO[str]) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(file: IO[str]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _is_locked(file: IO[str]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
