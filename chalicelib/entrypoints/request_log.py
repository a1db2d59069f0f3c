"""One line in the log for each call of a function: what it was, how it ended, how long it took.

Never a token, a query, a header, or anything that a person wrote: who adds to a line adds words of
ours, numbers, and ids.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from time import perf_counter

log = logging.getLogger("baton")


class Journal:
    """One a container: its first line says that it was a cold start."""

    def __init__(self) -> None:
        self._calls = count()

    @contextmanager
    def line(self, event: str, **facts: object) -> Iterator[dict[str, object]]:
        """Is written when the block ends, however it does; the block may add to it. `ms` are
        milliseconds."""
        line, began = dict(facts), perf_counter()
        line["cold_start"] = next(self._calls) == 0
        try:
            yield line
        finally:
            line["ms"] = round((perf_counter() - began) * 1000, 1)
            log.info(event, extra=line)


def request_id(context: object) -> str:
    """By which Lambda's own lines name the call; "" without a context."""
    return getattr(context, "aws_request_id", "")


request_log = Journal()
