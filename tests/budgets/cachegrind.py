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
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]
MISSING = "valgrind is missing: apt-get install valgrind (infra/tools does it)."


def is_there() -> bool:
    return shutil.which("valgrind") is not None


Count = Callable[[str], int]


class Cachegrind:
    """`folder` takes the bytecode: what is counted is loading, never compiling. None: with such
    bytecode as there is. `libraries` come first on the path."""

    def __init__(self, folder: Path | None, libraries: Sequence[str] = ()) -> None:
        path = [*libraries, str(ROOT)] if libraries else [str(ROOT), sysconfig.get_path("purelib")]
        self.environment = {
            "PATH": os.environ.get("PATH", ""),
            # The order of sets, and so the work on them, is the same each time.
            "PYTHONHASHSEED": "0",
            "PYTHONPATH": os.pathsep.join(path),
            **(
                {"PYTHONPYCACHEPREFIX": str(folder)} if folder else {"PYTHONDONTWRITEBYTECODE": "1"}
            ),
        }

    @classmethod
    def of_package(cls, tree: Path) -> Self:
        """Measures an unpacked package that nobody can write into."""
        return cls(None, [str(tree)])

    def command(self, program: str) -> list[str]:
        # -S, -s and -P: whatever else is installed on this machine, or lies here, stays out of it.
        return [sys.executable, "-S", "-s", "-P", "-c", program]

    def count(self, program: str) -> int:
        """All instructions, with those that Python itself needs to start and to stop."""
        python = self.command(program)
        self._run(python)
        counting = ["valgrind", "--tool=cachegrind", "--cache-sim=no"]
        report = self._run([*counting, "--cachegrind-out-file=/dev/null", *python])
        found = re.search(r"I\s+refs:\s+([\d,]+)", report)
        assert found, report
        return int(found[1].replace(",", ""))

    def _run(self, command: list[str]) -> str:
        ran = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True
        )
        return ran.stderr
