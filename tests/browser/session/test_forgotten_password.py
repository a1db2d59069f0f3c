"""A link for a forgotten password, in the sign-in."""

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.console_actions import violations
from tests.support.stack import Stack


def mailed(route: Route) -> None:
    """As an installation that sends mail does."""
    route.fulfill(status=202, json={"mailed": True, "detail": "On its way."})


def test_a_person_asks_for_a_link_and_learns_who_sends_it(
    new_page: Callable[..., Page], stack: Stack
) -> None:
    page = new_page()
    page.goto(f"{stack.url}/console/index.html")
    page.get_by_role("button", name="Forgotten password?").click()
    form = page.get_by_role("region", name="Forgotten password?")
    form.get_by_label("Email").fill("ana@example.test")
    assert violations(page) == []
    page.get_by_role("button", name="Send link").click()
    expect(page.get_by_role("status")).to_contain_text("This installation sends no mail.")

    page.get_by_role("button", name="I have a password").click()
    page.route("**/auth/password/forgotten", mailed)
    page.get_by_role("button", name="Forgotten password?").click()
    form = page.get_by_role("region", name="Forgotten password?")
    form.get_by_label("Email").fill("ana@example.test")
    page.get_by_role("button", name="Send link").click()
    expect(page.get_by_role("status")).to_contain_text("a link is on its way")
