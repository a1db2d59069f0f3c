"""Accessibility and layout of the admin view, and lists that fail to load."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.admin.admin_actions import (
    create_key,
    create_queue,
    open_admin,
    open_tab,
    press,
    press_in_dialog,
)
from tests.browser.bot_client import BotClient, unique_name
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import open_view, violations

PHONE = {"width": 390, "height": 844}


def test_a_list_that_fails_to_load_shows_a_message_and_can_be_retried(
    open_console: OpenConsole,
) -> None:
    page = open_console("owner")
    page.route("**/queues", lambda route: route.abort("connectionrefused"))
    open_view(page, "Admin")
    open_tab(page, "Queues")
    expect(page.get_by_role("alert")).to_have_text("No connection. Try again in a moment.")
    page.unroute("**/queues")

    press(page, "Try again")

    expect(page.get_by_role("heading", name="Queues")).to_be_visible()


def open_everything(page: Page) -> list[Any]:
    """Opens each tab and the largest form, and collects the violations that axe finds."""
    found = []
    for tab in page.get_by_role("tab").all():
        tab.click()
        expect(page.locator(".skeletons")).to_have_count(0)
        found += violations(page)
    page.get_by_role("tab").nth(0).click()
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_the_admin_tabs_and_forms(
    open_console: OpenConsole, bot: BotClient, scheme: str
) -> None:
    create_queue(bot, mode="offer")
    page = open_admin(open_console, color_scheme=scheme)
    found = open_everything(page)
    open_tab(page, "Queues")
    press(page, "New queue")
    page.get_by_label("Always open").uncheck()
    page.get_by_text("Time limits", exact=True).click()
    press(page, "Add a message")
    found += violations(page)
    page.keyboard.press("Escape")
    create_key(page, unique_name())
    found += violations(page)
    press_in_dialog(page, "Done")

    assert found == []


@pytest.mark.parametrize("locale", ["en-GB", "es", "ar"])
def test_the_admin_view_fits_the_width_of_a_phone(
    open_console: OpenConsole, bot: BotClient, locale: str
) -> None:
    create_queue(bot, mode="offer", fallback="a-queue-of-a-long-name")
    page = open_console("owner", viewport=PHONE, locale=locale)
    page.locator(".header .tab").nth(3).click()
    expect(page.get_by_role("tab").first).to_be_visible()

    for tab in page.get_by_role("tab").all():
        tab.click()
        expect(page.locator(".skeletons")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        wide = page.locator(".admin > *, .items li, .panel > *").evaluate_all(
            "(all) => all.map((each) => each.getBoundingClientRect())"
            ".filter((box) => box.left < 0 || box.right > innerWidth + 1).length"
        )
        assert wide == 0
    small = page.locator(".admin button").evaluate_all(
        "(all) => all.map((each) => each.getBoundingClientRect())"
        ".filter((box) => Math.min(box.width, box.height) < 24).length"
    )
    assert small == 0
