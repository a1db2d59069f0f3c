"""The owner disables, enables and deletes people."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.admin.admin_actions import press_in_dialog, shown_secret
from tests.browser.bot_client import BOT, BotClient, unique_name
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import open_view, violations
from tests.support.stack import Stack


def test_the_owner_disables_enables_and_deletes_a_person(
    open_console: OpenConsole, bot: BotClient
) -> None:
    name = unique_name()
    email = f"{name.lower().replace(' ', '-')}@example.test"
    asked = {"email": email, "name": name, "role": "agent"}
    invited = bot.call("POST", f"{BOT}/agents", asked, token=bot.token("owner"))
    first = {"invitation": invited["invitation"], "password": "a long password of theirs"}
    bot.call("POST", "/api/v1/auth/invitation", first)
    page = open_console("owner")
    open_view(page, "People")
    item = page.get_by_role("listitem").filter(has_text=email)
    expect(item).to_contain_text("demo: Agent")
    expect(page.get_by_role("button", name="Disable: Olga")).to_have_count(0)
    assert violations(page) == []

    item.get_by_role("button", name="Remove the second factor").click()
    press_in_dialog(page, "Remove the second factor")
    expect(page.get_by_role("alert")).to_contain_text("second factor")
    page.get_by_role("button", name="Cancel").click()

    item.get_by_role("button", name="Disable").click()
    press_in_dialog(page, "Disable")
    expect(item).to_contain_text("Disabled")
    item.get_by_role("button", name="Enable").click()
    expect(item).not_to_contain_text("Disabled")
    item.get_by_role("button", name="Delete account").click()
    press_in_dialog(page, "Delete account")

    expect(item).to_have_count(0)


def test_a_link_of_the_owner_sets_a_new_password(
    open_console: OpenConsole, new_page: Callable[..., Page], stack: Stack, bot: BotClient
) -> None:
    name = unique_name()
    email = f"{name.lower().replace(' ', '-')}@example.test"
    asked = {"email": email, "name": name, "role": "agent"}
    bot.call("POST", f"{BOT}/agents", asked, token=bot.token("owner"))
    owner = open_console("owner")
    open_view(owner, "People")
    item = owner.get_by_role("listitem").filter(has_text=email)
    item.get_by_role("button", name="Reset password").click()
    press_in_dialog(owner, "Reset password")
    link = shown_secret(owner)
    assert link.startswith(f"{stack.url}/console/index.html#reset=")

    page = new_page()
    page.goto(link)
    page.get_by_label("New password").fill("a long password of theirs")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("status")).to_have_text("Your password is set. Sign in with it.")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill("a long password of theirs")
    page.get_by_role("button", name="Sign in").click()

    expect(page.locator(".panes")).to_be_visible()
    assert "reset" not in page.url
