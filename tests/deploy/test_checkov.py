"""checkov reports nothing in the packaged templates beyond the checks that checkov.yaml skips.

checkov does not know regions, so it looks at each stage once; cfn-lint checks three regions
(test_package.py).
"""

import json
import re
import subprocess
from pathlib import Path

import pytest

from infra.packaging.package import ROOT
from infra.template.policies import TABLE
from tests.template.expansion import expanded, packaged_template

FIRST_RUN = 600
"""Seconds: the first run installs checkov."""


def run_checkov(*templates: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ROOT / "infra" / "packaging" / "checkov"), *map(str, templates)],
        capture_output=True,
        text=True,
        check=False,
        timeout=FIRST_RUN,
    )


@pytest.mark.timeout(FIRST_RUN + 100)
def test_checkov_accepts_the_templates_and_finds_a_planted_fault(tmp_path: Path) -> None:
    """One process checks all of them, because it takes half a minute to start."""
    for stage in ("dev", "prod"):
        (tmp_path / f"{stage}.json").write_text(json.dumps(packaged_template(stage)))
    table = packaged_template("prod")["Resources"][TABLE]
    del table["Properties"]["PointInTimeRecoverySpecification"]
    (tmp_path / "wrong.json").write_text(json.dumps({"Resources": {TABLE: table}}))

    found = run_checkov(*sorted(tmp_path.glob("*.json")))

    failed = re.findall(r"Check: (\w+):.*?File: \S*?(\w+)\.json", found.stdout, re.DOTALL)
    assert failed == [("CKV_AWS_28", "wrong")], found.stdout + found.stderr


def test_the_stage_prod_is_traced() -> None:
    """checkov.yaml skips this check, because the other stages are not."""
    resources = expanded(packaged_template("prod"), {})["Resources"].values()

    stages = [each for each in resources if each["Type"] == "AWS::ApiGateway::Stage"]
    assert [each["Properties"]["TracingEnabled"] for each in stages] == [True]
