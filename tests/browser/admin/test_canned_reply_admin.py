"""Admins create canned replies, and agents use them."""

from playwright.sync_api import expect

from tests.browser.admin.admin_actions import open_admin, press, press_in_dialog
from tests.browser.bot_client import BOT, BotClient, eventually, unique_name
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import claim_new_conversation, stored_replies


def test_agents_can_use_a_canned_reply_until_an_admin_removes_it(
    open_console: OpenConsole, bot: BotClient
) -> None:
    name = f"r{unique_name()[-6:]}"
    owner = open_admin(open_console, "Canned replies")
    press(owner, "New canned reply")
    owner.get_by_label("Name").fill(name)
    owner.get_by_label("Text").fill("One moment, {user}.")
    press_in_dialog(owner, "Save")
    expect(owner.get_by_role("listitem").filter(has_text=name)).to_contain_text("One moment")

    ana = open_console("ana")
    user, _ = claim_new_conversation(ana, bot)
    ana.locator(".composer textarea").fill(f"/{name}")
    ana.get_by_role("option").filter(has_text=name).click()
    ana.locator(".composer textarea").press("Enter")
    expect(stored_replies(ana)).to_contain_text(f"One moment, {user}.")

    press(owner, f"Remove /{name}")
    press_in_dialog(owner, "Remove")
    expect(owner.get_by_role("listitem").filter(has_text=name)).to_have_count(0)
    assert name not in written(bot)


def written(bot: BotClient) -> dict[str, str]:
    items = bot.call("GET", f"{BOT}/replies", token=bot.token("owner"))["items"]
    return {each["name"]: each["text"] for each in items}


def test_an_admin_changes_the_text_of_a_canned_reply(
    open_console: OpenConsole, bot: BotClient
) -> None:
    name = f"r{unique_name()[-6:]} a/b?"
    owner = open_admin(open_console, "Canned replies")
    press(owner, "New canned reply")
    owner.get_by_label("Name").fill(name)
    owner.get_by_label("Text").fill("Before")
    press_in_dialog(owner, "Save")
    press(owner, f"Edit: {name}")

    owner.get_by_label("Text").fill("After")
    press_in_dialog(owner, "Save")

    eventually(lambda: written(bot)[name] == "After", page=owner)
