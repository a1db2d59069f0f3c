"""`make docs` builds a site of all pages, and fails if one is missing or a link leads nowhere."""

import subprocess
from pathlib import Path

import pytest

from infra.docs_site import build
from tests.support.stack import ROOT


def test_the_site_has_every_page_of_the_project() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    pages = [page for _, page in build.navigation()]
    assert sorted(pages) == sorted(listed.stdout.split()), "List it in infra/docs_site/mkdocs.yml."


def test_the_index_for_language_models_names_each_page_with_its_first_sentence() -> None:
    lines = build.index().splitlines()

    assert "- [Errors](docs/errors.md): Each error of the API has a stable code." in lines
    assert len([line for line in lines if line.startswith("- [")]) == len(build.navigation())


@pytest.mark.slow
@pytest.mark.timeout(build.DEADLINE * 2)
def test_the_site_is_built_and_a_broken_link_is_found(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pages, site = tmp_path / "pages", tmp_path / "site"
    build.copy_pages(pages)

    assert build.build_site(pages, site) == 0
    assert (site / "docs/errors.html").is_file()

    (pages / "docs/faq.md").write_text("# Questions\n\n[nowhere](none.md)\n")
    assert build.build_site(pages, site) == 1
    assert "none.md" in capfd.readouterr().err
