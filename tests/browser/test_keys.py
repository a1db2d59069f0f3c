"""The keyboard does all of it, and the focus is never lost."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenAs
from tests.browser.desk import find, log, pick, row, said_by_agents, taken
from tests.browser.office import Office, eventually, somebody


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
    expect(page.locator(".owner")).to_have_text("with you")
    expect(page.locator(".composer textarea")).to_be_focused()
    page.keyboard.type("By hand.")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Twice.")
    page.keyboard.press("Enter")
    expect(said_by_agents(page)).to_contain_text("By hand.")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.get_by_role("dialog")).to_contain_text("Close handoff")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.locator(".owner")).to_have_text("with the bot")
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

    expect(page.locator(".owner")).to_have_text(turn)
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

    expect(page.get_by_role("dialog")).to_contain_text("Transfer conversation")


def test_what_the_bot_has_is_put_into_the_queue_with_a_key(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    name = somebody()
    conversation = office.says(name, "Hello?")
    find(page, name)

    page.keyboard.press("p")

    expect(page.locator(".owner")).to_have_text("In the queue")
    assert office.head(conversation)["status"] == "waiting"


def test_what_is_offered_is_declined_with_a_key(open_console: OpenAs, office: Office) -> None:
    page = open_console("sam")
    name = somebody()
    conversation = office.asks(name, priority=9, agent="sam@example.test")
    pick(page, name, "Waiting")
    expect(page.locator(".offer")).to_be_visible()

    page.keyboard.press("d")

    expect(page.locator(".offer")).to_have_count(0)
    eventually(lambda: "declined" in [entry["kind"] for entry in office.log(conversation)])


def test_no_key_opens_what_one_may_not_do_with_a_colleagues_conversation(
    open_console: OpenAs, office: Office
) -> None:
    sam, ana = open_console("sam"), open_console("ana")
    name, _ = taken(sam, office)
    pick(ana, name, "Others")

    for key in "xetdpbq":
        ana.keyboard.press(key)

    expect(ana.locator("dialog, .toast")).to_have_count(0)
    expect(ana.locator(".owner")).to_have_text("with Sam")


def test_on_a_keyboard_of_another_script_the_places_of_the_letters_count(
    open_console: OpenAs,
) -> None:
    page = open_console("ana")

    press = "(it) => document.body.dispatchEvent(new KeyboardEvent('keydown', it))"

    page.evaluate(press, {"key": "\u061f", "code": "Slash", "shiftKey": True, "bubbles": True})
    expect(page.get_by_role("dialog")).to_contain_text("Keyboard shortcuts")
    page.keyboard.press("Escape")
    page.evaluate(press, {"key": "\u0633", "code": "KeyS", "bubbles": True})
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_escape_closes_what_is_on_top_alone(open_console: OpenAs, office: Office) -> None:
    page = open_console("ana")
    name, _ = taken(page, office)
    page.locator(".bell").click()
    expect(page.locator("#notifications")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.locator("#notifications")).to_be_hidden()
    expect(page.locator(".thread h1")).to_have_text(name)


def test_on_a_phone_the_focus_goes_with_one_from_pane_to_pane_and_back(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana", viewport={"width": 390, "height": 844})
    name = somebody()
    office.asks(name, priority=9)
    row(page, name).focus()

    page.keyboard.press("Enter")
    expect(page.locator(".thread")).to_be_focused()
    page.get_by_role("button", name="Details").press("Enter")
    expect(page.locator(".details")).to_be_focused()
    page.locator(".details .back").press("Enter")
    expect(page.locator(".thread")).to_be_focused()
    page.locator(".thread .back").press("Enter")

    expect(row(page, name)).to_be_focused()


def test_escape_leads_back_to_the_row_one_came_from(open_console: OpenAs, office: Office) -> None:
    page = open_console("ana")
    name = somebody()
    office.asks(name, priority=9)
    pick(page, name, "Waiting")
    log(page).focus()

    page.keyboard.press("Escape")

    expect(row(page, name)).to_be_focused()


def test_the_sheet_of_keys_opens_and_closes_and_the_focus_comes_back(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    button = page.get_by_role("button", name="Settings")
    button.focus()

    page.keyboard.press("?")
    sheet = page.get_by_role("dialog")
    expect(sheet.locator("dt")).to_have_count(18)
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
    expect(log(page)).to_contain_text("took over")
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
