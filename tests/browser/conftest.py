"""The tests here run the console in Chromium, against a local stack of the whole product. The
console is bundled, as in a package; `SOURCES` is a page that loads the sources instead."""

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from infra.chromium import FLAGS, find_chromium
from infra.packaging.console_bundle import BundlerMissing, bundle
from tests.browser.bot_client import BotClient
from tests.browser.kept_pages import ConsolePage, KeptPages, Key
from tests.support.stack import ROOT, Stack

CHROMIUM = find_chromium()
TIMEOUT_MS = 20_000
"""The page must reach the expected state within this time. Long enough for a busy machine."""
expect.set_options(timeout=TIMEOUT_MS)
CHANGEABLE = frozenset({"viewport", "color_scheme", "reduced_motion"})
"""Options of a browser context that an open page can change."""
FAILED = pytest.StashKey[bool]()

PAGE, SOURCES = "index.html", "sources.html"

OpenConsole = Callable[..., Page]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Ends with the package: while Playwright runs, its process can run no other event loop."""
    if not CHROMIUM:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("No Chromium: run infra/tools.")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS])
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the code of the stack, in which the console is bundled."""
    folder = tmp_path_factory.mktemp("code")
    shutil.copy(ROOT / "app.py", folder)
    for name in ("chalicelib", "infra"):
        shutil.copytree(ROOT / name, folder / name)
    console = folder / "chalicelib" / "console"
    shutil.copy(console / PAGE, console / SOURCES)
    try:
        bundle(console)
    except BundlerMissing as missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(missing))
    return folder


@pytest.fixture(scope="package")
def stack(code: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("office") / "state", root=code) as stack:
        yield stack


@pytest.fixture
def bot(stack: Stack) -> Iterator[BotClient]:
    bot = BotClient(stack.url)
    yield bot
    bot.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page in its own context. Any error in the page or in its console fails the test."""
    opened: list[ConsolePage] = []

    def page(**options: Any) -> Page:
        opened.append(ConsolePage(browser, TIMEOUT_MS, **options))
        return opened[-1].page

    yield page
    for each in opened:
        each.context.close()
    assert [problem for each in opened for problem in each.problems] == []


@pytest.fixture(scope="package")
def kept_pages(browser: Browser) -> KeptPages:
    return KeptPages()


@pytest.fixture
def open_console(
    browser: Browser,
    new_page: Callable[..., Page],
    stack: Stack,
    kept_pages: KeptPages,
    request: pytest.FixtureRequest,
) -> Iterator[OpenConsole]:
    """Signs in as one of the seeded accounts, and returns the page when its lists are loaded.

    The page may be one that an earlier test has used. It has the same session, and is otherwise as
    new: loaded anew, without drafts, preferences, routes and permissions. Pass `new=True` if the
    test does something to the page that cannot be taken back: a clock, a script at each load.
    """
    used: list[tuple[Key, ConsolePage, str]] = []

    def open_as(
        name: str, stack: Stack = stack, file: str = PAGE, new: bool = False, **options: Any
    ) -> Page:
        address = f"{stack.url}/console/{file}"
        if new:
            page = new_page(**options)
            _enter(page, address, name)
            return page
        shown = {each: options.pop(each) for each in CHANGEABLE & options.keys()}
        key = (stack.url, name, *sorted(options.items()))
        kept = kept_pages.take(key, lambda: ConsolePage(browser, TIMEOUT_MS, **options))
        used.append((key, kept, f"{stack.url}/console/icon.svg"))
        kept.show_as(**shown)
        _enter(kept.page, address, name)
        return kept.page

    yield open_as
    failed = request.node.stash.get(FAILED, False)
    for key, kept, address in used:
        if failed or kept.problems:
            kept.context.close()
        else:
            kept_pages.give_back(key, kept, address)
    problems = [problem for _, kept, _ in used for problem in kept.problems]
    for _, kept, _ in used:
        kept.problems.clear()
    assert problems == []


def _enter(page: Page, address: str, name: str) -> None:
    """Loads the console. Signs in unless the page has a session."""
    page.goto(address)
    page.locator(".panes, input[name=email]").wait_for()
    if page.locator("input[name=email]").is_visible():
        page.locator("input[name=email]").fill(f"{name}@example.test")
        page.locator("input[name=password]").fill(f"{name}-demo")
        page.locator("form button.primary").click()
    page.locator(".panes").wait_for()
    page.locator(".banner").wait_for(state="detached")
    page.locator(".rows .skeletons").wait_for(state="detached")
