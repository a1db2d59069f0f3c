"""No file under version control holds a key."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KEYS = "|".join(
    (
        r"bk_[a-z0-9-]+_[A-Za-z0-9_-]{43}",  # of a bot
        r"AKIA[0-9A-Z]{16}",  # of AWS
        r"-----BEGIN [A-Z ]*PRIVATE KEY",
        r"gh[pousr]_[A-Za-z0-9]{36}",  # of GitHub
        r"npm_[A-Za-z0-9]{36}",
        r"pypi-AgEI[A-Za-z0-9_-]{50}",
    )
)


def test_no_file_holds_a_key() -> None:
    command = ["git", "grep", "-I", "--line-number", "--perl-regexp", "-e", KEYS]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (found.stdout, found.stderr, found.returncode) == ("", "", 1)


@pytest.mark.parametrize(
    "planted", ["bk_shop_" + "a-B3" * 10 + "xyz", "AKIA" + "A1" * 8, "ghp_" + "aB3" * 12]
)
def test_a_key_is_found(planted: str) -> None:
    assert re.search(KEYS, f"key = '{planted}'")
