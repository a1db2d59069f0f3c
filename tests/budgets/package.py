"""The package as it is unpacked on Lambda: the app and its libraries side by side."""

import shutil
import subprocess
import sys
from pathlib import Path

from infra.packaging.slim import slim
from tests.budgets.cachegrind import ROOT

DEADLINE = 180


def installed(tree: Path) -> Path:
    """Made by pip, for this interpreter; without bytecode, as Chalice packs it."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile"]
    locked = ["--require-hashes", "--requirement", str(ROOT / "requirements.txt")]
    command = [*pip, "--target", str(tree), *locked]
    subprocess.run(command, check=True, timeout=DEADLINE, capture_output=True)
    shutil.copy(ROOT / "app.py", tree)
    shutil.copytree(
        ROOT / "chalicelib", tree / "chalicelib", ignore=shutil.ignore_patterns("__pycache__")
    )
    return tree


def slimmed(tree: Path, copy: Path) -> Path:
    shutil.copytree(tree, copy)
    slim(copy, Path(sys.executable))
    return copy
