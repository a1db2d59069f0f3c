"""The errors of the commands: each is a sentence, and an exit code that a script can test."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from baton_client.errors import BatonError, BatonUnavailable, Forbidden, NotFound, Unauthenticated

REFUSED, USAGE, NOT_ALLOWED, MISSING, UNREACHABLE = 1, 2, 3, 4, 5
"""Baton refused the call; wrong options (click's own code); no login or no right; nothing of that
name; no answer."""
CODES: tuple[tuple[type[BatonError], int], ...] = (
    (BatonUnavailable, UNREACHABLE),
    (Unauthenticated, NOT_ALLOWED),
    (Forbidden, NOT_ALLOWED),
    (NotFound, MISSING),
    (BatonError, REFUSED),
)


class CommandFailed(click.ClickException):
    def __init__(self, message: str, code: int = REFUSED) -> None:
        super().__init__(message)
        self._code = code

    @property
    def exit_code(self) -> int:  # type: ignore[override]
        return self._code


@contextmanager
def readable_errors() -> Iterator[None]:
    """Shows Baton's errors without a traceback."""
    try:
        yield
    except BatonError as error:
        code = next(code for kind, code in CODES if isinstance(error, kind))
        detail = error.detail if isinstance(error, BatonUnavailable) else str(error)
        raise CommandFailed(detail, code) from error
    except ValueError as error:
        raise CommandFailed(str(error), USAGE) from error
