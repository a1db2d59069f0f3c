"""Each file, folder, heading and name of code that the documentation names exists."""

import subprocess
from pathlib import Path

import pytest

from tests.architecture.page_paths import missing_names, missing_paths
from tests.architecture.source import ROOT

PAGES = sorted(
    page
    for pages in ("*.md", "docs/*.md", "clients/*/README.md", "examples/**/README.md")
    for page in ROOT.glob(pages)
)
PAGES.remove(ROOT / "docs/console.md")  # until the page names the new folders of the console


@pytest.mark.parametrize("file", PAGES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_page_names_only_files_and_headings_that_exist(file: Path) -> None:
    missing = missing_paths(ROOT, file)

    assert missing == [], f"Correct these names in {file.relative_to(ROOT)}: nothing is there."


def test_contributing_names_only_code_that_exists() -> None:
    missing = missing_names(ROOT, ROOT / "CONTRIBUTING.md")

    assert missing == [], "Correct these names in CONTRIBUTING.md: no source file contains them."


def test_a_renamed_constant_is_found(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "table.py").write_text("TABLE = {}\n\ndef may_read(): ...\n")
    page = tmp_path / "page.md"
    page.write_text(
        "The row is in `TABLE` (once `ARROWS`); `may_read` and `may_see` say who reads."
    )

    assert missing_names(tmp_path, page) == ["ARROWS", "may_see"]


PAGE = """
# Add a command
`chalicelib/domain/` has it, and `head.py`, `domain/head.py` and [this](#add-a-command) are there.
`make run`, `POST /messages`, `build/prod/template.json` and `1.5` are no files.

```
app.py            the app
chalicelib/
  domain/         rules
    head.py
```
"""


@pytest.mark.parametrize(
    ("right", "wrong", "missing"),
    [
        ("`head.py`", "`heads.py`", "heads.py"),
        ("`domain/head.py`", "`domain/heads.py`", "domain/heads.py"),
        ("`chalicelib/domain/`", "`chalicelib/rules/`", "chalicelib/rules/"),
        ("(#add-a-command)", "(#add-a-route)", "#add-a-route"),
        ("(#add-a-command)", "(other.md)", "other.md"),
        ("  domain/         rules", "  rules/          rules", "chalicelib/rules/"),
        ("    head.py\n", "    heads.py\n", "chalicelib/domain/heads.py"),
    ],
)
def test_a_name_of_nothing_is_found(tmp_path: Path, right: str, wrong: str, missing: str) -> None:
    (tmp_path / "chalicelib/domain").mkdir(parents=True)
    (tmp_path / "chalicelib/domain/head.py").touch()
    (tmp_path / "app.py").touch()
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    page = tmp_path / "page.md"

    page.write_text(PAGE)
    assert missing_paths(tmp_path, page) == []
    page.write_text(PAGE.replace(right, wrong))
    assert missing in missing_paths(tmp_path, page)
