"""One line in the log for each call of a Lambda function: what it was, how it ended, how long it
took.

A line holds our own words, numbers and ids. It never holds a token, a query, a header, or text that
a person wrote.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from time import perf_counter

log = logging.getLogger("baton")


class RequestLog:
    """One instance in a process: its first line says that the call was a cold start."""

    def __init__(self) -> None:
        self._calls = count()

    @contextmanager
    def line(self, event: str, **facts: object) -> Iterator[dict[str, object]]:
        """Writes the line when the block ends, also by an exception; the block may add to the line.
        `ms` is the block's duration in milliseconds."""
        line, began = dict(facts), perf_counter()
        line["cold_start"] = next(self._calls) == 0
        try:
            yield line
        finally:
            line["ms"] = round((perf_counter() - began) * 1000, 1)
            log.info(event, extra=line)


def request_id(context: object) -> str:
    """The request id in Lambda's own log lines; "" without a context."""
    return getattr(context, "aws_request_id", "")


request_log = RequestLog()
