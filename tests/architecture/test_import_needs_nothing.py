"""Importing the app has no effect outside the process.

Packaging, tests and cold starts all import it, some of them without any environment.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, planted_copy

PROGRAM = Path(__file__).with_name("watched_import.py")


def import_app(root: Path) -> list[str]:
    """The effects of importing the app in this folder with an empty environment."""
    command = [sys.executable, "-B", str(PROGRAM), str(root)]
    ran = subprocess.run(command, env={}, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


def test_importing_the_app_has_no_effect() -> None:
    assert import_app(ROOT) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "text", "done"),
    [
        ("app.py", "wiring.services", []),
        ("app.py", "import os\nos.environ.get('X')", ["reads the environment: X"]),
        ("app.py", "import os\n'X' in os.environ", ["reads the environment: X"]),
        ("app.py", "import os\ndict(os.environ)", ["reads the whole environment"]),
        (
            "chalicelib/domain/conversation/head.py",
            "import os\nos.getenv('X', '')",
            ["reads the environment: X"],
        ),
        (
            "chalicelib/usecases/accounts/authenticate.py",
            "import time\ntime.time()",
            ["reads the clock: time"],
        ),
        ("chalicelib/wiring.py", "import socket\nsocket.socket()", ["socket.__new__"]),
        (
            "chalicelib/wiring.py",
            "import boto3\nboto3.client('sns', region_name='us-east-1')",
            ["makes a client"],
        ),
        (
            "chalicelib/wiring.py",
            "from chalicelib.adapters.dynamodb.table import open_table\nopen_table('t', 'r')",
            ["makes a client"],
        ),
    ],
)
def test_a_planted_effect_at_import_is_found(
    tmp_path: Path, file: str, text: str, done: list[str]
) -> None:
    assert import_app(planted_copy(tmp_path, file, text)) == done


def test_the_app_can_be_imported_with_an_empty_environment() -> None:
    command = [sys.executable, "-B", "-c", "import app"]

    ran = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, check=False)

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")
