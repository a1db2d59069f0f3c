"""Writes every log line as one JSON object to standard output.

Rule: a line shows an exception's type, code and stack, but never its message, because a message may
quote a user's words or a secret.

Powertools' Logger is not used: its import costs 27 million instructions (this module: 1.4), and it
writes the messages of exceptions.
"""

import logging
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

LOGGER, METRICS = "baton", "baton.metrics"
FRAMES = 12
"""The number of innermost stack frames that a line shows."""
CAUSES = 5
STANDARD_FIELDS = frozenset({*vars(logging.makeLogRecord({})), "taskName", "message", "asctime"})


def write_log_lines(level: str) -> None:
    """Installs the format. A second call changes only the level."""
    log = logging.getLogger(LOGGER)
    set_level(level)
    log.propagate = False
    if not any(isinstance(handler.formatter, JsonLines) for handler in log.handlers):
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(JsonLines())
        log.addHandler(handler)


def set_level(level: str | int) -> None:
    """Metrics do not depend on the level: alarms would take their absence for an outage."""
    logging.getLogger(LOGGER).setLevel(level)
    logging.getLogger(METRICS).setLevel(logging.INFO)


class JsonLines(logging.Formatter):
    """Adds the fields of `extra` to the line, under their names."""

    def format(self, record: logging.LogRecord) -> str:
        if record.name == METRICS:
            return record.getMessage()
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {
            "at": at,
            "level": record.levelname,
            "event": record.getMessage(),
        }
        line |= {n: value for n, value in vars(record).items() if n not in STANDARD_FIELDS}
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
    """`code` is the error code of an AWS service or of Baton."""
    answered = getattr(error, "response", None)
    told = answered.get("Error", {}) if isinstance(answered, dict) else {}
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return {
        "type": type(error).__name__,
        "code": told.get("Code", getattr(error, "code", None)),
        "stack": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
