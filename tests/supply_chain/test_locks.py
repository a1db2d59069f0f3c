"""Everything that CI and the package install is locked with hashes."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSTALLS = re.compile(
    r"""pip install\b.*?(?:-r |requirement)|"pip", "install".*?requirement""", re.DOTALL
)
"""Calls of pip that read a file of requirements."""
INPUTS = sorted(
    path.relative_to(ROOT).with_suffix("").as_posix()
    for folder in (ROOT, ROOT / "infra" / "supply_chain")
    for path in folder.glob("*.in")
)


def pins(text: str) -> dict[str, str]:
    """By package, in the spelling of PEP 503: the version."""
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[.*?\])?==([^\s;\\]+)", text, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


def unhashed(lock: str) -> list[str]:
    """The packages of a lock file that have no hash."""
    return [
        entry.split("==")[0]
        for entry in re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)
        if entry.strip() and not re.search(r"--hash=sha256:[0-9a-f]{64}", entry)
    ]


@pytest.mark.parametrize("name", INPUTS)
def test_each_locked_package_has_hashes_and_the_version_asked_for(
    name: str,
) -> None:
    lock = (ROOT / f"{name}.txt").read_text()
    asked = pins((ROOT / f"{name}.in").read_text())

    assert asked
    assert unhashed(lock) == []
    assert asked.items() <= pins(lock).items()


def test_a_package_without_a_hash_is_found() -> None:
    lock = (ROOT / "requirements.txt").read_text()

    planted = re.sub(r"(^pyjwt==\S+) \\\n(?:    --hash=.*\n)+", r"\1\n", lock, flags=re.MULTILINE)

    assert unhashed(planted) == ["pyjwt"]


def test_the_functions_get_the_versions_that_the_tests_run_with() -> None:
    deployed = pins((ROOT / "requirements.txt").read_text())

    assert deployed.items() <= pins((ROOT / "requirements-dev.txt").read_text()).items()


FLOORS = {"pyjwt": (2, 15, 0), "urllib3": (2, 8, 0)}
"""The first versions without the known holes of tokens and TLS."""


@pytest.mark.parametrize("name", FLOORS)
def test_a_library_is_not_older_than_the_release_that_closed_its_holes(name: str) -> None:
    version = pins((ROOT / "requirements.txt").read_text())[name]

    assert tuple(map(int, version.split("."))) >= FLOORS[name]


def test_no_lock_file_names_a_package_index() -> None:
    assert [name for name in INPUTS if "://" in (ROOT / f"{name}.txt").read_text()] == []


def test_every_pip_install_of_the_project_requires_hashes() -> None:
    command = ["git", "ls-files", "*.py", ".ci", "infra"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    texts = {
        name: (ROOT / name).read_text(encoding="utf-8", errors="ignore")
        for name in listed.stdout.split()
        if ROOT / name != Path(__file__)
    }
    installs = [name for name, text in texts.items() if INSTALLS.search(text)]

    assert len(installs) > 2
    assert [name for name in installs if "--require-hashes" not in texts[name]] == []
