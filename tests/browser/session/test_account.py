"""The agent's own account: where they are signed in, and the password."""

from secrets import token_hex

from playwright.sync_api import Page, expect

from tests.browser.bot_client import BOT, BotClient, unique_name
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import violations

NEW = "a longer password of Quinn's"


def open_account(page: Page, name: str) -> None:
    page.locator("header").get_by_role("button", name=name).click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()


def test_an_agent_signs_out_a_device_that_is_lost(open_console: OpenConsole) -> None:
    lost, page = open_console("bo"), open_console("bo")
    open_account(page, "Bo")
    expect(page.locator(".sessions li", has_text="This device")).to_contain_text("Chrome, Linux")
    assert violations(page) == []

    page.get_by_role("button", name="Sign out everywhere else").click()

    expect(page.locator(".sessions li")).to_have_count(1)
    expect(lost.get_by_role("button", name="Sign in")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()


def test_a_new_password_keeps_this_device_signed_in_and_no_other(
    open_console: OpenConsole, bot: BotClient
) -> None:
    name = f"quinn-{token_hex(4)}"
    asked = {"email": f"{name}@example.test", "name": "Quinn", "role": "agent"}
    invited = bot.call("POST", f"{BOT}/agents", asked, token=bot.token("owner"))
    first = {"invitation": invited["invitation"], "password": f"{name}-demo"}
    bot.call("POST", "/api/v1/auth/invitation", first)
    other, page = open_console(name), open_console(name)
    open_account(page, "Quinn")
    page.get_by_label("Name", exact=True).fill("Quinn Quill")
    page.locator("section").get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".whoami")).to_have_text("Quinn Quill")
    current, new = page.get_by_label("Current password"), page.get_by_label("New password")
    button = page.locator("section").get_by_role("button", name="Change password")
    for old, second in ((f"{name}-demo", "1234567890"), (f"{name}-demo", NEW)):
        current.fill(old)
        new.fill(second)
        button.click()
        if second != NEW:
            expect(page.locator(".field .error")).to_contain_text("most common")

    expect(page.locator(".toasts")).to_contain_text("Your password has changed")
    expect(other.get_by_role("button", name="Sign in")).to_be_visible()
    page.get_by_role("navigation").get_by_role("button", name="Conversations").click()
    name = unique_name()
    bot.request_handoff(name, priority=9)
    expect(page.locator(".row", has_text=name)).to_be_visible()
