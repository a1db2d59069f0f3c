"""What one does at the console, for the tests that do it."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.office import Office, somebody

ON_OR_BACK = """(box) => {
    const isAtEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 1;
    box.scrollTop = isAtEnd ? 0 : box.scrollTop + 500;
}"""


def row(page: Page, name: str) -> Any:
    return page.locator(".row", has_text=name)


def pick(page: Page, name: str, tab: str | None = None) -> None:
    if tab:
        page.get_by_role("tab", name=tab).click()
    scroll_to(page, name)
    row(page, name).click()
    expect(page.locator(".thread h1")).to_have_text(name)


def scroll_to(page: Page, name: str) -> None:
    """Only the rows near the eye are in the page: down the list, and from its top again."""
    for _ in range(60):
        if row(page, name).count():
            return
        page.locator(".rows").evaluate(ON_OR_BACK)
        page.wait_for_timeout(100)


def find(page: Page, name: str) -> None:
    page.get_by_role("searchbox").fill(name)
    pick(page, name)


def taken(page: Page, office: Office, **more: Any) -> tuple[str, str]:
    """The name and the conversation of somebody new, whom the agent has taken."""
    name = somebody()
    conversation = office.asks(name, **{"priority": 9, **more})
    pick(page, name, "Waiting")
    press(page, "Claim")
    expect(page.locator(".owner")).to_have_text("with you")
    return name, conversation


def press(page: Page, name: str) -> None:
    page.locator(".thread-top").get_by_role("button", name=name, exact=True).click()


def write(page: Page, text: str) -> None:
    page.locator(".composer textarea").fill(text)
    page.locator(".composer textarea").press("Enter")


def note(page: Page, text: str) -> None:
    page.locator(".modes").get_by_role("button", name="Note").click()
    write(page, text)
    expect(log(page).locator(".note", has_text=text)).to_be_visible()


def log(page: Page) -> Any:
    return page.get_by_role("log")


def said_by_agents(page: Page) -> Any:
    """What has come back from the server."""
    return log(page).locator(".message.agent:not(.outgoing)")


def go_to(page: Page, view: str) -> None:
    page.get_by_role("navigation").get_by_role("button", name=view).click()


def violations(page: Page) -> list[Any]:
    found: list[Any] = Axe().run(page).response["violations"]
    return [{"id": each["id"], "nodes": [node["html"] for node in each["nodes"]]} for each in found]
