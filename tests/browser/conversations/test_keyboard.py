"""Keyboard shortcuts, focus and announcements for screen readers."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.bot_client import BOT, BotClient, eventually, unique_name
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import (
    claim_new_conversation,
    log,
    open_conversation,
    row,
    scroll_to_row,
    search,
    stored_replies,
    violations,
)


def test_an_agent_finds_claims_answers_and_closes_a_conversation_by_keyboard(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    name = unique_name()
    conversation = bot.request_handoff(name)

    page.get_by_role("searchbox").focus()
    page.keyboard.type(name)
    expect(page.locator(".row")).to_have_count(1)
    row(page, name).press("Enter")
    expect(page.locator(".thread h1")).to_have_text(name)
    page.keyboard.press("Alt+t")
    expect(page.locator(".owner")).to_have_text("with you")
    expect(page.locator(".composer textarea")).to_be_focused()
    page.keyboard.type("By hand.")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Twice.")
    page.keyboard.press("Enter")
    expect(stored_replies(page)).to_contain_text("By hand.")
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+e")
    expect(page.get_by_role("dialog")).to_contain_text("Close handoff")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.locator(".owner")).to_have_text("with the bot")
    ended = bot.entries(conversation)
    assert ended[-2]["text"] == "By hand.\nTwice."
    assert ended[-1]["payload"]["outcome"] == "rejected"


OPEN_BEFORE_THE_NEXT_KEY = """async () => {
    const key = { key: 'k', ctrlKey: true, bubbles: true };
    document.body.dispatchEvent(new KeyboardEvent('keydown', key));
    await new Promise(queueMicrotask).then(() => new Promise(queueMicrotask));
    return document.activeElement.matches('dialog[open] input');
}"""


def test_one_key_finds_conversations_by_any_word_and_every_action(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    name = unique_name()
    conversation = bot.request_handoff(name, f"Où est la commande {name[4:]}?")
    scroll_to_row(page, name)

    page.keyboard.press("Control+k")
    page.keyboard.type(f"COMMANDE ou {name[4:]}")
    expect(page.locator(".palette li")).to_have_count(1)
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(page.locator(".thread h1")).to_have_text(name)
    page.keyboard.press("Control+k")
    page.keyboard.type("Claim")
    page.keyboard.press("Enter")

    expect(page.locator(".owner")).to_have_text("with you")
    expect(page.locator(".composer textarea")).to_be_focused()
    expect(page.get_by_role("searchbox")).to_have_value("")
    assert page.evaluate(OPEN_BEFORE_THE_NEXT_KEY), "what is typed at once would be lost"
    page.keyboard.type(conversation)
    expect(page.locator(".palette li")).to_contain_text(name)


@pytest.mark.parametrize(
    ("key", "turn"), [("b", "with the bot"), ("q", "In the queue")], ids=["resume", "return"]
)
def test_alt_and_a_letter_hand_a_conversation_back(
    open_console: OpenConsole, bot: BotClient, key: str, turn: str
) -> None:
    page = open_console("ana")
    claim_new_conversation(page, bot)
    page.keyboard.press("Escape")

    page.keyboard.press(f"Alt+{key}")

    expect(page.locator(".thread")).to_be_focused()
    expect(page.locator(".owner")).to_have_text(turn)


def test_single_keys_find_and_open_conversations_and_focus_the_box(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    switch_single_keys_on(page)
    name, _ = claim_new_conversation(page, bot)
    text = page.locator(".composer textarea")

    for key, mode, value in (("n", "Note", ""), ("r", "Reply", ""), ("/", "Reply", "/")):
        page.keyboard.press("Escape")
        page.keyboard.press(key)
        expect(text).to_be_focused()
        expect(text).to_have_value(value)
        pressed = page.locator(".modes [aria-pressed=true]")
        expect(pressed).to_have_text(mode)
    text.fill("")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    page.keyboard.type(name)
    expect(page.locator(".row")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("j")

    expect(page.locator(".thread h1")).to_have_text(name)


def switch_single_keys_on(page: Page) -> None:
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Single-key shortcuts").check()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()


def test_text_that_is_typed_outside_the_box_changes_nothing(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)
    log(page).focus()

    page.keyboard.type("about your order, dear queue: text /ends?")
    page.keyboard.press("Enter")

    expect(log(page)).to_be_focused()
    expect(page.locator("dialog, .toast")).to_have_count(0)
    expect(page.locator(".composer textarea")).to_have_value("")
    assert bot.head(conversation)["owner_name"] == "Ana"


def test_no_single_key_changes_a_conversation(open_console: OpenConsole, bot: BotClient) -> None:
    page = open_console("ana")
    switch_single_keys_on(page)
    _, conversation = claim_new_conversation(page, bot)
    before = bot.head(conversation)["last_seq"]
    log(page).focus()

    for key in set("abcdefghijklmnopqrstuvwxyz0123456789.,;") - set("jknrs"):
        page.keyboard.press(key)

    expect(log(page)).to_be_focused()
    expect(page.locator("dialog, .toast")).to_have_count(0)
    page.wait_for_timeout(500)
    assert bot.head(conversation)["last_seq"] == before


PRESS = """(events) => events.forEach((each) => document.querySelector('.composer textarea')
    .dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...each })))"""
NOT_ALT_S = [
    {"key": "ś", "code": "KeyS", "altKey": True, "ctrlKey": True, "modifierAltGraph": True},
    {"key": "ś", "code": "KeyS", "altKey": True, "modifierAltGraph": True},
    {"key": "ś", "code": "KeyS", "modifierAltGraph": True},
    {"key": "s", "code": "KeyS", "altKey": True, "ctrlKey": True},
    {"key": "ß", "code": "KeyS", "altKey": True},
    {"key": "o", "code": "KeyS", "altKey": True},
    {"key": "S", "code": "KeyS", "altKey": True, "shiftKey": True},
    {"key": "s", "code": "KeyS", "altKey": True, "isComposing": True},
    {"key": "s", "code": "KeyS", "altKey": True, "keyCode": 229},
    {"key": "s", "code": "KeyS", "ctrlKey": True},
    {"key": "s", "code": "KeyS", "metaKey": True},
]
"""Polish AltGr, Option on a Mac, a Dvorak layout, an input method, and keys of the browser."""


def test_only_alt_s_sends_the_suggestion_and_only_once_if_it_is_held(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)
    suggest(bot, conversation, "Offer a refund.")
    expect(log(page).locator(".suggestion")).to_be_visible()

    page.evaluate(PRESS, NOT_ALT_S)
    page.wait_for_timeout(500)
    assert "Offer a refund." not in bot.message_texts(conversation)
    held = {"key": "o", "code": "KeyO", "altKey": True}
    dvorak = {**held, "key": "s", "code": "Semicolon"}
    page.evaluate(PRESS, [held, dvorak, *[{**dvorak, "repeat": True}] * 3, dvorak])

    expect(stored_replies(page)).to_have_text([re.compile("Offer a refund.")])
    page.wait_for_timeout(500)
    assert bot.message_texts(conversation).count("Offer a refund.") == 1


def test_a_mac_has_control_in_place_of_option(open_console: OpenConsole, bot: BotClient) -> None:
    page = open_console("ana", new=True)
    mac = "Object.defineProperty(navigator, 'platform', { get: () => 'MacIntel' })"
    page.context.add_init_script(mac)
    page.reload()
    _, conversation = claim_new_conversation(page, bot)
    suggest(bot, conversation, "Offer a refund.")
    expect(log(page).locator(".suggestion button").first).to_have_attribute("title", "Control+S")

    page.evaluate(PRESS, [{"key": "π", "code": "KeyP", "altKey": True}, *NOT_ALT_S[:9]])
    page.wait_for_timeout(500)
    assert "Offer a refund." not in bot.message_texts(conversation)
    page.keyboard.press("Control+s")

    expect(stored_replies(page)).to_contain_text("Offer a refund.")


def suggest(bot: BotClient, conversation: str, text: str) -> None:
    bot.call("POST", f"{BOT}/conversations/{conversation}/suggestions", {"text": text})


def test_enter_that_ends_a_composition_or_repeats_does_not_send(
    open_console: OpenConsole, bot: BotClient
) -> None:
    """Safari ends the composition before the key, which then has the code 229."""
    page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)
    text = page.locator(".composer textarea")
    text.fill("にほん")
    enter = {"key": "Enter", "code": "Enter"}

    composing: list[dict[str, Any]] = [{"keyCode": 229}, {"isComposing": True}, {"repeat": True}]
    page.evaluate(PRESS, [{**enter, **each} for each in composing])
    page.evaluate(PRESS, [{"key": "Escape", "keyCode": 229}])
    expect(text).to_have_value("にほん")
    expect(text).to_be_focused()
    text.press("Enter")

    expect(stored_replies(page)).to_contain_text("にほん")
    assert bot.message_texts(conversation).count("にほん") == 1


def test_a_key_puts_a_conversation_of_the_bot_in_the_queue(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    name = unique_name()
    conversation = bot.send_message(name, "Hello?")
    search(page, name)

    page.keyboard.press("Alt+p")

    expect(page.locator(".owner")).to_have_text("In the queue")
    assert bot.head(conversation)["status"] == "waiting"


def test_a_key_declines_an_offer(open_console: OpenConsole, bot: BotClient) -> None:
    page = open_console("sam")
    name = unique_name()
    conversation = bot.request_handoff(name, priority=9, agent="sam@example.test")
    open_conversation(page, name, "Waiting")
    expect(page.locator(".offer")).to_be_visible()

    page.keyboard.press("Alt+d")

    expect(page.locator(".offer")).to_have_count(0)
    eventually(lambda: "declined" in [entry["kind"] for entry in bot.entries(conversation)])


def test_keys_do_nothing_in_a_conversation_that_the_agent_may_not_manage(
    open_console: OpenConsole, bot: BotClient
) -> None:
    sam, ana = open_console("sam"), open_console("ana")
    name, _ = claim_new_conversation(sam, bot)
    open_conversation(ana, name, "Others")

    for key in "xetdpbq":
        ana.keyboard.press(f"Alt+{key}")

    expect(ana.locator("dialog, .toast")).to_have_count(0)
    expect(ana.locator(".owner")).to_have_text("with Sam")


def test_shortcuts_follow_the_key_position_on_a_keyboard_of_another_script(
    open_console: OpenConsole,
) -> None:
    page = open_console("ana")
    switch_single_keys_on(page)

    press = "(it) => document.body.dispatchEvent(new KeyboardEvent('keydown', it))"

    page.evaluate(press, {"key": "\u061f", "code": "Slash", "shiftKey": True, "bubbles": True})
    expect(page.get_by_role("dialog")).to_contain_text("Keyboard shortcuts")
    page.keyboard.press("Escape")
    page.evaluate(press, {"key": "\u0633", "code": "KeyS", "bubbles": True})
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_escape_closes_only_the_topmost_layer(open_console: OpenConsole, bot: BotClient) -> None:
    page = open_console("ana")
    name, _ = claim_new_conversation(page, bot)
    page.locator(".bell").click()
    expect(page.locator("#notifications")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.locator("#notifications")).to_be_hidden()
    expect(page.locator(".thread h1")).to_have_text(name)


def test_the_focus_follows_the_visible_pane_on_a_phone(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana", viewport={"width": 390, "height": 844})
    name = unique_name()
    bot.request_handoff(name, priority=9)
    row(page, name).focus()

    page.keyboard.press("Enter")
    expect(page.locator(".thread")).to_be_focused()
    page.get_by_role("button", name="Details").press("Enter")
    expect(page.locator(".details")).to_be_focused()
    page.locator(".details .back").press("Enter")
    expect(page.locator(".thread")).to_be_focused()
    page.locator(".thread .back").press("Enter")

    expect(row(page, name)).to_be_focused()


def test_escape_returns_the_focus_to_the_row_of_the_conversation(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    name = unique_name()
    bot.request_handoff(name, priority=9)
    open_conversation(page, name, "Waiting")
    log(page).focus()

    page.keyboard.press("Escape")

    expect(row(page, name)).to_be_focused()


def test_the_list_of_shortcuts_opens_and_closes_and_the_focus_returns(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    button = page.get_by_role("button", name="Settings")
    switch_single_keys_on(page)
    button.focus()

    page.keyboard.press("?")
    sheet = page.get_by_role("dialog")
    expect(sheet.locator("dt")).to_have_count(20)
    page.keyboard.press("Escape")

    expect(sheet).to_have_count(0)
    expect(button).to_be_focused()


def test_single_keys_are_off_until_the_agent_switches_them_on(open_console: OpenConsole) -> None:
    page = open_console("ana")

    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    switch_single_keys_on(page)
    page.reload()
    expect(page.locator(".panes")).to_be_visible()
    page.keyboard.press("?")

    expect(page.get_by_role("dialog")).to_contain_text("Keyboard shortcuts")


def test_the_arrow_keys_move_between_the_list_tabs(open_console: OpenConsole) -> None:
    page = open_console("ana")
    page.get_by_role("tab", name="Waiting").focus()

    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Mine")).to_be_focused()
    expect(page.get_by_role("tab", name="Mine")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")

    expect(page.get_by_role("tab", name="Recent")).to_be_focused()


def test_every_control_is_reached_with_the_tab_key(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    claim_new_conversation(page, bot)
    wanted = page.evaluate(PRESSABLE)

    reached = tab_through(page, len(wanted) + 8)

    assert set(wanted) - reached == set()


def test_the_first_tab_stop_skips_to_the_conversation(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    name = unique_name()
    bot.request_handoff(name, priority=9)
    open_conversation(page, name, "Waiting")
    page.evaluate("() => document.activeElement.blur()")
    page.locator(".skip").focus()

    page.keyboard.press("Enter")

    expect(page.locator(".thread")).to_be_focused()
    expect(page.locator(".thread h1")).to_have_text(name)


def test_new_messages_are_announced_to_screen_readers(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    name, _ = claim_new_conversation(page, bot)
    expect(log(page)).to_contain_text("claimed the conversation")
    expect(log(page)).to_have_attribute("aria-live", "off")

    bot.send_message(name, "Do you hear me?")

    expect(page.locator(".thread > [aria-live=polite]")).to_have_text(f"{name}: Do you hear me?")


PRESSABLE = """() => [...document.querySelectorAll('button, input, select, textarea, a[href]')]
    .filter((each) => each.checkVisibility() && !each.disabled && each.tabIndex >= 0)
    .map((each) => each.outerHTML.slice(0, 80))"""


def tab_through(page: Page, steps: int) -> set[str]:
    page.evaluate("() => document.activeElement.blur()")
    reached = set()
    for _ in range(steps):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("() => document.activeElement.outerHTML.slice(0, 80)"))
    return reached
