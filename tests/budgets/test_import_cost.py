"""A cold start pays for what it needs, and for nothing that only another caller needs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.budgets import cachegrind
from tests.budgets.cachegrind import ROOT, Cachegrind

LATER = ("argon2", "aws_lambda_powertools", "boto3", "botocore", "cryptography", "jwt", "pynamodb")
"""Libraries that are loaded when they are first needed, if ever."""
YARDSTICK = "import chalice.app, pynamodb.models"
MOST = 1.2
"""Of the yardstick. 0.80 when this was written: PynamoDB, loaded too early, would make it 1.6."""


def test_importing_the_app_loads_no_library_that_only_some_callers_need() -> None:
    assert _loaded_by("app") == []


def test_a_library_that_is_loaded_too_early_is_seen() -> None:
    assert _loaded_by("app, chalicelib.adapters.dynamodb.table") == ["botocore", "pynamodb"]


@pytest.mark.skipif(
    not cachegrind.is_there() and os.environ.get("CI") != "true", reason=cachegrind.MISSING
)
def test_importing_the_app_costs_little_more_than_chalice_and_pynamodb(tmp_path: Path) -> None:
    assert cachegrind.is_there(), cachegrind.MISSING
    count = Cachegrind(tmp_path).count

    bare, app, yardstick = count("pass"), count("import app"), count(YARDSTICK)

    assert app - bare < MOST * (yardstick - bare)


def _loaded_by(modules: str) -> list[str]:
    program = f"import sys, {modules}; print(*sorted(set(sys.modules) & set({LATER})))"
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.split()
