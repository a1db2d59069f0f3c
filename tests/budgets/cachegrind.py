"""Instructions of a Python program, counted by valgrind: within 0.1 % the same on every run and on
every machine with the same libraries, where milliseconds are not.

https://valgrind.org/docs/manual/cg-manual.html
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
MISSING = "valgrind is missing: apt-get install valgrind (infra/tools does it)."


def is_there() -> bool:
    return shutil.which("valgrind") is not None


Count = Callable[[str], int]


class Cachegrind:
    """`folder` takes the bytecode: what is counted is loading, never compiling."""

    def __init__(self, folder: Path) -> None:
        self._environment = {
            "PATH": os.environ.get("PATH", ""),
            # The order of sets, and so the work on them, is the same each time.
            "PYTHONHASHSEED": "0",
            "PYTHONPATH": os.pathsep.join([str(ROOT), sysconfig.get_path("purelib")]),
            "PYTHONPYCACHEPREFIX": str(folder),
        }

    def count(self, program: str) -> int:
        """All instructions, with those that Python itself needs to start and to stop."""
        # -S and -s: whatever else is installed on this machine stays out of it.
        python = [sys.executable, "-S", "-s", "-c", program]
        self._run(python)
        counting = ["valgrind", "--tool=cachegrind", "--cache-sim=no"]
        report = self._run([*counting, "--cachegrind-out-file=/dev/null", *python])
        found = re.search(r"I\s+refs:\s+([\d,]+)", report)
        assert found, report
        return int(found[1].replace(",", ""))

    def _run(self, command: list[str]) -> str:
        ran = subprocess.run(
            command, cwd=ROOT, env=self._environment, capture_output=True, text=True, check=True
        )
        return ran.stderr
