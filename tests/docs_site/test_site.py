"""`make docs` builds a site of all pages, and fails if one is missing or a link leads nowhere."""

import json
import os
import shutil
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


FORUM = {
    "roadmap how user will switch to the hitl module": "docs/faq.html",
    "pause the conversation via API request": "docs/faq.html",
    "Cannot POST /hitl/sessions pause": "docs/faq.html",
    "automate pause when the button is clicked": "docs/faq.html",
    "the agent gets a notification": "docs/faq.html",
    "Unauthorized: Authorization header is missing": "docs/faq.html",
    "How to get token to call API": "docs/faq.html",
    "get bearer token": "docs/faq.html",
    "replace the id numbers with a user name": "docs/faq.html",
    "in which file we should add the code": "docs/faq.html",
    "It is pausing different conversation": "docs/faq.html",
    "401 Unauthorized auth/login": "docs/faq.html",
    "Do I need a Pro licence": "docs/faq.html",
    "custom JS file action botpress": "examples/botpress/index.html",
}
"""Words of the forum thread's questions, and the page that answers them."""
BEST = 3
"""Results that somebody looks at."""


def unfound(site: Path) -> dict[str, list[str]]:
    """The questions whose page is not among the best results of the site's own search."""
    if not shutil.which("node"):
        assert "CI" not in os.environ, "Node is missing."
        pytest.skip("Node is missing.")
    command = ["node", str(Path(__file__).with_name("search.mjs")), str(site)]
    asked = json.dumps([*FORUM])
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
    results = dict(zip(FORUM, json.loads(done.stdout), strict=True))
    return {
        question: results[question][:BEST]
        for question, page in FORUM.items()
        if page not in [each.partition("#")[0] for each in results[question][:BEST]]
    }


@pytest.mark.slow
@pytest.mark.timeout(build.DEADLINE * 2)
def test_the_site_is_built_and_a_broken_link_is_found(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pages, site = tmp_path / "pages", tmp_path / "site"
    build.copy_pages(pages)

    assert build.build_site(pages, site) == 0
    assert (site / "docs/errors.html").is_file()
    assert unfound(site) == {}

    (pages / "docs/faq.md").write_text("# Questions\n\n[nowhere](none.md)\n")
    assert build.build_site(pages, site) == 1
    assert "none.md" in capfd.readouterr().err
