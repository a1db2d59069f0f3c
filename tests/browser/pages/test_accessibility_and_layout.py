"""Accessibility and layout of the agent's views."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.bot_client import BOT, BotClient, eventually, unique_name
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import (
    claim_new_conversation,
    log,
    note,
    open_conversation,
    open_view,
    press,
    row,
    violations,
    write,
)
from tests.support.stack import Stack

PAYLOADS = {
    "image": {"url": "https://pictures.test/cat.png", "caption": "Our cat"},
    "audio": {"url": "https://pictures.test/hello.ogg"},
    "file": {"url": "https://pictures.test/bill.pdf", "name": "bill.pdf", "size": 1200},
    "location": {"latitude": 48.2, "longitude": 16.4, "name": "The office"},
    "choice": {"text": "Which size?", "options": [{"label": "Small", "value": "S"}]},
    "carousel": {"items": [{"title": "One"}, {"title": "Two", "subtitle": "The second"}]},
    "hologram": {"depth": 3},
}
LAYOUTS = {"desktop": (1360, 820), "laptop": (1024, 768), "phone": (390, 844)}
SCHEMES = ["light", "dark"]


def end_handoff(bot: BotClient) -> None:
    """Ends a handoff and waits until the report has counted it."""
    done = bot.request_handoff(unique_name(), queue="sales")
    bot.call("POST", f"{BOT}/conversations/{done}/unpause", {"outcome": "resolved"})
    token = bot.token("sam")
    eventually(lambda: bot.call("GET", f"{BOT}/report", token=token)["totals"]["handoffs"] > 0)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_no_violation_on_the_sign_in_page(
    new_page: Callable[..., Page], stack: Stack, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    page.goto(f"{stack.url}/console/index.html")
    expect(page.get_by_label("Password")).to_be_visible()

    assert violations(page) == []


@pytest.mark.parametrize("layout", ["desktop", "phone"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_no_violation_in_a_conversation(
    open_console: OpenConsole, bot: BotClient, scheme: str, layout: str
) -> None:
    width, height = LAYOUTS[layout]
    page = open_console("sam", color_scheme=scheme, viewport={"width": width, "height": height})
    found = violations(page)
    name, conversation = claim_new_conversation(page, bot)
    write(page, "Hello")
    note(page, "A note")
    suggestion = {"text": "Say this."}
    bot.call("POST", f"{BOT}/conversations/{conversation}/suggestions", suggestion)
    bot.call("POST", f"{BOT}/conversations/{conversation}/typing", {"from": "user"})
    for kind, payload in PAYLOADS.items():
        said = {"type": kind, "payload": payload, "from": "user"}
        bot.call("POST", f"{BOT}/conversations/{conversation}/messages", said)
    expect(log(page).locator("pre")).to_be_visible()
    found += violations(page)
    if layout == "phone":
        page.get_by_role("button", name="Details").click()
        expect(page.get_by_role("complementary")).to_be_visible()
        found += violations(page)

    assert found == []
    assert name


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_no_violation_in_the_dialogs(
    open_console: OpenConsole, bot: BotClient, scheme: str
) -> None:
    open_console("bo")
    page = open_console("sam", color_scheme=scheme)
    claim_new_conversation(page, bot)
    bot.call("POST", f"{BOT}/notifications", {"message": "Look", "level": "error"})
    found = []

    for name, title in (("Transfer", "Transfer conversation"), ("Close …", "Close handoff")):
        press(page, name)
        expect(page.get_by_role("dialog")).to_contain_text(title)
        found += violations(page)
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    found += violations(page)
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(page.get_by_role("dialog").locator("kbd").first).to_be_visible()
    found += violations(page)
    page.keyboard.press("Escape")
    page.locator(".bell").click()
    expect(page.locator(".notifications li").first).to_be_visible()
    found += violations(page)

    assert found == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_no_violation_in_team_report_and_during_an_outage(
    open_console: OpenConsole, bot: BotClient, scheme: str
) -> None:
    end_handoff(bot)
    bot.request_handoff(unique_name(), queue="sales")
    page = open_console("sam", color_scheme=scheme)
    found = []

    for view, shown in (("Team", ".agent-card"), ("Report", ".chart svg")):
        open_view(page, view)
        expect(page.locator(shown).first).to_be_visible()
        found += violations(page)
    open_view(page, "Conversations")
    page.context.set_offline(True)
    expect(page.locator(".banner")).to_be_visible()
    found += violations(page)
    page.context.set_offline(False)

    assert found == []


def test_axe_finds_no_violation_from_right_to_left(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("sam", locale="ar")
    name = unique_name()
    bot.request_handoff(name, priority=9)
    open_conversation(page, name)

    assert violations(page) == []


def test_axe_finds_a_planted_violation(open_console: OpenConsole) -> None:
    page = open_console("ana")
    page.evaluate("() => document.body.append(document.createElement('button'))")

    assert "button-name" in [violation["id"] for violation in violations(page)]


@pytest.mark.parametrize("locale", ["en-GB", "ar"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_pane_has_its_place_on_each_screen_size(
    open_console: OpenConsole, bot: BotClient, layout: str, locale: str
) -> None:
    width, height = LAYOUTS[layout]
    name = unique_name()
    bot.request_handoff(name, "W" * 200)
    page = open_console("ana", viewport={"width": width, "height": height}, locale=locale)
    page.get_by_role("searchbox").fill(name)

    listed = box_of(page, ".inbox")
    row(page, name).click()
    expect(page.locator(".reason")).to_be_visible()
    thread, composer, talk = (
        box_of(page, ".thread"),
        box_of(page, ".composer"),
        box_of(page, ".log"),
    )

    assert thread["height"] > height * 0.85
    assert thread["width"] >= (width if layout == "phone" else width * 0.45) - 1
    assert talk["height"] > height * 0.4
    assert composer["y"] + composer["height"] <= height + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if layout == "phone":
        walk_between_panes(page, width)
    else:
        assert (listed["x"] < thread["x"]) == (locale != "ar")
        assert listed["width"] >= 260


def walk_between_panes(page: Page, width: int) -> None:
    """One pane is visible at a time, as wide as the screen, with a button back."""
    page.locator(".thread .to-details").click()
    expect(page.locator(".details")).to_be_visible()
    expect(page.locator(".thread")).to_be_hidden()
    assert box_of(page, ".details")["width"] == width
    page.locator(".details .back").click()
    page.locator(".thread .back").click()
    expect(page.locator(".inbox")).to_be_visible()
    expect(page.locator(".thread")).to_be_hidden()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_note_field_is_as_large_as_the_reply_field(
    open_console: OpenConsole, bot: BotClient, layout: str
) -> None:
    width, height = LAYOUTS[layout]
    page = open_console("ana", viewport={"width": width, "height": height})
    claim_new_conversation(page, bot)
    reply = box_of(page, ".composer textarea")

    page.locator(".modes").get_by_role("button", name="Note").click()

    room = box_of(page, ".composer textarea")
    assert room["width"] > reply["width"] * 0.9
    assert room["x"] == reply["x"]
    assert box_of(page, ".modes")["y"] < room["y"]


@pytest.mark.parametrize("queue", [None, "sales"])
def test_the_text_of_a_row_is_centred(
    open_console: OpenConsole, bot: BotClient, queue: str | None
) -> None:
    name = unique_name()
    bot.request_handoff(name, priority=0, **({"queue": queue} if queue else {}))
    page = open_console("sam")
    page.get_by_role("searchbox").fill(name)
    found = row(page, name)
    expect(found).to_be_visible()

    box, words = found.bounding_box(), found.locator("span:not(.avatar):visible")
    places = [words.nth(n).bounding_box() for n in range(words.count())]
    above = min(each["y"] for each in places) - box["y"]
    below = box["y"] + box["height"] - max(each["y"] + each["height"] for each in places)

    assert abs(above - below) <= 3


def test_presence_differs_by_shape_and_not_only_by_colour(open_console: OpenConsole) -> None:
    page = open_console("ana", viewport={"width": 390, "height": 844})
    shapes = set()
    for status in ("online", "away", "offline"):
        page.get_by_label("My status").select_option(status)
        expect(page.locator(".presence")).to_have_attribute("data-status", status)
        shapes.add(tuple(page.locator(".presence").evaluate(SHAPE)))
    page.get_by_label("My status").select_option("online")

    assert len(shapes) == 3


SHAPE = """(label) => {
    const style = getComputedStyle(label, '::before');
    return [style.backgroundImage === 'none', style.borderTopWidth];
}"""


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_button_is_large_enough_and_none_covers_another(
    open_console: OpenConsole, bot: BotClient, layout: str
) -> None:
    """WCAG 2.2, criterion 2.5.8: at least 24 pixels."""
    width, height = LAYOUTS[layout]
    page = open_console("sam", viewport={"width": width, "height": height})
    claim_new_conversation(page, bot)
    page.wait_for_timeout(300)

    boxes: list[dict[str, Any]] = page.evaluate(
        """() => [...document.querySelectorAll('button')].filter((each) => each.checkVisibility())
            .map((each) => ({...each.getBoundingClientRect().toJSON(), name: each.outerHTML}))"""
    )

    assert len(boxes) > 8
    for box in boxes:
        assert min(box["width"], box["height"]) >= 24, box
        if not box["name"].startswith('<button class="row'):
            assert box["right"] <= width + 1, box


def test_reduced_motion_switches_animations_off(open_console: OpenConsole, bot: BotClient) -> None:
    page = open_console("ana", reduced_motion="reduce")
    _, conversation = claim_new_conversation(page, bot)

    bot.call("POST", f"{BOT}/conversations/{conversation}/typing", {"from": "user"})
    expect(page.locator(".typing")).to_be_visible()

    assert page.evaluate("() => document.getAnimations().length") == 0


def box_of(page: Page, selector: str) -> Any:
    box = page.locator(selector).bounding_box()
    assert box
    return box
