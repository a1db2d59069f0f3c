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

from chalicelib.domain.conversation.commands import Cause
from chalicelib.domain.conversation.handoff import Outcome
from chalicelib.entrypoints.http.pages.console import TYPES, served
from infra.generate.vendor import CONSOLE as LIBRARIES
from infra.generate.vendor import DOCS, HASHES, hashes

HERE = Path(__file__).parent
CONSOLE = HERE.parents[1] / "chalicelib" / "console"
FILES = [path for path in CONSOLE.rglob("*") if path.is_file()]
MOST = 60 * 1024
DEADLINE = 100
OWN = [path for path in FILES if path.parent.name != "vendor" and path.suffix != ".svg"]
STRINGS = CONSOLE / "strings"
FIELD = r"\{\w+\}"
DANGEROUS = r"innerHTML|outerHTML|insertAdjacent|dangerouslySet|document\.write|eval\(|style=\""

Compile = Callable[[], subprocess.CompletedProcess[str]]


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    if not shutil.which(command[0]):
        assert "CI" not in os.environ, f"{command[0]} is missing."
        pytest.skip(f"{command[0]} is missing.")
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=DEADLINE)


def test_its_decisions_hold_in_node() -> None:
    done = run("node", "--test", *map(str, HERE.glob("*.test.js")), cwd=HERE)

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
        '// @ts-check\nimport { waited } from "./lists.js";\nwaited("c_1", "now");\n',
        encoding="utf-8",
    )

    done = compiled()
    planted.unlink()

    assert "planted.js(3," in done.stdout


@pytest.mark.parametrize("language", ["en", "es", "ar"])
def test_all_of_it_is_small(language: str) -> None:
    """Every view with the libraries, without their licences, in the language of whoever reads."""
    spoken = [path for path in FILES if path.parent != STRINGS or path.stem == language]
    files = sorted(
        (path for path in spoken if path.suffix in TYPES and path.suffix != ".txt"),
        key=lambda path: (path.suffix, path),
    )
    packed = len(gzip.compress("".join(served(path) for path in files).encode()))

    assert packed < MOST, f"{packed / 1024:.1f} KB"


@pytest.mark.parametrize("language", ["en", "es", "ar"])
def test_what_an_agents_page_loads_is_small_file_by_file(language: str) -> None:
    page = CONSOLE / "index.html"
    sheets = re.findall(r'rel="stylesheet" href="([^"]+)"', page.read_text(encoding="utf-8"))
    loaded = {page, *imported(CONSOLE / "main.js"), STRINGS / f"{language}.js"}
    loaded |= {CONSOLE / sheet for sheet in sheets}
    packed = sum(len(gzip.compress(served(path).encode())) for path in loaded)

    assert CONSOLE / "views" / "team.js" not in loaded
    assert packed < MOST, f"{packed / 1024:.1f} KB"


def test_the_page_asks_at_once_for_every_module_that_it_needs() -> None:
    """Else each would be asked for when the one before it has come."""
    page = (CONSOLE / "index.html").read_text(encoding="utf-8")
    needed = {str(path.relative_to(CONSOLE)) for path in imported(CONSOLE / "main.js")}

    named = re.findall(r'rel="modulepreload" href="([^"]+)"', page)
    assert set(named) == needed - {"main.js"}


def imported(path: Path) -> set[Path]:
    """A module with all that it needs before it runs."""
    found: set[Path] = set()
    ahead = [path]
    while ahead:
        module = ahead.pop()
        if module not in found:
            found.add(module)
            names = re.findall(r'from ?"(\.[^"]+)"', module.read_text(encoding="utf-8"))
            ahead += [(module.parent / name).resolve() for name in names]
    return found


def test_a_script_without_its_comments_is_the_same_script(tmp_path: Path) -> None:
    for path in (path for path in OWN if path.suffix == ".js"):
        text, source = served(path), path.read_text(encoding="utf-8")
        (tmp_path / "module.mjs").write_text(text, encoding="utf-8")
        done = run("node", "--check", "module.mjs", cwd=tmp_path)

        assert done.returncode == 0, (path, done.stderr)
        assert text.count("\n") == source.count("\n"), path
        assert [line for line in code(source) if line] == [line for line in code(text) if line]


def code(text: str) -> list[str]:
    """Lines without what is plainly a comment."""
    plain = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return [re.sub(r"^//.*", "", line.strip()).strip() for line in plain.splitlines()]


@pytest.mark.parametrize("folder", [LIBRARIES, DOCS], ids=["console", "documentation"])
def test_the_libraries_are_those_that_were_pinned(folder: Path) -> None:
    assert hashes(folder) == json.loads((folder / HASHES).read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_nothing_is_put_into_the_page_as_markup(path: Path) -> None:
    assert not re.search(DANGEROUS, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", ["es", "ar"])
def test_each_language_says_what_english_says_with_the_same_fields(language: str) -> None:
    english, other = words("en"), words(language)

    assert other.keys() == english.keys()
    for name, text in other.items():
        assert text, name
        assert set(re.findall(FIELD, text)) == set(re.findall(FIELD, english[name])), name


def words(language: str) -> dict[str, str]:
    text = (CONSOLE / "strings" / f"{language}.js").read_text(encoding="utf-8")
    return dict(re.findall(r'(\w+): "((?:[^"\\]|\\.)*)"', text))


def test_every_word_that_is_shown_is_there_and_every_one_that_is_there_is_shown() -> None:
    english = words("en")
    source = "\n".join(path.read_text(encoding="utf-8") for path in OWN if path.parent != STRINGS)
    named = set(re.findall(r'\bt\("(\w+)"', source))
    quoted = set(re.findall(r'"(\w+)"', source))
    begun = tuple(re.findall(r"`(\w+_)\$\{", source))

    assert named - english.keys() == set()
    unnamed = english.keys() - quoted - set(Outcome) - named_in_tables(source)
    assert {name for name in unnamed if not name.startswith(begun)} == set()


def named_in_tables(source: str) -> set[str]:
    """`name="sound"` of a view, and keys of tables that hold words."""
    return set(re.findall(r'name="(\w+)"', source)) | set(re.findall(r"^  (\w+):", source, re.M))


@pytest.mark.parametrize(
    "name", [f"cause_{cause}" for cause in Cause] + [f"{outcome}" for outcome in Outcome]
)
def test_whatever_the_server_names_has_a_word(name: str) -> None:
    assert name in words("en")


def test_each_sheet_is_linked_or_comes_with_its_view_and_each_that_is_linked_is_there() -> None:
    page = (CONSOLE / "index.html").read_text(encoding="utf-8")
    app = (CONSOLE / "views" / "app.js").read_text(encoding="utf-8")
    sheets = {str(path.relative_to(CONSOLE)) for path in OWN if path.suffix == ".css"}
    later = {f"views/{view}.css" for view in re.findall(r'import\("\./(\w+)\.js"\)', app)}

    assert set(re.findall(r'rel="stylesheet" href="([^"]+)"', page)) == sheets - later
    assert later <= sheets


def test_each_sheet_has_the_name_of_a_view() -> None:
    views = {path.stem for path in OWN if path.parent.name == "views" and path.suffix == ".js"}
    sheets = {path.stem for path in OWN if path.parent.name == "views" and path.suffix == ".css"}

    assert sheets <= views
