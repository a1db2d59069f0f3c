"""What an admin does at the console, for the tests that do it."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenAs
from tests.browser.desk import go_to
from tests.browser.office import BOT, Office, somebody


def admin(open_console: OpenAs, tab: str = "Queues", **options: Any) -> Page:
    page = open_console("owner", **options)
    go_to(page, "Admin")
    go(page, tab)
    return page


def go(page: Page, tab: str) -> None:
    page.get_by_role("tab", name=tab).click()


def press(page: Page, name: str) -> None:
    page.locator(".admin").get_by_role("button", name=name, exact=True).click()


def in_dialog(page: Page, name: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


def as_owner(office: Office, path: str) -> Any:
    return office.call("GET", f"{BOT}/{path}", token=office.token("owner"))


def secret_shown(page: Page) -> str:
    """Once, and then the dialog is gone."""
    expect(page.get_by_role("dialog")).to_contain_text("it is not shown again")
    secret = page.get_by_role("dialog").get_by_role("textbox").input_value()
    in_dialog(page, "Done")
    return secret


def made_key(page: Page, name: str) -> str:
    """The secret, as it is shown once."""
    go(page, "API keys")
    press(page, "New key")
    page.get_by_label("Name").fill(name)
    in_dialog(page, "Create")
    expect(page.get_by_role("dialog")).to_contain_text("it is not shown again")
    return page.get_by_role("dialog").get_by_role("textbox").input_value()


def put_queue(office: Office, **more: Any) -> str:
    name = f"q-{somebody()[-6:]}"
    office.call("PUT", f"{BOT}/queues/{name}", more, token=office.token("owner"))
    return name
