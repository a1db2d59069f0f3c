"""One package for all tests, built for the interpreter and the machine that they run on."""

import json
import platform
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.package import TEMPLATE, Target, package


def host() -> Target:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    machine = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return Target(version, machine, Path(sys.executable))


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the template and the zip, of the stage prod."""
    folder = tmp_path_factory.mktemp("build") / "prod"
    package("prod", host(), folder)
    return folder


@pytest.fixture(scope="session")
def template(packaged: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((packaged / TEMPLATE).read_text())
    return made
