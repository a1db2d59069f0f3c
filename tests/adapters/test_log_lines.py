"""The log: JSON, line by line, without what exceptions quote."""

import logging
import os
import subprocess
import sys

import pytest
from botocore.exceptions import ClientError

from chalicelib.adapters.log_lines import CAUSES, LOGGER
from chalicelib.domain.errors import NotFound
from tests.support.log_lines import written
from tests.support.stack import ROOT

SAID = "my card is 4000 1234"
log = logging.getLogger(LOGGER)


def test_a_line_is_one_json_object_with_what_the_call_adds() -> None:
    with written() as lines:
        log.info("request", extra={"status": 200, "route": "GET /\n"})

    (line,) = lines.all
    assert line.pop("at").endswith("+00:00")
    assert line == {"level": "INFO", "event": "request", "status": 200, "route": "GET /\n"}


def test_an_exception_is_told_by_type_code_and_place_never_by_its_message() -> None:
    with written() as lines:
        try:
            _refused_by_aws()
        except NotFound:
            log.exception("request failed")

    assert SAID not in lines.text
    first, cause = lines.all[0]["errors"]
    assert (first["type"], first["code"]) == ("NotFound", "not_found")
    assert (cause["type"], cause["code"]) == ("ClientError", "ValidationException")
    assert first["stack"][-1].endswith(" _refused_by_aws")


def test_a_chain_of_causes_has_an_end() -> None:
    error = ValueError(SAID)
    error.__cause__ = error

    with written() as lines:
        log.error("failed", exc_info=error)

    assert len(lines.all[0]["errors"]) == CAUSES


@pytest.mark.parametrize(
    ("level", "printed"), [("INFO", ["a", "b"]), ("WARNING", ["b"]), ("ERROR", [])]
)
def test_the_level_decides_what_is_written_once_each_to_standard_output(
    level: str, printed: list[str]
) -> None:
    program = f"""
import logging
from chalicelib.adapters.log_lines import write_log_lines
write_log_lines("ERROR"), write_log_lines({level!r})
log = logging.getLogger({LOGGER!r})
log.info("a"), log.warning("b")
"""
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )

    events = [line.partition('"event":"')[2][0] for line in ran.stdout.splitlines()]
    assert events == printed
    assert ran.stderr == ""


def _refused_by_aws() -> None:
    try:
        raise ClientError({"Error": {"Code": "ValidationException", "Message": SAID}}, "PutItem")
    except ClientError as error:
        raise NotFound(f"There is no {SAID}.") from error
