"""The quickstarts start as their pages say, and each program on a page is run by a test."""

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.docs_site.build import navigation
from tests.support.stack import ROOT

BLOCK = re.compile(
    r"(?P<skip>^[ ]*<!-- not run: [^>]+ -->\s*\n)?^[ ]*```(?P<language>python|js)\n", re.MULTILINE
)
RUN_BY = {
    "README.md": ("tests/e2e/operations/test_documented_commands.py", 1),
    "clients/javascript/README.md": ("tests/clients/test_javascript.py", 1),
    "clients/python/README.md": ("tests/clients/test_python_package.py", 2),
    "docs/agent-frameworks.md": ("tests/clients/frameworks/test_frameworks.py", 3),
    "docs/plain-http.md": ("tests/integrations/checked_bots.py", 1),
    "docs/testing-your-bot.md": ("tests/clients/command_line/test_driven_bots.py", 1),
}
"""Pages with programs: what runs them, and how many they are."""
SERVED = ("whatsapp", "botframework", "rasa", "dialogflow", "slack")
"""Examples that the page starts with uvicorn."""


def test_each_program_on_a_page_is_run_by_a_test_or_marked() -> None:
    """Run a new program in a test and count it in RUN_BY, or mark it `<!-- not run: reason -->`."""
    found = {}
    for _, page in navigation():
        programs = [each for each in BLOCK.finditer((ROOT / page).read_text()) if not each["skip"]]
        if programs:
            found[page] = len(programs)

    assert found == {page: number for page, (_, number) in RUN_BY.items()}
    assert [test for test, _ in RUN_BY.values() if not (ROOT / test).is_file()] == []


@pytest.fixture
def example_folder(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    folder = ROOT / "examples" / request.param
    monkeypatch.syspath_prepend(folder)
    known = {*sys.modules}
    yield folder
    for name in {path.stem for path in folder.glob("*.py")} - known:
        sys.modules.pop(name, None)


@pytest.mark.parametrize("example_folder", SERVED, indirect=True)
def test_an_example_starts_with_the_settings_that_its_page_names(
    example_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = (example_folder / "README.md").read_text()
    named = re.findall(r"\b([A-Z][A-Z_]+)=(\S*)", "\n".join(re.findall(r"export (.*)", page)))
    module, factory = re.findall(r"uvicorn --factory .*?(\w+):(\w+)", page)[0]
    for name, value in named:
        monkeypatch.setenv(name, VALUES.get(name, value.replace("…", "x")))
    monkeypatch.chdir(tmp_path)
    spec = importlib.util.spec_from_file_location(module, example_folder / f"{module}.py")
    assert spec
    assert spec.loader
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)

    assert callable(getattr(loaded, factory)())


VALUES = {
    "BATON_KEY": "bk_example",
    "BATON_WEBHOOK_SECRET": "whsec_YSBzZWNyZXQgdGhhdCBvbmx5IHRlc3RzIGtub3cgb2Y=",
}
