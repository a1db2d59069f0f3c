"""`make docs`: builds the static site of all pages, with search, llms.txt and checked links."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONFIG = Path(__file__).with_name("mkdocs.yml")
BUILT = ROOT / "build" / "docs"
SECTION = re.compile(r"^  - (.+):$")
PAGE = re.compile(r"^      - (.+\.md)$")
LINK = re.compile(r"\]\(([^)#\s:]+)[)#]")
DEADLINE = 300
"""Seconds: the first run installs mkdocs."""


def copy_pages(folder: Path) -> None:
    """Copies the pages of the navigation, and the files that they link to or show. Their places
    to each other stay as they are, and so do their links."""
    for path in _sources():
        _copy(path, folder)


def build_site(pages: Path, site: Path) -> int:
    """Returns the exit code of mkdocs: 1 if a page is not listed, or a link leads nowhere."""
    config = pages.with_name("mkdocs.yml")
    places = f"docs_dir: {pages}\nsite_dir: {site}\n"
    config.write_text(places + CONFIG.read_text(encoding="utf-8"), encoding="utf-8")
    command = [
        str(ROOT / "infra/supply_chain/run"),
        "mkdocs",
        "build",
        "--config-file",
        str(config),
    ]
    done = subprocess.run(command, timeout=DEADLINE, capture_output=True, text=True, check=False)
    if done.returncode:
        faults = [line for line in done.stderr.splitlines() if line.startswith(("WARN", "ERR"))]
        sys.stderr.write("\n".join(faults) + "\n" if faults else done.stderr)
        return done.returncode
    for _, page in navigation():
        _copy(ROOT / page, site)
    (site / "llms.txt").write_text(index(), encoding="utf-8")
    return 0


def navigation() -> list[tuple[str, str]]:
    """Each page with the section that has it."""
    listed, section = [], ""
    _, _, lines = CONFIG.read_text(encoding="utf-8").partition("\nnav:\n")
    for line in lines.splitlines():
        if found := SECTION.match(line):
            section = found[1]
        elif found := PAGE.match(line):
            listed.append((section, found[1]))
    return listed


def index() -> str:
    """The list of pages for language models, as llmstxt.org describes it."""
    lines, current = ["# Baton", "", "> Hands a chatbot conversation to a person and back."], ""
    for section, page in navigation():
        if section != current:
            lines += ["", f"## {section}", ""]
            current = section
        title, sentence = _heading(ROOT / page)
        lines.append(f"- [{title}]({page}): {sentence}")
    return "\n".join(lines) + "\n"


def _sources() -> list[Path]:
    pages = [ROOT / page for _, page in navigation()]
    linked = {
        (page.parent / link).resolve()
        for page in pages
        for link in LINK.findall(page.read_text(encoding="utf-8"))
    }
    pictures = {*(ROOT / "docs/images").iterdir()}
    return sorted({*pages, *pictures, *(each for each in linked if each.is_file())})


def _copy(path: Path, folder: Path) -> None:
    target = folder / path.relative_to(ROOT)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, target)


def _heading(page: Path) -> tuple[str, str]:
    """The page's title and the first sentence of its text, without Markdown."""
    title, _, text = page.read_text(encoding="utf-8").partition("\n")
    paragraph = next(each for each in text.strip().split("\n\n") if each[:1] not in "#<|`")
    words = re.sub(r"\]\([^)]*\)|[\[*`]", "", paragraph.replace("\n", " "))
    return title.lstrip("# "), re.split(r"(?<=[.:])\s", words)[0]


def main() -> int:
    shutil.rmtree(BUILT, ignore_errors=True)
    copy_pages(BUILT / "pages")
    done = build_site(BUILT / "pages", BUILT / "site")
    if done == 0:
        sys.stdout.write("The site is in build/docs/site: open index.html.\n")
    return done


if __name__ == "__main__":
    sys.exit(main())
