"""The API's documentation in a real browser: all operations are there, and one can be tried."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.office import KEY
from tests.support.openapi_document import operations
from tests.support.stack import Stack


def test_every_operation_is_shown_and_one_can_be_tried(
    page_of: Callable[..., Page], stack: Stack
) -> None:
    page = page_of()
    outside: list[str] = []
    page.on("request", lambda r: None if r.url.startswith(stack.url) else outside.append(r.url))

    page.goto(f"{stack.url}/docs/index.html")

    expect(page.locator(".opblock")).to_have_count(len(operations()), timeout=20_000)
    page.locator(".authorize").first.click()
    page.locator(".auth-container input").first.fill(KEY)
    page.locator(".auth-container button[type=submit]").first.click()
    page.locator(".btn-done").first.click()
    waiting = page.locator("#operations-conversations-conversations")
    waiting.locator(".opblock-summary-control").click()
    waiting.get_by_role("button", name="Try it out").click()
    waiting.locator("tr[data-param-name=bot] input").fill("demo")
    waiting.get_by_role("button", name="Execute").click()
    expect(waiting.locator(".live-responses-table tbody .response-col_status")).to_contain_text(
        "200"
    )
    assert [url for url in outside if not url.startswith("data:")] == []
