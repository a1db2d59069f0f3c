"""Replies, notes, suggestions, canned replies, typing signs and drafts."""

from playwright.sync_api import Page, expect

from chalicelib.entrypoints.http.schemas.limits import TEXT
from tests.browser.bot_client import BOT, BotClient
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import (
    claim_new_conversation,
    log,
    note,
    open_conversation,
    press,
    stored_replies,
    write,
)

REPLIES = [
    {"name": "hello", "text": "Hello {user}, {agent} here."},
    {"name": "refund", "text": "The money is on its way."},
    {"name": "regards", "text": "Kind regards, {agent} {constructor}"},
]


def test_an_emoji_is_found_by_name_at_the_cursor_and_picked_from_the_list(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    claim_new_conversation(page, bot)
    text = page.locator(".composer textarea")

    text.fill("Thanks! Bye")
    text.press("Home")
    for _ in "Thanks!":
        text.press("ArrowRight")
    page.keyboard.type(" :tad")
    expect(page.get_by_role("listbox", name="Emoji")).to_contain_text(":tada")
    page.keyboard.press("Enter")
    expect(text).to_have_value("Thanks! 🎉  Bye")
    page.get_by_role("button", name="Emoji").click()
    page.locator(".emoji").get_by_text("🚀").click()

    expect(text).to_have_value("Thanks! 🎉 🚀 Bye")
    expect(text).to_be_focused()


def test_a_note_never_reaches_the_user(open_console: OpenConsole, bot: BotClient) -> None:
    page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)

    note(page, "Be kind, called twice.")

    expect(log(page).locator(".note")).to_contain_text("Only your team can see this")
    expect(page.locator(".details .note")).to_contain_text("Be kind, called twice.")
    assert "Be kind" not in str(bot.entries(conversation))


def test_a_colleague_who_is_mentioned_in_a_note_is_told_and_opens_the_conversation(
    open_console: OpenConsole, bot: BotClient
) -> None:
    bo, page = open_console("bo"), open_console("ana")
    claim_new_conversation(page, bot)
    text = page.locator(".composer textarea")

    page.locator(".modes").get_by_role("button", name="Note").click()
    page.keyboard.type("Ask @b")
    expect(page.get_by_role("listbox", name="Colleagues")).to_contain_text("@Bo")
    page.keyboard.press("Enter")
    expect(text).to_have_value("Ask @Bo ")
    page.keyboard.press("Enter")

    expect(log(page).locator(".note .mention")).to_have_text("@Bo")
    told = bo.locator(".toast", has_text="Ana mentioned you in a note.")
    told.get_by_role("button", name="Show conversation").click()
    expect(log(bo).locator(".note .mention")).to_have_text("@Bo")
    bo.get_by_role("button", name="Notifications").click()
    expect(bo.locator(".notifications li").first).to_contain_text("Ana mentioned you in a note.")


def test_a_note_draft_never_becomes_a_reply(open_console: OpenConsole, bot: BotClient) -> None:
    page = open_console("ana")
    claim_new_conversation(page, bot)
    modes, text = page.locator(".modes"), page.locator(".composer textarea")
    text.fill("Dear user")

    modes.get_by_role("button", name="Note").click()
    expect(text).to_have_value("")
    text.fill("Not for the user's eyes")
    modes.get_by_role("button", name="Reply").click()

    expect(text).to_have_value("Dear user")
    modes.get_by_role("button", name="Note").click()
    expect(text).to_have_value("Not for the user's eyes")


def test_a_suggestion_is_sent_once_with_one_key(open_console: OpenConsole, bot: BotClient) -> None:
    page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)
    suggest(bot, conversation, "Offer a refund.")
    expect(log(page).locator(".suggestion")).to_contain_text("Offer a refund.")

    page.keyboard.press("Alt+s")
    expect(stored_replies(page)).to_contain_text("Offer a refund.")
    expect(log(page).locator(".suggestion button")).to_have_count(0)
    page.keyboard.press("Alt+s")
    write(page, "Anything else?")

    expect(stored_replies(page)).to_have_count(2)
    assert bot.message_texts(conversation)[-2:] == ["Offer a refund.", "Anything else?"]


def test_a_suggestion_can_be_edited_before_it_is_sent(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)
    suggest(bot, conversation, "Offer a refund.")

    log(page).get_by_role("button", name="Edit").click()
    expect(page.locator(".composer textarea")).to_have_value("Offer a refund.")
    expect(page.locator(".composer textarea")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(" Today!")
    page.keyboard.press("Enter")

    expect(stored_replies(page)).to_contain_text("Offer a refund. Today!")


def test_a_suggestion_that_is_edited_is_added_to_the_draft_and_can_be_undone(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)
    suggest(bot, conversation, "Offer a refund.")
    text = page.locator(".composer textarea")
    text.press_sequentially("My own words")

    log(page).get_by_role("button", name="Edit").click()
    expect(text).to_have_value("My own words\nOffer a refund.")
    page.keyboard.press("Control+z")

    expect(text).to_have_value("My own words")


def suggest(bot: BotClient, conversation: str, text: str) -> None:
    bot.call("POST", f"{BOT}/conversations/{conversation}/suggestions", {"text": text})


def create_replies(page: Page) -> None:
    page.route(
        "**/api/v1/bots/demo/replies*",
        lambda route: route.fulfill(json={"items": REPLIES, "next": None}),
    )


def test_a_slash_opens_canned_replies_that_the_keyboard_chooses(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    create_replies(page)
    name, conversation = claim_new_conversation(page, bot)
    text = page.locator(".composer textarea")

    text.press_sequentially("/")
    options = page.locator(".completions li")
    expect(options).to_have_count(3)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(text).to_have_value(f"Hello {name}, Ana here.")
    page.keyboard.press("Enter")

    expect(stored_replies(page)).to_contain_text(f"Hello {name}, Ana here.")
    assert bot.message_texts(conversation)[-1] == f"Hello {name}, Ana here."


def test_canned_replies_are_found_by_their_text_and_fill_only_known_placeholders(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    create_replies(page)
    claim_new_conversation(page, bot)
    text = page.locator(".composer textarea")

    text.press_sequentially("/money")
    expect(page.locator(".completions li")).to_have_count(1)
    text.fill("/regards")
    page.locator(".completions li").click()
    expect(text).to_have_value("Kind regards, Ana {constructor}")
    text.fill("/nothing like this")
    expect(page.locator(".completions")).to_have_text("No canned reply matches.")
    page.keyboard.press("Escape")

    expect(page.locator(".completions")).to_have_count(0)


def test_a_canned_reply_keeps_the_draft_above_it_and_can_be_undone(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    create_replies(page)
    claim_new_conversation(page, bot)
    text = page.locator(".composer textarea")
    text.press_sequentially("My own words")

    page.keyboard.press("Shift+Enter")
    text.press_sequentially("/ref")
    expect(page.locator(".completions li")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(text).to_have_value("My own words\nThe money is on its way.")
    page.keyboard.press("Control+z")

    expect(text).to_have_value("My own words\n/ref")


def test_a_canned_reply_that_was_changed_meanwhile_is_inserted_as_it_is_now(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    create_replies(page)
    claim_new_conversation(page, bot)
    text = page.locator(".composer textarea")
    text.press_sequentially("/refund")
    expect(page.locator(".completions li")).to_contain_text("The money is on its way.")
    text.fill("")
    page.unroute("**/api/v1/bots/demo/replies*")
    changed = [{"name": "refund", "text": "We do not refund."}]
    page.route(
        "**/api/v1/bots/demo/replies*",
        lambda route: route.fulfill(json={"items": changed, "next": None}),
    )

    text.press_sequentially("/refund")

    expect(page.locator(".completions li")).to_contain_text("We do not refund.")


def test_a_text_of_the_maximum_length_is_sent_whole_and_a_longer_one_stays_in_the_box(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)
    text, longest = page.locator(".composer textarea"), "😀" * TEXT
    paste(page, "x" * 10_007)
    expect(page.locator(".composer [role=alert]")).to_have_text("7 characters too many")
    page.keyboard.press("Enter")
    expect(page.locator(".composer .primary")).to_be_disabled()
    expect(text).to_have_value("x" * 10_007)

    text.fill("")
    paste(page, longest)
    expect(page.locator(".composer [role=alert]")).to_have_count(0)
    page.keyboard.press("Enter")

    expect(stored_replies(page)).to_have_count(1)
    assert bot.message_texts(conversation)[-1] == longest
    page.locator(".modes").get_by_role("button", name="Note").click()
    paste(page, longest)
    page.keyboard.press("Enter")
    expect(log(page).locator(".note .text")).to_have_text(longest)


def paste(page: Page, text: str) -> None:
    page.locator(".composer textarea").focus()
    page.evaluate("(text) => document.execCommand('insertText', false, text)", text)


def test_a_note_for_the_bot_that_is_too_long_is_not_sent_and_stays(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)
    press(page, "Close …")
    dialog, field = page.get_by_role("dialog"), page.get_by_label("Note for the bot")

    field.fill("😀" * 4001)
    dialog.get_by_role("button", name="Close handoff").click()
    assert field.evaluate("(it) => it.validationMessage") == "1 character too many"
    field.fill("😀" * 4000)
    dialog.get_by_role("button", name="Close handoff").click()

    expect(page.locator(".owner")).to_have_text("with the bot")
    assert bot.entries(conversation)[-1]["payload"]["note"] == "😀" * 4000


def test_a_slash_is_sent_as_text_if_there_are_no_canned_replies(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    page.route(
        "**/api/v1/bots/demo/replies*",
        lambda route: route.fulfill(json={"items": [], "next": None}),
    )
    _, conversation = claim_new_conversation(page, bot)

    write(page, "/end")

    expect(stored_replies(page)).to_contain_text("/end")
    assert bot.message_texts(conversation)[-1] == "/end"


def test_two_agents_see_each_other_typing(open_console: OpenConsole, bot: BotClient) -> None:
    ana, bo = open_console("ana"), open_console("bo")
    name, _ = claim_new_conversation(ana, bot)
    open_conversation(bo, name, "Others")
    expect(log(bo)).to_contain_text("Ana claimed the conversation")

    ana.locator(".composer textarea").press_sequentially("One moment")

    expect(bo.locator(".typing")).to_contain_text("Ana is typing")


def test_an_agent_sees_that_the_user_is_typing(open_console: OpenConsole, bot: BotClient) -> None:
    page = open_console("ana")
    name, conversation = claim_new_conversation(page, bot)

    bot.call("POST", f"{BOT}/conversations/{conversation}/typing", {"from": "user"})
    expect(page.locator(".typing")).to_contain_text(f"{name} is typing")
    bot.send_message(name, "There it is.")

    expect(page.locator(".typing")).to_have_count(0)


def test_a_reply_shows_its_delivery_status(open_console: OpenConsole, bot: BotClient) -> None:
    page = open_console("ana")
    claim_new_conversation(page, bot)

    write(page, "Hello")

    expect(stored_replies(page).locator(".delivery.delivered")).to_be_visible()
    page.reload()
    expect(stored_replies(page).locator(".delivery.delivered")).to_be_visible()


def test_a_draft_survives_a_reload(open_console: OpenConsole, bot: BotClient) -> None:
    page = open_console("ana")
    name, _ = claim_new_conversation(page, bot)
    page.locator(".composer textarea").fill("Half a thought")

    page.reload()

    expect(page.locator(".thread h1")).to_have_text(name)
    expect(page.locator(".composer textarea")).to_have_value("Half a thought")
