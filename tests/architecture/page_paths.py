"""The files, folders, headings and names of code that a page of the documentation names."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

FENCE = re.compile(r"^[ ]*```(\w*)\n(.*?)^[ ]*```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FOLDER_OR_FILE = re.compile(r"\.?\w[\w.-]*(/[\w.-]+)*/?")
HERE = "tests/architecture/"
NAME_IN_CODE = re.compile(r"[A-Z]\w+|(?!test_)[a-z]+(_[a-z]+)+")
ENDINGS = frozenset(("css", "html", "js", "json", "md", "py", "toml", "txt", "yaml"))
ELSEWHERE = ("build/", ".local", ".venv", "data/global/")
"""Folders that the build makes, and those of a Botpress server."""
SHORT_FORMS = ("", "chalicelib/", "chalicelib/console/", "docs/")
"""Folders that a page may leave out at the beginning of a path."""


def missing_paths(root: Path, page: Path) -> list[str]:
    """Return each file, folder or heading that the page names and that does not exist."""
    text = page.read_text()
    files = _files(root)
    prose = FENCE.sub("", text)
    named = [*_paths_in_code(prose, files), *_paths_in_trees(text)]
    absent = [path for path in named if not _exists(path, files)]
    return [*dict.fromkeys(absent), *_broken_links(root, page, prose)]


def missing_names(root: Path, page: Path) -> list[str]:
    """Return each constant, class and function that the page names and no source file contains."""
    sources = [file for file in _files(root) if file.endswith((".py", ".js")) and HERE not in file]
    texts = [(root / file).read_text() for file in sources]
    words = frozenset(re.findall(r"\w+", " ".join(texts)))
    named = CODE.findall(FENCE.sub("", page.read_text()))
    return [name for name in named if NAME_IN_CODE.fullmatch(name) and name not in words]


def _files(root: Path) -> frozenset[str]:
    """All files under version control, and new ones, each with the folders above it."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    files = [PurePosixPath(line) for line in listed.stdout.splitlines() if (root / line).exists()]
    folders = {str(parent) + "/" for file in files for parent in file.parents}
    return frozenset({str(file) for file in files} | folders)


def _paths_in_code(prose: str, files: frozenset[str]) -> Iterator[str]:
    top = {name.partition("/")[0] for name in files}
    for code in CODE.findall(prose):
        path = code.partition("::")[0]
        if not FOLDER_OR_FILE.fullmatch(path) or path.startswith(ELSEWHERE):
            continue
        is_file = path.rpartition(".")[2] in ENDINGS and path.rpartition("/")[2][0] != "."
        is_folder = "/" in path and path.partition("/")[0] in top
        if is_file or is_folder or path.endswith("/"):
            yield path


def _paths_in_trees(text: str) -> Iterator[str]:
    """In a block without a language that begins with a file of the project: one path a line."""
    for language, block in FENCE.findall(text):
        if language or not block.startswith("app.py"):
            continue
        folders: dict[int, str] = {}
        for line in filter(str.strip, block.splitlines()):
            names = re.split(r"\s{2,}", line.strip())[0].split()
            depth = len(line) - len(line.lstrip())
            above = "".join(folders[at] for at in sorted(folders) if at < depth)
            folders = {at: name for at, name in folders.items() if at < depth}
            folders[depth] = names[0]
            yield from (above + name for name in names)


def _exists(path: str, files: frozenset[str]) -> bool:
    if "/" not in path:
        return any(file == path or file.endswith("/" + path) for file in files)
    return any(
        file in files for short in SHORT_FORMS for file in (short + path, short + path + "/")
    )


def _broken_links(root: Path, page: Path, prose: str) -> Iterator[str]:
    for link in LINK.findall(prose):
        file, _, anchor = link.partition("#")
        if "://" in link:
            continue
        target = (page.parent / file).resolve() if file else page
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            yield link


def _anchors(page: Path) -> frozenset[str]:
    headings = HEADING.findall(page.read_text())
    kept = (re.sub(r"[^\w -]", "", heading.lower()) for heading in headings)
    return frozenset(each.replace(" ", "-") for each in kept)
