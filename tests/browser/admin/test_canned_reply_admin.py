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


def test_a_macro_shows_what_it_does_and_its_end_can_be_undone(
    open_console: OpenConsole, bot: BotClient
) -> None:
    name = f"m{unique_name()[-6:]}"
    owner = open_admin(open_console, "Canned replies")
    press(owner, "New canned reply")
    owner.get_by_label("Name").fill(name)
    owner.get_by_label("Text").fill("Done, {user}.")
    owner.get_by_label("Tags to add").fill("paid, vip")
    owner.get_by_label("Then").select_option("Close handoff: Resolved")
    press_in_dialog(owner, "Save")
    expect(owner.get_by_role("listitem").filter(has_text=name)).to_contain_text("Add tags: paid")

    ana = open_console("ana")
    user, conversation = claim_new_conversation(ana, bot)
    ana.locator(".composer textarea").press_sequentially(f"/{name}")
    expect(ana.locator("li[role=option]").first).to_contain_text("Close handoff: Resolved")
    ana.keyboard.press("Enter")
    expect(ana.get_by_role("dialog").get_by_role("listitem")).to_have_text(
        ["Add tags: paid, vip", "Close handoff: Resolved"]
    )
    press_in_dialog(ana, "Apply")
    expect(ana.locator(".composer textarea")).to_have_value("")
    expect(stored_replies(ana)).to_contain_text(f"Done, {user}.")
    ana.locator(".toasts").get_by_role("button", name="Undo").click()
    head = bot.head(conversation)
    assert (head["status"], head["tags"]) == ("agent", ["paid", "vip"])

    ana.keyboard.press("Control+k")
    ana.keyboard.type(f"/{name}")
    expect(ana.locator("li[role=option]").first).to_contain_text("Close handoff: Resolved")
    ana.keyboard.press("Enter")
    press_in_dialog(ana, "Apply")
    eventually(lambda: bot.head(conversation)["status"] == "bot", page=ana)
