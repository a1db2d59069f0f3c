"""Baton works without this plug-in: a copy without its folder and its line passes the tests of the
domain, the API and the architecture."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

LINE = '    "chalicelib.botpress",\n'
PLUGINS = Path("chalicelib/plugins.py")
COPIED = ("app.py", "chalicelib", "tests", "infra", "bench", "docs", "examples", "pyproject.toml")
SUITES = ("tests/domain", "tests/api", "tests/architecture")
PAGES = "tests/architecture/test_contributing.py"
"""Compares the documentation with the files. The pages go on describing Botpress."""
SECONDS = 30 * 60


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project without the plug-in. It has the bytecode of the project, with the assertions that
    pytest has rewritten: to write it anew costs some seconds."""
    ignored = shutil.ignore_patterns("node_modules")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=ignored)
        else:
            shutil.copy(source, tmp_path / name)
    for page in ROOT.glob("*.md"):
        shutil.copy(page, tmp_path)
    shutil.rmtree(tmp_path / "chalicelib/botpress")
    shutil.rmtree(tmp_path / "tests/botpress")
    text = (tmp_path / PLUGINS).read_text()
    assert text.count(LINE) == 1
    (tmp_path / PLUGINS).write_text(text.replace(LINE, ""))
    # Some tests of the architecture ask git for the project's files.
    shutil.copy(ROOT / ".gitignore", tmp_path)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "-A"], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.slow
@pytest.mark.timeout(SECONDS)
def test_without_the_folder_and_its_line_all_other_tests_pass(copy: Path) -> None:
    options = ("-q", "-x", "-p", "no:cacheprovider", "-m", "not slow", "--ignore", PAGES)
    command = [sys.executable, "-B", "-m", "pytest", *options, *SUITES]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}

    ran = subprocess.run(
        command, cwd=copy, env=environment, capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stdout[-4000:]


def test_only_one_line_of_the_other_code_names_the_plugin() -> None:
    places = [ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")]
    others = [each for each in places if ROOT / "chalicelib/botpress" not in each.parents]

    naming = [
        (each.relative_to(ROOT), line)
        for each in others
        for line in each.read_text().splitlines(keepends=True)
        if "chalicelib.botpress" in line
    ]

    assert naming == [(PLUGINS, LINE)]
