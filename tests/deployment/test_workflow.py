"""The GitHub Actions workflow in examples/github."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.packaging.package import ROOT
from infra.permissions.deployer_policy import template

WORKFLOW = ROOT / "examples" / "github" / "deploy.yml"
TOOLS = Path(__file__).with_name("actionlint")
TIMEOUT = 150


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    if not shutil.which(command[0]):
        assert "CI" not in os.environ, f"{command[0]} is missing."
        pytest.skip(f"{command[0]} is missing.")
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=TIMEOUT)


def jobs() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text())["jobs"]
    return found


@pytest.mark.slow
@pytest.mark.timeout(2 * TIMEOUT)
def test_actionlint_accepts_the_workflow_and_finds_a_planted_fault(tmp_path: Path) -> None:
    """actionlint 1.7.7, compiled to WebAssembly. One run does both, because each takes long."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(TOOLS / name, tmp_path)
    installed = run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=tmp_path)
    assert installed.returncode == 0, installed.stderr
    shutil.copy(WORKFLOW, tmp_path / "right.yml")
    wrong = WORKFLOW.read_text().replace("vars.AWS_ROLE", "vars.AWS_ROLE.arn", 1)
    (tmp_path / "wrong.yml").write_text(wrong.replace("needs: staging", "needs: stage"))

    linter = tmp_path / "node_modules" / "@tktco" / "node-actionlint" / "bin" / "node-actionlint.js"
    done = run("node", str(linter), "*.yml", cwd=tmp_path)

    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "right.yml" not in said
    assert 'needs job "stage" which does not exist' in said


def test_each_job_may_sign_in_and_has_an_environment_that_the_role_trusts() -> None:
    resources: Any = template()["Resources"]
    (trusted,) = resources["DeployRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    (subject,) = trusted["Condition"]["StringLike"].values()

    assert subject["Fn::Sub"].endswith(":environment:*")
    for name, job in jobs().items():
        assert job["permissions"]["id-token"] == "write"
        assert job["environment"] == job["env"]["STAGE"] == name
        assert job["concurrency"]["cancel-in-progress"] is False
        duration = resources["DeployRole"]["Properties"]["MaxSessionDuration"]
        assert job["timeout-minutes"] * 60 <= duration


def test_the_workflow_calls_targets_of_the_makefile_and_no_text_of_others_in_a_shell() -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    actions = yaml.safe_load(WORKFLOW.read_text())[True]["workflow_dispatch"]["inputs"]["action"]

    assert set(actions["options"]) <= set(targets)
    for job in jobs().values():
        commands = [step["run"] for step in job["steps"] if "run" in step]
        assert "make package" in commands[0]
        assert "--yes" in commands[1]
        assert [command for command in commands if "${{" in command] == []
