"""The pages of the API's documentation."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.bot_client import KEY
from tests.support.openapi_document import document, operations
from tests.support.stack import Stack


def test_the_documentation_shows_every_operation_and_can_call_one(
    new_page: Callable[..., Page], stack: Stack
) -> None:
    page = new_page()
    outside: list[str] = []
    page.on("request", lambda r: None if r.url.startswith(stack.url) else outside.append(r.url))

    page.goto(f"{stack.url}/docs/index.html")

    expect(page.locator(".opblock-tag")).to_have_count(len(document()["tags"]))
    shown = 0
    for group in page.locator(".opblock-tag-section").all():
        group.locator(".opblock-tag").click()
        expect(group.locator(".opblock").first).to_be_visible()
        shown += group.locator(".opblock").count()
        group.locator(".opblock-tag").click()
    assert shown == len(operations())
    page.locator("#operations-tag-conversations").click()
    page.locator(".authorize").first.click()
    page.locator(".auth-container input").first.fill(KEY)
    page.locator(".auth-container button[type=submit]").first.click()
    page.locator(".btn-done").first.click()
    operation = page.locator("#operations-conversations-list_conversations")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.locator("tr[data-param-name=bot] input").fill("demo")
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table tbody .response-col_status")).to_contain_text(
        "200"
    )
    assert [url for url in outside if not url.startswith("data:")] == []
