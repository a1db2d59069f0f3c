"""`make audit`: looks for known vulnerabilities in everything that a lock file names.

Its exit status is 0 if every package was audited and none is vulnerable, 1 if one is, and 2 if a
package could not be audited. An audit that had to skip something has not passed.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

ROOT = Path(__file__).parents[2]
DEADLINE = 300
"""Seconds for one file."""
PASSED, VULNERABLE, INCOMPLETE = 0, 1, 2

Run = Callable[[list[str], Path], str]
"""Runs a command in a folder and returns its output, whatever its exit status."""


@dataclass(frozen=True, slots=True)
class Findings:
    """`vulnerable` has a line for each vulnerable package, `unaudited` one for each reason."""

    vulnerable: list[str] = field(default_factory=list)
    unaudited: list[str] = field(default_factory=list)

    @property
    def status(self) -> int:
        if self.vulnerable:
            return VULNERABLE
        return INCOMPLETE if self.unaudited else PASSED


def python_locks(root: Path = ROOT) -> list[Path]:
    return [root / "requirements-dev.txt", *sorted((root / "infra/supply_chain").glob("*.txt"))]


def npm_locks(root: Path = ROOT) -> list[Path]:
    """The locks in the repository."""
    listed = _run(["git", "ls-files", "*package-lock.json"], root)
    return [root / name for name in listed.split()]


def audit(python: Iterable[Path], npm: Iterable[Path], run: Run) -> Findings:
    """Asks pip-audit and npm about each lock file."""
    npm_audit = ["npm", "audit", "--json"]
    found = [
        *(_audited(lock, run(pip_audit(lock), ROOT), in_python_lock) for lock in python),
        *(_audited(lock, run(npm_audit, lock.parent), in_npm_lock) for lock in npm),
    ]
    return Findings(
        [line for each in found for line in each.vulnerable],
        [line for each in found for line in each.unaudited],
    )


def pip_audit(lock: Path) -> list[str]:
    tool = [str(ROOT / "infra/supply_chain/run"), "pip-audit"]
    quiet = ["--progress-spinner", "off", "--format", "json"]
    return [*tool, "--disable-pip", "--require-hashes", *quiet, "--requirement", str(lock)]


def in_python_lock(report: Mapping[str, Any]) -> Findings:
    """Reads the report of `pip-audit --format json`. It calls a report with skipped packages one
    without known vulnerabilities."""
    packages = report["dependencies"]
    skipped = [each["name"] for each in packages if "skip_reason" in each]
    vulnerable = [
        f"{each['name']} {each['version']}: {', '.join(found['id'] for found in each['vulns'])}"
        for each in packages
        if each.get("vulns")
    ]
    if not skipped:
        return Findings(vulnerable)
    return Findings(vulnerable, [f"{len(skipped)} of {len(packages)} packages have no data"])


def in_npm_lock(report: Mapping[str, Any]) -> Findings:
    """Reads the report of `npm audit --json`, which is an error if the registry has no data."""
    if "vulnerabilities" not in report:
        return Findings(unaudited=[str(report.get("message", "npm gave no report"))])
    packages = report["vulnerabilities"].values()
    return Findings([f"{each['name']} {each['range']}: {each['severity']}" for each in packages])


def _audited(lock: Path, output: str, read: Callable[[Mapping[str, Any]], Findings]) -> Findings:
    name = lock.relative_to(ROOT) if lock.is_relative_to(ROOT) else lock
    try:
        found = read(json.loads(output))
    except (ValueError, LookupError, TypeError, AttributeError):
        found = Findings(unaudited=[f"the tool gave no report: {output.strip()[-200:]!r}"])
    return Findings(
        [f"{name}: {line}" for line in found.vulnerable],
        [f"{name}: {line}" for line in found.unaudited],
    )


def _run(command: list[str], folder: Path) -> str:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=DEADLINE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return done.stdout or done.stderr


def main() -> int:
    console = Console(highlight=False, soft_wrap=True)
    locks = [*python_locks(), *npm_locks()]
    console.print(f"Auditing {len(locks)} lock files …")
    found = audit(python_locks(), npm_locks(), _run)
    for line in found.vulnerable:
        console.print(f"Vulnerable: {line}", markup=False)
    for line in found.unaudited:
        console.print(f"Not audited: {line}", markup=False)
    console.print(
        {
            PASSED: "Every package was audited, and none has a known vulnerability.",
            VULNERABLE: "Raise the versions in the .in files, then run: make lock",
            INCOMPLETE: "The audit is not complete, so it has not passed. Run it where PyPI's "
            "advisories and npm's can be reached.",
        }[found.status]
    )
    return found.status


if __name__ == "__main__":
    sys.exit(main())
