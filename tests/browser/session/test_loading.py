"""The size of a first and a second visit, and views that fail to load."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import open_view

FILES = """() => performance.getEntriesByType('resource')
    .filter((each) => each.name.includes('/console/'))
    .map(({ name, transferSize, encodedBodySize, decodedBodySize }) =>
        ({ name, transferSize, encodedBodySize, decodedBodySize }))"""
MAX_SIZE = 60 * 1024


def loaded(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(FILES)
    return found


def test_a_first_visit_loads_less_than_60_kb_compressed(open_console: OpenConsole) -> None:
    """The files for an open conversation load after the lists are shown."""
    page = open_console("ana")
    html = page.request.get(page.url).text()
    # The browser reads the manifest when it offers to install the app, and does not list it.
    first = {*re.findall(r'(?:href|src)="([^"]+\.(?:css|js|svg))"', html), "strings/en.js"}
    files = [each for each in loaded(page) if each["name"].endswith(tuple(first))]

    sizes = {each["name"]: each["encodedBodySize"] for each in files}
    assert len(sizes) >= len(first)
    assert sum(sizes.values()) < MAX_SIZE
    large = [each for each in files if each["decodedBodySize"] > 1000]
    assert all(each["encodedBodySize"] < each["decodedBodySize"] for each in large)


def test_a_second_visit_loads_only_the_page(open_console: OpenConsole) -> None:
    page = open_console("ana")

    page.reload()
    expect(page.locator(".panes")).to_be_visible()

    again = [each["name"] for each in loaded(page) if each["transferSize"] > 0]
    assert [name for name in again if "/console/r/" in name] == []


def test_a_view_that_fails_to_load_can_be_retried(open_console: OpenConsole) -> None:
    sam = open_console("sam")
    sam.route("**/team/team.js", lambda route: route.abort("connectionrefused"))
    open_view(sam, "Team")
    expect(sam.get_by_role("alert")).to_have_text("No connection. Try again in a moment.")
    sam.unroute("**/team/team.js")

    sam.get_by_role("button", name="Try now").click()

    expect(sam.locator(".agent-card").first).to_be_visible()
