"""The stage that a package was made for."""

import sys
from pathlib import Path

import pytest

from infra.packaging import package
from infra.packaging.package import PackagingError, Target
from tests.deployment.commands import Operator
from tests.template.expansion import packaged_template


def test_the_stage_local_is_not_packaged_and_the_folder_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a file").touch()

    with pytest.raises(PackagingError, match=r"'local' exists only on your machine"):
        package.package("local", Target("3.12", "arm64", Path(sys.executable)), tmp_path)

    assert (tmp_path / "a file").exists()


def test_the_stage_local_is_not_deployed(operator: Operator) -> None:
    answer = operator.deploy(stage="local")

    assert answer.exit_code == 1
    assert "The stage 'local' exists only on your machine" in answer.output
    assert operator.aws.calls == []


def test_a_package_of_another_stage_is_not_deployed(operator: Operator) -> None:
    answer = operator.deploy("--yes", stage="dev")

    assert answer.exit_code == 1
    assert "made for the stage prod. Run: make package STAGE=dev" in answer.output
    assert operator.aws.calls == []


def test_the_template_names_its_stage_and_version() -> None:
    assert packaged_template("prod")["Metadata"]["Baton"] == {
        "Stage": "prod",
        "Version": package.version(),
    }
