"""The size of a first and a second visit, and views that fail to load."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import SOURCES, OpenConsole
from tests.browser.console_actions import open_view
from tests.support.stack import Stack

FILES = """() => performance.getEntriesByType('resource')
    .filter((each) => each.name.includes('/console/'))
    .map(({ name, transferSize, encodedBodySize, decodedBodySize }) =>
        ({ name, transferSize, encodedBodySize, decodedBodySize }))"""
MAX_SIZE, MAX_REQUESTS = 60 * 1024, 15


def loaded(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(FILES)
    return found


def test_a_first_visit_takes_at_most_15_requests_and_60_kb_compressed(
    new_page: Callable[..., Page], stack: Stack
) -> None:
    """The count has the page itself and everything up to the form; what a conversation needs loads
    after the lists are shown."""
    page = new_page()
    page.goto(f"{stack.url}/console/index.html")
    page.locator("form button.primary").wait_for()

    files = loaded(page)
    names = [each["name"].rpartition("/")[2] for each in files]
    assert sorted(names) == ["en.js", "first.css", "first.js", "icon.svg", "main.js"]
    document = page.evaluate("performance.getEntriesByType('navigation')[0].encodedBodySize")
    assert len(files) + 1 <= MAX_REQUESTS
    assert sum(each["encodedBodySize"] for each in files) + document < MAX_SIZE
    large = [each for each in files if each["decodedBodySize"] > 1000]
    assert all(each["encodedBodySize"] < each["decodedBodySize"] for each in large)


def test_all_that_loads_until_a_conversation_can_be_opened_takes_at_most_15_files(
    open_console: OpenConsole,
) -> None:
    page = open_console("ana")
    page.wait_for_load_state("networkidle")

    names = [each["name"] for each in loaded(page)]
    assert len(names) + 1 <= MAX_REQUESTS, names
    assert any(name.endswith("/conversation_views.js") for name in names)


def test_the_sources_run_without_a_build(open_console: OpenConsole) -> None:
    page = open_console("sam", file=SOURCES)
    scripts = [each["name"] for each in loaded(page) if each["name"].endswith(".js")]

    assert len(scripts) > 40
    open_view(page, "Team")
    expect(page.locator(".agent-card").first).to_be_visible()


def test_a_second_visit_loads_only_the_page(open_console: OpenConsole) -> None:
    page = open_console("ana")

    page.reload()
    expect(page.locator(".panes")).to_be_visible()

    again = [each["name"] for each in loaded(page) if each["transferSize"] > 0]
    assert [name for name in again if "/console/r/" in name] == []


def test_a_view_that_fails_to_load_can_be_retried(open_console: OpenConsole) -> None:
    sam = open_console("sam")
    sam.route("**/team.js", lambda route: route.abort("connectionrefused"))
    open_view(sam, "Team")
    expect(sam.get_by_role("alert")).to_have_text("No connection. Try again in a moment.")
    sam.unroute("**/team.js")

    sam.get_by_role("button", name="Try now").click()

    expect(sam.locator(".agent-card").first).to_be_visible()
