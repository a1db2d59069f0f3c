"""checkov reports nothing in the packaged template beyond the checks that checkov.yaml skips."""

import json
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from infra.packaging.package import ROOT, TEMPLATE
from infra.template.policies import TABLE

FIRST_RUN = 400
"""Seconds: the first run installs checkov."""


def run_checkov(template: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ROOT / "infra" / "packaging" / "checkov"), str(template)],
        capture_output=True,
        text=True,
        check=False,
        timeout=FIRST_RUN,
    )


@pytest.mark.timeout(FIRST_RUN + 200)
def test_checkov_accepts_the_template_and_finds_a_planted_fault(
    packaged: Path, template: dict[str, Any], tmp_path: Path
) -> None:
    """One test does both, because it can be run alone and each run takes long."""
    found = run_checkov(packaged / TEMPLATE)
    table = deepcopy(template["Resources"][TABLE])
    del table["Properties"]["PointInTimeRecoverySpecification"]
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps({"Resources": {TABLE: table}}))

    assert found.returncode == 0, found.stdout + found.stderr
    assert "CKV_AWS_28" in run_checkov(wrong).stdout
