"""The tests here run the console in Chromium, against a local stack of the whole product."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from infra.chromium import FLAGS, find_chromium
from tests.browser.bot_client import BotClient
from tests.support.stack import Stack

CHROMIUM = find_chromium()
REPORT_VIOLATIONS = """addEventListener('securitypolicyviolation', event =>
    console.error('CSP ' + event.violatedDirective + ' ' + event.blockedURI))"""
EXPECTED = ("WebSocket", "ERR_CONNECTION", "ERR_INTERNET", "status of 40")
"""Errors that the browser itself logs if a connection fails or the server refuses a call."""

TIMEOUT_MS = 20_000
"""The page must reach the expected state within this time. Long enough for a busy machine."""
expect.set_options(timeout=TIMEOUT_MS)

OpenConsole = Callable[..., Page]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Ends with the package: while Playwright runs, its process can run no other event loop."""
    if not CHROMIUM:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("No Chromium: run infra/tools.")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS])
        yield launched
        launched.close()


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("office") / "state") as stack:
        yield stack


@pytest.fixture
def bot(stack: Stack) -> Iterator[BotClient]:
    bot = BotClient(stack.url)
    yield bot
    bot.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page in its own context. Any error in the page or in its console fails the test."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(each in message.text for each in EXPECTED):
            problems.append(message.text)

    def page(**options: Any) -> Page:
        context = browser.new_context(**{"locale": "en-GB", **options})
        contexts.append(context)
        context.set_default_timeout(TIMEOUT_MS)
        context.add_init_script(REPORT_VIOLATIONS)
        opened = context.new_page()
        opened.on("pageerror", lambda error: problems.append(str(error)))
        opened.on("console", on_console)
        return opened

    yield page
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def open_console(new_page: Callable[..., Page], stack: Stack) -> OpenConsole:
    """Signs in as one of the seeded accounts, and returns the page when its lists are loaded."""

    def open_as(name: str, stack: Stack = stack, **options: Any) -> Page:
        page = new_page(**options)
        page.goto(f"{stack.url}/console/index.html")
        page.locator("input[name=email]").fill(f"{name}@example.test")
        page.locator("input[name=password]").fill(f"{name}-demo")
        page.locator("form button.primary").click()
        page.locator(".panes").wait_for()
        page.locator(".banner").wait_for(state="detached")
        page.locator(".rows .skeletons").wait_for(state="detached")
        return page

    return open_as
