"""A real browser, the whole product behind it, and people who work in it."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.browser.office import Office
from tests.support.stack import Stack

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
REPORT_VIOLATIONS = """addEventListener('securitypolicyviolation', event =>
    console.error('CSP ' + event.violatedDirective + ' ' + event.blockedURI))"""
EXPECTED = ("WebSocket", "ERR_CONNECTION", "ERR_INTERNET", "status of 40")
"""What a browser says by itself when a connection is gone or the server refuses."""

PATIENCE = 20_000
"""Milliseconds within which a page does what it should, on a machine that is busy."""
expect.set_options(timeout=PATIENCE)

OpenAs = Callable[..., Page]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    if not CHROMIUM:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("No Chromium: run infra/tools.")
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": FLAGS}


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("office") / "state") as stack:
        yield stack


@pytest.fixture
def office(stack: Stack) -> Iterator[Office]:
    office = Office(stack.url)
    yield office
    office.close()


@pytest.fixture
def page_of(browser: Browser) -> Iterator[Callable[..., Page]]:
    """A page in a context of its own, that fails its test on whatever its console says is wrong."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(each in message.text for each in EXPECTED):
            problems.append(message.text)

    def page(**options: Any) -> Page:
        context = browser.new_context(**{"locale": "en-GB", **options})
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.add_init_script(REPORT_VIOLATIONS)
        opened = context.new_page()
        opened.on("pageerror", lambda error: problems.append(str(error)))
        opened.on("console", heard)
        return opened

    yield page
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def open_console(page_of: Callable[..., Page], stack: Stack) -> OpenAs:
    """The console, signed in as one of the seeded people, when all that waits is there."""

    def open_as(name: str, stack: Stack = stack, **options: Any) -> Page:
        page = page_of(**options)
        page.goto(f"{stack.url}/console/index.html")
        page.locator("input[name=email]").fill(f"{name}@example.test")
        page.locator("input[name=password]").fill(f"{name}-demo")
        page.locator("form button.primary").click()
        page.locator(".panes").wait_for()
        page.locator(".banner").wait_for(state="detached")
        page.locator(".rows .skeletons").wait_for(state="detached")
        return page

    return open_as
