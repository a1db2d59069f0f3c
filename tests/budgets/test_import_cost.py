"""A cold start pays for what it needs, and for nothing that only another caller needs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.cpu.recording import record
from tests.budgets import cachegrind
from tests.budgets.cachegrind import ROOT, Cachegrind
from tests.support.engines import CREDENTIALS

LATER = ("argon2", "aws_lambda_powertools", "boto3", "botocore", "cryptography", "jwt", "pynamodb")
"""Libraries that are loaded when they are first needed, if ever."""
OF_OTHER_FUNCTIONS = (
    "chalicelib.entrypoints.websocket.actions",
    "chalicelib.entrypoints.events.stream",
    "chalicelib.entrypoints.events.webhook_queue",
    "chalicelib.entrypoints.websocket.handlers",
    "chalicelib.entrypoints.events.minute",
    "chalicelib.usecases.reactions",
)
OF_OTHER_CALLS = (
    *("aws_lambda_powertools", "argon2", "boto3", "cryptography", "jwt", "tzdata", "zoneinfo"),
    *(
        "chalicelib.adapters.aws.metrics",
        "chalicelib.adapters.security.passwords",
        "chalicelib.adapters.aws.sns",
    ),
    *(
        "chalicelib.adapters.aws.sockets",
        "chalicelib.adapters.aws.sqs",
        "chalicelib.adapters.security.tokens",
    ),
    "chalicelib.adapters.webhook_http.client",
)
"""A gate call needs none of them: its bot is known by its key."""
YARDSTICK = "import chalice.app, pynamodb.models"
MOST = 0.5
"""In units of the yardstick; 0.36 when this was written. PynamoDB, imported too early, would add
0.8."""


def test_importing_the_app_loads_no_library_that_only_some_callers_need() -> None:
    assert _loaded_by("app") == []


def test_importing_the_app_loads_nothing_that_only_another_function_calls() -> None:
    assert _loaded_by("app", among=OF_OTHER_FUNCTIONS) == []


def test_a_gate_call_loads_nothing_that_only_another_call_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    gate = (
        f"from bench.cpu.replay import ReplayedGate; ReplayedGate({str(record(tmp_path))!r}).call()"
    )

    assert _loaded(gate, OF_OTHER_CALLS) == []


def test_a_planted_unneeded_module_of_a_call_is_found() -> None:
    login = "import chalicelib.adapters.security.passwords as p; p.Argon2Passwords().hash('secret')"

    assert _loaded(login, OF_OTHER_CALLS) == ["argon2", "chalicelib.adapters.security.passwords"]


def test_loaded_modules_are_frozen_from_garbage_collection_and_later_objects_are_not() -> None:
    program = "import app, gc; print(gc.isenabled(), gc.get_freeze_count() > 10_000)"

    assert _printed(program) == ["True", "True"]


def test_a_planted_early_library_is_found() -> None:
    assert _loaded_by("app, chalicelib.adapters.dynamodb.table") == ["botocore", "pynamodb"]


@pytest.mark.skipif(
    not cachegrind.is_there() and os.environ.get("CI") != "true", reason=cachegrind.MISSING
)
def test_importing_the_app_costs_little_more_than_chalice_and_pynamodb(tmp_path: Path) -> None:
    assert cachegrind.is_there(), cachegrind.MISSING
    count = Cachegrind(tmp_path).count

    bare, app, yardstick = count("pass"), count("import app"), count(YARDSTICK)

    assert app - bare < MOST * (yardstick - bare)


def _loaded_by(modules: str, among: tuple[str, ...] = LATER) -> list[str]:
    return _loaded(f"import {modules}", among)


def _loaded(program: str, among: tuple[str, ...]) -> list[str]:
    return _printed(
        f"{program}\nimport sys; print(); print(*sorted({{*sys.modules}} & {{*{among}}}))"
    )


def _printed(program: str) -> list[str]:
    """The words of its last line."""
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.splitlines()[-1].split()
