"""The audit passes only if every package was audited and none is vulnerable."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.supply_chain import audit
from infra.supply_chain.audit import INCOMPLETE, PASSED, VULNERABLE

CLEAN: Mapping[str, Any] = {"name": "six", "version": "1.17.0", "vulns": []}
FOUND: Mapping[str, Any] = {
    "name": "jinja2",
    "version": "2.4.1",
    "vulns": [{"id": "PYSEC-2014-8", "fix_versions": ["2.7.2"], "aliases": ["CVE-2014-0012"]}],
}
SKIPPED: Mapping[str, Any] = {"name": "blessed", "skip_reason": "Dependency not found on PyPI"}
NPM_CLEAN: Mapping[str, Any] = {"auditReportVersion": 2, "vulnerabilities": {}}
NPM_FOUND: Mapping[str, Any] = {
    "auditReportVersion": 2,
    "vulnerabilities": {"ws": {"name": "ws", "range": "<7.4.6", "severity": "high", "via": []}},
}
NPM_ERROR: Mapping[str, Any] = {"message": "405 Method Not Allowed", "method": "POST"}


def report(*packages: Mapping[str, Any]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


@pytest.mark.parametrize(
    ("python", "npm", "status", "lines"),
    [
        (report(CLEAN), json.dumps(NPM_CLEAN), PASSED, []),
        (
            *(report(CLEAN, FOUND), json.dumps(NPM_CLEAN), VULNERABLE),
            ["requirements.txt: jinja2 2.4.1: PYSEC-2014-8"],
        ),
        (
            *(report(CLEAN), json.dumps(NPM_FOUND), VULNERABLE),
            ["package-lock.json: ws <7.4.6: high"],
        ),
        (
            *(report(CLEAN, SKIPPED), json.dumps(NPM_CLEAN), INCOMPLETE),
            ["requirements.txt: 1 of 2 packages have no data"],
        ),
        (
            *(report(FOUND, SKIPPED), json.dumps(NPM_CLEAN), VULNERABLE),
            [
                "requirements.txt: jinja2 2.4.1: PYSEC-2014-8",
                "requirements.txt: 1 of 2 packages have no data",
            ],
        ),
        (
            *(report(CLEAN), json.dumps(NPM_ERROR), INCOMPLETE),
            ["package-lock.json: 405 Method Not Allowed"],
        ),
        (
            *("No route to host", json.dumps(NPM_CLEAN), INCOMPLETE),
            ["requirements.txt: the tool gave no report: 'No route to host'"],
        ),
        (
            *(report(CLEAN), "[]", INCOMPLETE),
            ["package-lock.json: the tool gave no report: '[]'"],
        ),
    ],
)
def test_the_audit_tells_vulnerable_packages_from_packages_without_data(
    python: str, npm: str, status: int, lines: list[str]
) -> None:
    def run(command: list[str], _: Path) -> str:
        return npm if command[0] == "npm" else python

    found = audit.audit([Path("requirements.txt")], [Path("package-lock.json")], run)

    assert (found.status, [*found.vulnerable, *found.unaudited]) == (status, lines)


def test_the_audit_reads_every_lock_file_of_the_project() -> None:
    python = {path.relative_to(audit.ROOT).as_posix() for path in audit.python_locks()}
    npm = {path.relative_to(audit.ROOT).as_posix() for path in audit.npm_locks()}

    assert "requirements-dev.txt" in python
    assert {"infra/supply_chain/checkov.txt", "infra/supply_chain/uv.txt"} <= python
    assert "examples/botpress/package-lock.json" in npm
