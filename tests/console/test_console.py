"""The console's files: what they decide, their types, their size, and the libraries they bring."""

import gzip
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.vendor import HASHES, hashes

HERE = Path(__file__).parent
CONSOLE = HERE.parents[1] / "chalicelib" / "console"
FILES = [path for path in CONSOLE.rglob("*") if path.is_file()]
MOST = 60 * 1024
DEADLINE = 100
DANGEROUS = r"innerHTML|outerHTML|insertAdjacent|dangerouslySet|document\.write|eval\(|style=\""
MAY_LACK = ("cause_", "none_")
"""Some of these are left to English."""

Compile = Callable[[], subprocess.CompletedProcess[str]]


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    if not shutil.which(command[0]):
        assert "CI" not in os.environ, f"{command[0]} is missing."
        pytest.skip(f"{command[0]} is missing.")
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=DEADLINE)


def test_its_decisions_hold_in_node() -> None:
    done = run("node", "--test", str(HERE / "logic.test.js"), cwd=HERE)

    assert done.returncode == 0, done.stdout[-4000:]
    assert int(re.findall(r"# pass (\d+)", done.stdout)[0]) > 300


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The console beside the compiler; of the libraries, only what they promise."""
    folder = tmp_path_factory.mktemp("types")
    for name in ("package.json", "package-lock.json", "tsconfig.json"):
        shutil.copy(HERE / name, folder)
    shutil.copytree(CONSOLE, folder / "console", ignore=shutil.ignore_patterns("vendor"))
    shutil.copytree(HERE / "vendor_types", folder / "console" / "vendor")
    done = run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def compiled(folder: Path) -> Compile:
    return lambda: run("npx", "--no-install", "tsc", "-p", "tsconfig.json", cwd=folder)


def test_its_types_fit(compiled: Compile) -> None:
    done = compiled()

    assert done.returncode == 0, done.stdout


def test_a_type_that_does_not_fit_is_found(folder: Path, compiled: Compile) -> None:
    planted = folder / "console" / "planted.js"
    planted.write_text(
        '// @ts-check\nimport { waited } from "./logic.js";\nwaited("c_1", "now");\n',
        encoding="utf-8",
    )

    done = compiled()
    planted.unlink()

    assert "planted.js(3," in done.stdout


def test_all_of_it_is_small() -> None:
    packed = sum(len(gzip.compress(path.read_bytes())) for path in FILES)

    assert packed < MOST, f"{packed / 1024:.1f} KB"


def test_the_libraries_are_those_that_were_pinned() -> None:
    assert hashes() == json.loads(HASHES.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_is_put_into_the_page_as_markup(path: Path) -> None:
    if path.parent.name != "vendor" and path.suffix in (".js", ".html"):
        text = path.read_text(encoding="utf-8")
        dangerous = (
            r"innerHTML|outerHTML|insertAdjacent|dangerouslySet|document\.write|eval\(|style=\""
        )
        assert not re.search(dangerous, text)


@pytest.mark.parametrize("language", ["es", "ar"])
def test_each_language_says_what_english_says_with_the_same_fields(language: str) -> None:
    english, other = words("en"), words(language)

    assert other.keys() <= english.keys()
    missing = {
        name for name in english.keys() - other.keys() if not name.startswith(("cause_", "none_"))
    }
    assert missing == set()
    for name, text in other.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english[name])), name


def words(language: str) -> dict[str, str]:
    text = (CONSOLE / "strings" / f"{language}.js").read_text(encoding="utf-8")
    return dict(re.findall(r'(\w+): "((?:[^"\\]|\\.)*)"', text))


def test_every_word_that_is_shown_has_a_translation() -> None:
    english = words("en")
    views = [path.read_text(encoding="utf-8") for path in FILES if path.parent.name == "views"]
    named = {name for text in views for name in re.findall(r'\bt\("(\w+)"', text)}

    assert named - english.keys() == set()
