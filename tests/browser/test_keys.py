"""The keyboard does all of it, and the focus is never lost."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenAs
from tests.browser.desk import log, pick, said_by_agents, taken
from tests.browser.office import Office, somebody


def test_a_conversation_is_found_taken_answered_and_ended_by_hand(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    name = somebody()
    conversation = office.asks(name)

    page.keyboard.press("s")
    page.keyboard.type(name)
    expect(page.locator(".row")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator(".thread h1")).to_have_text(name)
    page.keyboard.press("t")
    expect(page.locator(".turn")).to_have_text("with you")
    expect(page.locator(".composer textarea")).to_be_focused()
    page.keyboard.type("By hand.")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Twice.")
    page.keyboard.press("Enter")
    expect(said_by_agents(page)).to_contain_text("By hand.")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.get_by_role("dialog")).to_contain_text("End the handoff")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.locator(".turn")).to_have_text("with the bot")
    ended = office.log(conversation)
    assert ended[-2]["text"] == "By hand.\nTwice."
    assert ended[-1]["payload"]["outcome"] == "rejected"


@pytest.mark.parametrize(
    ("key", "turn"), [("b", "with the bot"), ("q", "In the queue")], ids=["resume", "return"]
)
def test_single_keys_give_it_back(
    open_console: OpenAs, office: Office, key: str, turn: str
) -> None:
    page = open_console("ana")
    taken(page, office)
    page.keyboard.press("Escape")

    page.keyboard.press(key)

    expect(page.locator(".turn")).to_have_text(turn)
    expect(page.locator(".thread")).to_be_focused()


def test_single_keys_reach_note_reply_canned_replies_and_transfer(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    taken(page, office)
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
    page.keyboard.press("x")

    expect(page.get_by_role("dialog")).to_contain_text("Hand over")


def test_the_sheet_of_keys_opens_and_closes_and_the_focus_comes_back(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    button = page.get_by_role("button", name="Settings")
    button.focus()

    page.keyboard.press("?")
    sheet = page.get_by_role("dialog")
    expect(sheet.locator("dt")).to_have_count(16)
    page.keyboard.press("Escape")

    expect(sheet).to_have_count(0)
    expect(button).to_be_focused()


def test_single_keys_can_be_switched_off(open_console: OpenAs) -> None:
    page = open_console("ana")
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Single-key shortcuts").uncheck()
    page.get_by_role("button", name="Close").click()

    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.reload()
    expect(page.locator(".panes")).to_be_visible()
    page.keyboard.press("?")

    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_tabs_are_walked_with_the_arrows(open_console: OpenAs) -> None:
    page = open_console("ana")
    page.get_by_role("tab", name="Waiting").focus()

    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Mine")).to_be_focused()
    expect(page.get_by_role("tab", name="Mine")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")

    expect(page.get_by_role("tab", name="Recent")).to_be_focused()


def test_everything_that_can_be_pressed_is_reached_by_tab(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    taken(page, office)
    wanted = page.evaluate(PRESSABLE)

    reached = walked(page, len(wanted) + 8)

    assert set(wanted) - reached == set()


def test_the_first_tab_skips_to_the_conversation(open_console: OpenAs, office: Office) -> None:
    page = open_console("ana")
    name = somebody()
    office.asks(name, priority=9)
    pick(page, name, "Waiting")
    page.evaluate("() => document.activeElement.blur()")
    page.locator(".skip").focus()

    page.keyboard.press("Enter")

    expect(page.locator(".thread")).to_be_focused()
    expect(page.locator(".thread h1")).to_have_text(name)


def test_what_is_said_is_told_to_those_who_do_not_see_it(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    name, _ = taken(page, office)
    expect(log(page)).to_have_attribute("aria-live", "off")

    office.says(name, "Do you hear me?")

    expect(page.locator(".thread > [aria-live=polite]")).to_have_text(f"{name}: Do you hear me?")


PRESSABLE = """() => [...document.querySelectorAll('button, input, select, textarea, a[href]')]
    .filter((each) => each.checkVisibility() && !each.disabled && each.tabIndex >= 0)
    .map((each) => each.outerHTML.slice(0, 80))"""


def walked(page: Page, steps: int) -> set[str]:
    page.evaluate("() => document.activeElement.blur()")
    reached = set()
    for _ in range(steps):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("() => document.activeElement.outerHTML.slice(0, 80)"))
    return reached
