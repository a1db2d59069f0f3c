"""Packaging makes a few files of the console's many."""

import os
import shutil
from pathlib import Path

import pytest

from infra.packaging.console_bundle import bundle
from infra.packaging.package import bundled_console
from tests.support.stack import ROOT

CONSOLE = ROOT / "chalicelib" / "console"
pytestmark = pytest.mark.slow


def copy_of_console(folder: Path) -> Path:
    return Path(shutil.copytree(CONSOLE, folder / "console"))


def files_of(console: Path) -> dict[str, bytes]:
    paths = (path for path in console.rglob("*") if path.is_file())
    return {str(path.relative_to(console)): path.read_bytes() for path in paths}


def test_a_package_has_the_bundle_and_the_licences_in_place_of_the_sources(tmp_path: Path) -> None:
    console = copy_of_console(tmp_path)

    assert bundled_console(console) is None, "infra/tools installs Node.js"

    files = files_of(console)
    scripts = {name for name in files if name.endswith((".js", ".css"))}
    bundled = scripts - {"service_worker.js"}
    assert len(bundled) == len(scripts) - 1, "the browser asks for the service worker by its name"
    assert {Path(name).parent.name for name in bundled} == {"bundle"}
    names = {Path(name).name for name in scripts}
    assert {
        "main.js",
        "first.js",
        "first.css",
        "lazy.css",
        "admin.js",
        "conversation_views.js",
    } <= names
    assert "vendor/LICENSES.txt" in files
    assert str(tmp_path).encode() not in b"".join(files.values())


def test_the_same_sources_give_the_same_bundle(tmp_path: Path) -> None:
    made = []
    for name in ("here", "elsewhere"):
        console = copy_of_console(tmp_path / name)
        bundle(console)
        made.append(files_of(console))

    assert made[0] == made[1]


def test_without_a_recent_node_the_package_has_the_sources_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("node", "npm"):
        script = tmp_path / "bin" / name
        script.parent.mkdir(exist_ok=True)
        script.write_text("#!/bin/sh\necho v18.20.4\n")
        script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    console = copy_of_console(tmp_path)

    why = bundled_console(console)

    assert why == "Node.js v18.20.4 is too old; 20.19 is needed"
    assert files_of(console) == files_of(CONSOLE)
