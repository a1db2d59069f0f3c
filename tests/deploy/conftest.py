"""One package for all tests, built for this interpreter and this machine."""

import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.packaging.package import ROOT, TEMPLATE, Target


def host() -> Target:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    machine = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return Target(version, machine, Path(sys.executable))


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the template and the zip of the stage prod, written by `make package`."""
    folder = tmp_path_factory.mktemp("build") / "prod"
    built_for = f"--python {host().version} --arch {host().architecture}"
    arguments = ["STAGE=prod", f"ARGS={built_for} --folder {folder}"]
    made = subprocess.run(
        ["make", "package", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=600
    )
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture(scope="session")
def template(packaged: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((packaged / TEMPLATE).read_text())
    return made
