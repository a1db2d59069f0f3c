"""Every line of the log is one JSON object on standard output.

Rule: of an exception its type, its code and where it happened, never its message: that may quote
what a user wrote, or a secret.
"""

import logging
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

LOGGER, METRICS = "baton", "baton.metrics"
FRAMES = 12
"""The innermost ones of a stack."""
CAUSES = 5
OF_EVERY_RECORD = frozenset({*vars(logging.makeLogRecord({})), "taskName", "message", "asctime"})


def write_log_lines(level: str) -> None:
    """From now on; a second time changes the level alone."""
    log = logging.getLogger(LOGGER)
    log.setLevel(level)
    log.propagate = False
    if not any(isinstance(handler.formatter, JsonLines) for handler in log.handlers):
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(JsonLines())
        log.addHandler(handler)


class JsonLines(logging.Formatter):
    """What a call gives as `extra` stands in the line by its name."""

    def format(self, record: logging.LogRecord) -> str:
        if record.name == METRICS:
            return record.getMessage()
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {
            "at": at,
            "level": record.levelname,
            "event": record.getMessage(),
        }
        line |= {n: value for n, value in vars(record).items() if n not in OF_EVERY_RECORD}
        if record.exc_info and record.exc_info[1]:
            line |= {"errors": [_shown(error) for error in _causes(record.exc_info[1])]}
        return msgspec.json.encode(line, enc_hook=str).decode()


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(CAUSES):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _shown(error: BaseException) -> dict[str, object]:
    """`code` is that of an AWS service, or of a problem of our own."""
    answered = getattr(error, "response", None)
    told = answered.get("Error", {}) if isinstance(answered, dict) else {}
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return {
        "type": type(error).__name__,
        "code": told.get("Code", getattr(error, "code", None)),
        "stack": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
