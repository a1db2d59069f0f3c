"""Actions of an agent in the console."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.bot_client import BotClient, unique_name

ON_OR_BACK = """(box) => {
    const isAtEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 1;
    box.scrollTop = isAtEnd ? 0 : box.scrollTop + 500;
}"""


def row(page: Page, name: str) -> Any:
    return page.locator(".row", has_text=name)


def open_conversation(page: Page, name: str, tab: str | None = None) -> None:
    if tab:
        page.get_by_role("tab", name=tab).click()
    scroll_to_row(page, name)
    row(page, name).click()
    expect(page.locator(".thread h1")).to_have_text(name)


def scroll_to_row(page: Page, name: str) -> None:
    """Scrolls until the row is rendered: the page contains only rows near the visible part."""
    for _ in range(60):
        if row(page, name).count():
            return
        page.locator(".rows").evaluate(ON_OR_BACK)
        page.wait_for_timeout(100)


def search(page: Page, name: str) -> None:
    page.get_by_role("searchbox").fill(name)
    open_conversation(page, name)


def claim_new_conversation(page: Page, bot: BotClient, **more: Any) -> tuple[str, str]:
    """A new user asks for an agent, and the agent claims. Returns name and conversation id."""
    name = unique_name()
    conversation = bot.request_handoff(name, **{"priority": 9, **more})
    open_conversation(page, name, "Waiting")
    press(page, "Claim")
    expect(page.locator(".owner")).to_have_text("with you")
    expect(page.locator(".composer textarea")).to_be_focused()
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


def stored_replies(page: Page) -> Any:
    """The agents' messages that the server has stored."""
    return log(page).locator(".message.agent:not(.outgoing)")


def open_view(page: Page, view: str) -> None:
    page.get_by_role("navigation").get_by_role("button", name=view).click()


def violations(page: Page) -> list[Any]:
    found: list[Any] = Axe().run(page).response["violations"]
    return [{"id": each["id"], "nodes": [node["html"] for node in each["nodes"]]} for each in found]
