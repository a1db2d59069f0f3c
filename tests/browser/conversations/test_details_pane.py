"""The details pane: user, context, tags, notes and earlier handoffs."""

from playwright.sync_api import expect

from tests.browser.bot_client import BOT, BotClient, unique_name
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import (
    claim_new_conversation,
    log,
    note,
    open_conversation,
    press,
)


def test_the_details_show_the_user_and_the_bots_context(
    open_console: OpenConsole, bot: BotClient
) -> None:
    name = unique_name()
    who = {"id": f"u-{name}", "name": name, "attributes": {"plan": "gold", "seats": 12}}
    said = {"channel": "web", "user": who, "from": "user", "text": "Hello"}
    bot.call("POST", f"{BOT}/messages", said)
    bot.request_handoff(
        name, queue="flights", priority=9, context={"flight": "XY 123", "bags": [1, 2]}
    )
    sam = open_console("sam")

    open_conversation(sam, name, "Waiting")

    details = sam.get_by_role("complementary")
    for text in (f"u-{name}", "web", "flights", "plan", "gold", "12", "XY 123", "[1,2]"):
        expect(details).to_contain_text(text)


def test_numbers_that_javascript_would_round_are_shown_as_they_came(
    open_console: OpenConsole, bot: BotClient
) -> None:
    name, account, order = unique_name(), 9007199254740993, 12345678901234567890123
    who = {"id": f"u-{name}", "name": name, "attributes": {"account": account}}
    said = {"channel": "web", "user": who, "from": "user", "type": "order"}
    bot.call("POST", f"{BOT}/messages", said | {"payload": {"order": order}})
    bot.request_handoff(name, priority=9, context={"orders": [order]})
    page = open_console("ana")

    open_conversation(page, name, "Waiting")

    expect(page.get_by_role("complementary")).to_contain_text(str(account))
    expect(page.get_by_role("complementary")).to_contain_text(f"[{order}]")
    expect(log(page)).to_contain_text(f'"order": {order}')


def test_an_agent_adds_and_removes_tags(open_console: OpenConsole, bot: BotClient) -> None:
    page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)

    for tag in ("vip", "vip", "refund"):
        page.get_by_label("Add a tag").fill(tag)
        page.get_by_label("Add a tag").press("Enter")
        expect(page.locator(".tags li", has_text=tag)).to_have_count(1)
    assert bot.head(conversation)["tags"] == ["vip", "refund"]
    page.get_by_label("Remove vip").click()

    expect(page.locator(".tags li")).to_have_text(["refund"])


def test_tags_that_are_added_in_quick_succession_are_all_kept(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)

    for tag in ("vip", "refund", "vip", "late"):
        page.get_by_label("Add a tag").fill(tag)
        page.get_by_label("Add a tag").press("Enter")

    expect(page.locator(".tags li")).to_have_text(["vip", "refund", "late"])
    assert bot.head(conversation)["tags"] == ["vip", "refund", "late"]


def test_the_details_list_all_notes(open_console: OpenConsole, bot: BotClient) -> None:
    page = open_console("ana")
    claim_new_conversation(page, bot)

    note(page, "First")
    note(page, "Second")

    expect(page.locator(".details .note .text")).to_have_text(["First", "Second"])


def test_the_details_list_earlier_handoffs_with_their_outcomes(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    name, _ = claim_new_conversation(page, bot, reason="A first question.")
    press(page, "Close …")
    page.get_by_label("Note for the bot").fill("Answered at length.")
    page.get_by_role("dialog").get_by_role("button", name="Close handoff").click()
    expect(page.locator(".owner")).to_have_text("with the bot")

    bot.request_handoff(name, "A second question.")

    history = page.locator(".history li")
    expect(history).to_have_count(1)
    for text in ("Resolved", "Ana", "A first question.", "Answered at length."):
        expect(history).to_contain_text(text)


def test_a_failed_load_of_earlier_handoffs_is_not_shown_as_an_empty_list(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    page.route("**/handoffs?*", lambda route: route.abort("connectionrefused"))

    claim_new_conversation(page, bot)

    expect(page.locator(".details")).to_contain_text("The server did not answer.")


def test_the_details_lead_to_the_users_other_conversations_and_to_a_day(
    open_console: OpenConsole, bot: BotClient
) -> None:
    name = unique_name()
    elsewhere = {"channel": "telegram", "user": {"id": f"u-{name}", "name": name}, "from": "user"}
    bot.call("POST", f"{BOT}/messages", elsewhere | {"text": "I write from my phone."})
    bot.request_handoff(name, priority=9)
    page = open_console("ana")
    open_conversation(page, name, "Waiting")
    details = page.get_by_role("complementary")

    today = page.get_by_label("Jump to a day").get_attribute("max") or ""
    page.get_by_label("Jump to a day").fill(today)
    expect(log(page).locator("[data-seq='1']")).to_be_focused()
    details.get_by_role("button", name="telegram").click()

    expect(log(page)).to_contain_text("I write from my phone.")
    expect(details.get_by_role("button", name="web", exact=True)).to_be_visible()


def test_a_long_run_with_the_bot_is_folded_until_the_agent_opens_it(
    open_console: OpenConsole, bot: BotClient
) -> None:
    name = unique_name()
    for number in range(31):
        bot.send_message(name, f"Line {number}.")
    bot.request_handoff(name, priority=9)
    page = open_console("ana")
    open_conversation(page, name, "Waiting")
    expect(log(page)).to_contain_text("Line 30.")
    expect(log(page)).not_to_contain_text("Line 3.")

    log(page).get_by_role("button", name="Show what was before").click()

    expect(log(page)).to_contain_text("Line 3.")
    expect(log(page)).to_be_focused()
