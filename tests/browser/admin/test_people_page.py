"""The owner disables, enables and deletes people."""

from playwright.sync_api import expect

from tests.browser.admin.admin_actions import press_in_dialog
from tests.browser.bot_client import BOT, BotClient, unique_name
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import open_view, violations


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

    item.get_by_role("button", name="Disable").click()
    press_in_dialog(page, "Disable")
    expect(item).to_contain_text("Disabled")
    item.get_by_role("button", name="Enable").click()
    expect(item).not_to_contain_text("Disabled")
    item.get_by_role("button", name="Delete account").click()
    press_in_dialog(page, "Delete account")

    expect(item).to_have_count(0)
