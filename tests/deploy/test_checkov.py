"""checkov finds nothing in the packaged template that there is no reason for."""

import json
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from infra.packaging.package import ROOT, TEMPLATE
from infra.template.policies import TABLE

FIRST_TIME = 400
"""Seconds: it may have to be installed."""


def looked_through(template: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ROOT / "infra" / "checkov"), str(template)],
        capture_output=True,
        text=True,
        check=False,
        timeout=FIRST_TIME,
    )


@pytest.mark.timeout(FIRST_TIME + 200)
def test_nothing_is_found_and_what_is_wrong_is(
    packaged: Path, template: dict[str, Any], tmp_path: Path
) -> None:
    """Both in one: each run takes long."""
    found = looked_through(packaged / TEMPLATE)
    table = deepcopy(template["Resources"][TABLE])
    del table["Properties"]["PointInTimeRecoverySpecification"]
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps({"Resources": {TABLE: table}}))

    assert found.returncode == 0, found.stdout + found.stderr
    assert "CKV_AWS_28" in looked_through(wrong).stdout
