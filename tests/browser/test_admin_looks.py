"""What admins see, for anybody's eyes and on any screen."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.admin_desk import admin, go, in_dialog, made_key, press, put_queue
from tests.browser.conftest import OpenAs
from tests.browser.desk import go_to, violations
from tests.browser.office import Office, somebody

PHONE = {"width": 390, "height": 844}


def test_a_list_that_does_not_come_is_a_sentence_and_can_be_tried_again(
    open_console: OpenAs,
) -> None:
    page = open_console("owner")
    page.route("**/queues", lambda route: route.abort("connectionrefused"))
    go_to(page, "Admin")
    go(page, "Queues")
    expect(page.get_by_role("alert")).to_have_text("No connection. Try again in a moment.")
    page.unroute("**/queues")

    press(page, "Try again")

    expect(page.get_by_role("heading", name="Queues")).to_be_visible()


def everything_open(page: Page) -> list[Any]:
    """Each tab, and the largest of the forms."""
    found = []
    for tab in page.get_by_role("tab").all():
        tab.click()
        expect(page.locator(".skeletons")).to_have_count(0)
        found += violations(page)
    page.get_by_role("tab").nth(0).click()
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_tab_or_form(
    open_console: OpenAs, office: Office, scheme: str
) -> None:
    put_queue(office, mode="offer")
    page = admin(open_console, color_scheme=scheme)
    found = everything_open(page)
    go(page, "Queues")
    press(page, "New queue")
    page.get_by_label("Always open").uncheck()
    page.get_by_text("Time limits", exact=True).click()
    press(page, "Add a message")
    found += violations(page)
    page.keyboard.press("Escape")
    made_key(page, somebody())
    found += violations(page)
    in_dialog(page, "Done")

    assert found == []


@pytest.mark.parametrize("locale", ["en-GB", "es", "ar"])
def test_on_a_phone_nothing_is_wider_than_the_screen(
    open_console: OpenAs, office: Office, locale: str
) -> None:
    put_queue(office, mode="offer", fallback="a-queue-of-a-long-name")
    page = open_console("owner", viewport=PHONE, locale=locale)
    page.locator(".header .tab").last.click()
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
