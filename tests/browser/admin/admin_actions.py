"""Actions of an admin in the console."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.bot_client import BOT, BotClient, unique_name
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import open_view


def open_admin(open_console: OpenConsole, tab: str = "Queues", **options: Any) -> Page:
    page = open_console("owner", **options)
    open_view(page, "Admin")
    open_tab(page, tab)
    return page


def open_tab(page: Page, tab: str) -> None:
    page.get_by_role("tab", name=tab).click()


def press(page: Page, name: str) -> None:
    page.locator(".admin").get_by_role("button", name=name, exact=True).click()


def press_in_dialog(page: Page, name: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


def get_as_owner(bot: BotClient, path: str) -> Any:
    return bot.call("GET", f"{BOT}/{path}", token=bot.token("owner"))


def shown_secret(page: Page) -> str:
    """Reads the secret and closes the dialog that shows it once."""
    expect(page.get_by_role("dialog")).to_contain_text("it is not shown again")
    secret = page.get_by_role("dialog").get_by_role("textbox").input_value()
    press_in_dialog(page, "Done")
    return secret


def create_key(page: Page, name: str) -> str:
    """Creates an API key and returns it. The dialog stays open."""
    open_tab(page, "API keys")
    press(page, "New key")
    page.get_by_label("Name").fill(name)
    press_in_dialog(page, "Create")
    expect(page.get_by_role("dialog")).to_contain_text("it is not shown again")
    return page.get_by_role("dialog").get_by_role("textbox").input_value()


def create_queue(bot: BotClient, **more: Any) -> str:
    name = f"q-{unique_name()[-6:]}"
    bot.call("PUT", f"{BOT}/queues/{name}", more, token=bot.token("owner"))
    return name
