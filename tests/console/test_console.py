"""The console's files: their JavaScript tests, types, size, imports, texts and libraries."""

import gzip
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from chalicelib.domain.conversation.commands import Cause
from chalicelib.domain.conversation.handoff import Outcome
from chalicelib.entrypoints.http.pages.console import TYPES, served
from chalicelib.entrypoints.http.schemas import limits
from chalicelib.usecases.webhooks.event_types import EVENTS
from infra.generate.vendor import CONSOLE as LIBRARIES
from infra.generate.vendor import DOCS, HASHES, hashes

HERE = Path(__file__).parent
CONSOLE = HERE.parents[1] / "chalicelib" / "console"
FILES = [path for path in CONSOLE.rglob("*") if path.is_file()]
MAX_SIZE = 60 * 1024
"""Bytes, compressed. A console of this size loads in about a second on a slow mobile connection."""
MAX_WHOLE = 112 * 1024
"""Bytes, compressed. The lazy views are in it: an agent who opens all of them loads this much."""
TIMEOUT = 100
MAX_FILES = 12
PICTURES = (".svg", ".webmanifest")
"""The app's pictures, and what names them."""
OWN_FILES = [path for path in FILES if path.parent.name != "vendor" and path.suffix not in PICTURES]
STRINGS = CONSOLE / "strings"
OPENAPI = CONSOLE.parent / "apidocs" / "openapi.json"
LANGUAGES = ("en", "es", "ar")
TEXTS = [STRINGS / f"{language}{part}.js" for language in LANGUAGES for part in ("", "_lazy")]
FIELD = r"\{(\w+)"
# The categories of plurals in Arabic, by the Unicode CLDR.
ARABIC = {"zero", "one", "two", "few", "many", "other"}
DANGEROUS = r"innerHTML|outerHTML|insertAdjacent|dangerouslySet|document\.write|eval\(|style=\""

Compile = Callable[[], subprocess.CompletedProcess[str]]


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    if not shutil.which(command[0]):
        assert "CI" not in os.environ, f"{command[0]} is missing."
        pytest.skip(f"{command[0]} is missing.")
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=TIMEOUT)


def test_the_javascript_tests_pass() -> None:
    done = run("node", "--test", *map(str, HERE.glob("*/*.test.js")), cwd=HERE)

    assert done.returncode == 0, done.stdout[-4000:]
    assert int(re.findall(r"# pass (\d+)", done.stdout)[0]) > 300


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The console beside the compiler. Short type declarations stand in for the libraries."""
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


def test_the_types_are_correct(compiled: Compile) -> None:
    done = compiled()

    assert done.returncode == 0, done.stdout


def test_the_type_check_finds_a_planted_error(folder: Path, compiled: Compile) -> None:
    planted = folder / "console" / "planted.js"
    planted.write_text(
        '// @ts-check\nimport { urgency } from "./state/conversation_list.js";\nurgency("now");\n',
        encoding="utf-8",
    )

    done = compiled()
    planted.unlink()

    assert "planted.js(3," in done.stdout


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_console_stays_below_its_maximum_size(language: str) -> None:
    """Counts all views and libraries in one language, without the licences."""
    others = {path for path in TEXTS if not path.stem.startswith(language)}
    files = sorted(
        (
            path
            for path in FILES
            if path.suffix in TYPES and path.suffix != ".txt" and path not in others
        ),
        key=lambda path: (path.suffix, path),
    )
    packed = len(gzip.compress("".join(served(path) for path in files).encode()))

    assert packed < MAX_WHOLE, f"{packed / 1024:.1f} KB"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_files_that_an_agent_loads_first_stay_below_the_maximum_size(language: str) -> None:
    page = CONSOLE / "index.html"
    sheets = re.findall(r'rel="stylesheet" href="([^"]+)"', page.read_text(encoding="utf-8"))
    loaded = {page, *imported(CONSOLE / "main.js"), STRINGS / f"{language}.js"}
    loaded |= {CONSOLE / sheet for sheet in sheets}
    packed = sum(len(gzip.compress(served(path).encode())) for path in loaded)

    assert CONSOLE / "team" / "team.js" not in loaded
    assert packed < MAX_SIZE, f"{packed / 1024:.1f} KB: load what you have added when it is used"


def test_the_page_preloads_every_module_that_it_needs_first() -> None:
    """Without a preload, the browser requests a module only when its importer has arrived."""
    page = (CONSOLE / "index.html").read_text(encoding="utf-8")
    needed = {str(path.relative_to(CONSOLE)) for path in imported(CONSOLE / "main.js")}

    named = re.findall(r'rel="modulepreload" href="([^"]+)"', page)
    assert set(named) == needed - {"main.js"}


def imported(path: Path) -> set[Path]:
    """The module itself and everything that it imports before it runs."""
    found: set[Path] = set()
    pending = [path]
    while pending:
        module = pending.pop()
        if module not in found:
            found.add(module)
            pending += imports(module)
    return found


def imports(module: Path) -> list[Path]:
    """The modules that `module` imports, except dynamic imports."""
    names = re.findall(r'from ?"(\.[^"]+)"', module.read_text(encoding="utf-8"))
    return [(module.parent / name).resolve() for name in names]


def circle(graph: Mapping[Path, list[Path]]) -> list[Path]:
    """The modules of one import circle in their order, or an empty list if there is none."""
    done: set[Path] = set()

    def search(module: Path, path: list[Path]) -> list[Path]:
        if module in path:
            return [*path[path.index(module) :], module]
        if module in done:
            return []
        for imported_module in graph[module]:
            if found := search(imported_module, [*path, module]):
                return found
        done.add(module)
        return []

    return next((found for module in graph if (found := search(module, []))), [])


def import_graph(console: Path) -> dict[Path, list[Path]]:
    return {module: imports(module) for module in sorted(console.resolve().rglob("*.js"))}


def test_no_modules_import_each_other_in_a_circle() -> None:
    names = [str(path.relative_to(CONSOLE)) for path in circle(import_graph(CONSOLE))]

    assert not names, f"Break this import circle: {' -> '.join(names)}"


def test_a_planted_import_circle_is_found_with_its_modules(tmp_path: Path) -> None:
    console = tmp_path.resolve() / "console"
    shutil.copytree(CONSOLE, console)
    store = console / "state" / "store.js"
    planted = 'import { t } from "../strings/translate.js";\n'
    store.write_text(planted + store.read_text(encoding="utf-8"), encoding="utf-8")
    preferences = console / "state" / "preferences.js"
    planted = 'import { state } from "./store.js";\n'
    preferences.write_text(planted + preferences.read_text(encoding="utf-8"), encoding="utf-8")

    names = {path.name for path in circle(import_graph(console))}

    assert names == {"store.js", "translate.js", "preferences.js"}


def test_no_folder_holds_more_files_than_a_reader_can_survey() -> None:
    folders = [CONSOLE, *(path for path in CONSOLE.iterdir() if path.is_dir())]
    sizes = {path.name: sum(each.is_file() for each in path.iterdir()) for path in folders}

    assert {name: size for name, size in sizes.items() if size > MAX_FILES} == {}


def test_the_console_has_no_folders_within_folders() -> None:
    """The server has routes for one level of folders (`entrypoints/http/pages/console.py`)."""
    assert [path for path in FILES if len(path.relative_to(CONSOLE).parts) > 2] == []


def test_removing_the_comments_does_not_change_a_script(tmp_path: Path) -> None:
    for path in (path for path in OWN_FILES if path.suffix == ".js"):
        text, source = served(path), path.read_text(encoding="utf-8")
        (tmp_path / "module.mjs").write_text(text, encoding="utf-8")
        done = run("node", "--check", "module.mjs", cwd=tmp_path)

        assert done.returncode == 0, (path, done.stderr)
        assert text.count("\n") == source.count("\n"), path
        assert [line for line in code(source) if line] == [line for line in code(text) if line]


def code(text: str) -> list[str]:
    """The lines without comments that begin a line."""
    plain = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return [re.sub(r"^//.*", "", line.strip()).strip() for line in plain.splitlines()]


@pytest.mark.parametrize("folder", [LIBRARIES, DOCS], ids=["console", "documentation"])
def test_the_libraries_match_their_pinned_hashes(folder: Path) -> None:
    assert hashes(folder) == json.loads((folder / HASHES).read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", OWN_FILES, ids=lambda path: str(path.relative_to(CONSOLE)))
def test_no_file_inserts_markup_into_the_page(path: Path) -> None:
    assert not re.search(DANGEROUS, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", ["es", "ar"])
def test_each_language_has_the_same_texts_and_fields_as_english(language: str) -> None:
    english, other = texts("en"), texts(language)

    assert other.keys() == english.keys()
    for name, text in other.items():
        assert text, name
        assert set(re.findall(FIELD, text)) == set(re.findall(FIELD, english[name])), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_plural_has_a_form_for_every_category_of_its_language(language: str) -> None:
    needed = ARABIC if language == "ar" else {"one", "other"}
    for name, text in texts(language).items():
        for forms in re.findall(r"\{\w+\|([^}]*)\}", text):
            assert {form.partition(":")[0] for form in forms.split("|")} == needed, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_code_of_the_api_has_a_text_that_loads_first(language: str) -> None:
    """Add `error_CODE` to each language: the server's sentence is shown in English only."""
    loaded = (STRINGS / f"{language}.js").read_text(encoding="utf-8")
    codes = json.loads(OPENAPI.read_text(encoding="utf-8"))["components"]["schemas"]["ErrorCode"]

    assert len(codes["enum"]) > 15
    assert [code for code in codes["enum"] if f'  error_{code}: "' not in loaded] == []


def texts(language: str) -> dict[str, str]:
    parts = (path.read_text(encoding="utf-8") for path in TEXTS if path.stem.startswith(language))
    return dict(re.findall(r'(\w+): "((?:[^"\\]|\\.)*)"', "".join(parts)))


def test_every_text_that_is_used_exists_and_every_text_that_exists_is_used() -> None:
    english = texts("en")
    source = "\n".join(path.read_text(encoding="utf-8") for path in OWN_FILES if path not in TEXTS)
    named = names_in_calls(source) | {name for _, name in shortcut_texts(source)}
    quoted = set(re.findall(r'"(\w+)"', source))
    prefixes = tuple(re.findall(r"`(\w+_)\$\{", source))

    assert named - english.keys() == set()
    unused = english.keys() - quoted - set(Outcome) - named_in_tables(source)
    assert {name for name in unused if not name.startswith(prefixes)} == set()


def names_in_calls(source: str) -> set[str]:
    """The names of texts in calls like `t("save")` and `t(isCopied ? "copied" : "copy")`."""
    calls = re.findall(r"\bt\(([^`]*?)\)", source)
    return {name for call in calls for name in re.findall(r'"(\w+)"', call)}


def named_in_tables(source: str) -> set[str]:
    """Names in attributes like `name="sound"`, and keys of tables whose keys are names of texts."""
    return set(re.findall(r'name="(\w+)"', source)) | set(re.findall(r"^  (\w+):", source, re.M))


@pytest.mark.parametrize(
    "name", [f"cause_{cause}" for cause in Cause] + [f"{outcome}" for outcome in Outcome]
)
def test_every_cause_and_outcome_of_the_server_has_a_text(name: str) -> None:
    assert name in texts("en")


@pytest.mark.parametrize(
    ("module", "name", "limit"),
    [
        ("thread/composer.js", "MAX_TEXT", limits.TEXT),
        ("dialogs/handoff_dialogs.js", "MAX_NOTE", limits.NOTE),
        ("details/details.js", "MAX_TAGS", limits.TAGS),
    ],
)
def test_the_limits_of_the_console_are_those_of_the_api(module: str, name: str, limit: int) -> None:
    source = (CONSOLE / module).read_text(encoding="utf-8")

    assert [int(found) for found in re.findall(rf"const {name} = ([\d_]+);", source)] == [limit]


def test_an_admin_can_choose_each_event_of_a_webhook() -> None:
    source = (CONSOLE / "admin" / "webhook.js").read_text(encoding="utf-8")
    listed = re.search(r"const EVENTS = \[([^\]]*)\]", source)

    assert listed
    assert tuple(re.findall(r'"([^"]+)"', listed[1])) == EVENTS


def test_no_field_cuts_what_is_pasted() -> None:
    """A field with `maxlength` cuts without a word, and counts UTF-16 units."""
    cutting = [path for path in OWN_FILES if "maxlength" in path.read_text(encoding="utf-8")]

    assert cutting == []


PASSWORD_FIELD = r'<(?:input|\$\{Field\})[^>]*name="(?:current|new|password)"[^>]*>'
INTERCEPTS = r"[Pp]aste|new RegExp|window\.onmessage|addEventListener\(\"message\""
"""A field that refuses what is pasted (one file takes pasted files), a pattern from what people
write, a window that listens to other windows."""


def test_password_fields_hide_what_is_typed_and_let_password_managers_fill_them() -> None:
    scripts = [path.read_text(encoding="utf-8") for path in OWN_FILES if path.suffix == ".js"]
    fields = re.findall(PASSWORD_FIELD, "\n".join(scripts))

    assert len(fields) >= 4
    for field in fields:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(?:current|new)-password"', field), field


@pytest.mark.parametrize("path", OWN_FILES, ids=lambda path: str(path.relative_to(CONSOLE)))
def test_no_file_refuses_a_paste_builds_a_pattern_or_listens_to_other_windows(path: Path) -> None:
    takes_files = path == CONSOLE / "files" / "files.js"
    intercepts = INTERCEPTS.replace("[Pp]aste|", "") if takes_files else INTERCEPTS

    assert not re.search(intercepts, path.read_text(encoding="utf-8"))


def test_the_page_links_every_style_sheet_that_does_not_come_with_a_lazy_view() -> None:
    page = (CONSOLE / "index.html").read_text(encoding="utf-8")
    listed = (CONSOLE / "app" / "style_sheets.js").read_text(encoding="utf-8")
    app = (CONSOLE / "app" / "lazy_views.js").read_text(encoding="utf-8")
    sheets = {str(path.relative_to(CONSOLE)) for path in OWN_FILES if path.suffix == ".css"}
    views = re.findall(r'import\("\.\./(\w+)/\w+\.js"\)', app)
    lazy = {f"{sheet}.css" for sheet in re.findall(r'"([\w/]+)"', listed)}

    assert set(re.findall(r'rel="stylesheet" href="([^"]+)"', page)) == sheets - lazy
    assert {f"{view}/{view}.css" for view in views} <= lazy <= sheets


def test_each_style_sheet_belongs_to_the_view_of_the_same_name() -> None:
    sheets = [path for path in OWN_FILES if path.suffix == ".css" and path.parent != CONSOLE]

    assert [path for path in sheets if not path.with_suffix(".js").exists()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_that_load_first_include_all_that_the_first_modules_use(language: str) -> None:
    first = imported(CONSOLE / "main.js")
    source = "\n".join(path.read_text(encoding="utf-8") for path in first)
    used = names_in_calls(source)
    loaded = (STRINGS / f"{language}.js").read_text(encoding="utf-8")

    assert {name for name in used if not re.search(rf'\b{name}: "', loaded)} == set()


def shortcut_texts(source: str) -> list[tuple[str, str]]:
    """The keys and the names of the texts in the table of shortcuts."""
    return re.findall(r'^  "?(\S+?)"?: \[.*, "(\w+)"\],$', source, re.MULTILINE)
