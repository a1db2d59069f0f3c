"""For anybody's eyes, hands and screens: what axe finds, and where everything has its place."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenAs
from tests.browser.desk import (
    go_to,
    log,
    note,
    pick,
    press,
    row,
    taken,
    violations,
    write,
)
from tests.browser.office import BOT, Office, eventually, somebody
from tests.support.stack import Stack

LAYOUTS = {"desktop": (1360, 820), "laptop": (1024, 768), "phone": (390, 844)}
SCHEMES = ["light", "dark"]


def ended(office: Office) -> None:
    """A handoff that the report has counted."""
    done = office.asks(somebody(), queue="sales")
    office.call("POST", f"{BOT}/conversations/{done}/unpause", {"outcome": "resolved"})
    token = office.token("sam")
    eventually(lambda: office.call("GET", f"{BOT}/report", token=token)["totals"]["handoffs"] > 0)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_at_the_door(
    page_of: Callable[..., Page], stack: Stack, scheme: str
) -> None:
    page = page_of(color_scheme=scheme)
    page.goto(f"{stack.url}/console/index.html")
    expect(page.get_by_label("Password")).to_be_visible()

    assert violations(page) == []


@pytest.mark.parametrize("layout", ["desktop", "phone"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_in_a_conversation(
    open_console: OpenAs, office: Office, scheme: str, layout: str
) -> None:
    width, height = LAYOUTS[layout]
    page = open_console("sam", color_scheme=scheme, viewport={"width": width, "height": height})
    found = violations(page)
    name, conversation = taken(page, office)
    write(page, "Hello")
    note(page, "A note")
    suggestion = {"text": "Say this."}
    office.call("POST", f"{BOT}/conversations/{conversation}/suggestions", suggestion)
    office.call("POST", f"{BOT}/conversations/{conversation}/typing", {"from": "user"})
    payload = {"type": "card", "payload": {"title": "A card"}, "from": "user"}
    office.call("POST", f"{BOT}/conversations/{conversation}/messages", payload)
    expect(log(page).locator("pre")).to_be_visible()
    found += violations(page)
    if layout == "phone":
        page.get_by_role("button", name="Details").click()
        expect(page.get_by_role("complementary")).to_be_visible()
        found += violations(page)

    assert found == []
    assert name


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_in_any_dialog(open_console: OpenAs, office: Office, scheme: str) -> None:
    open_console("bo")
    page = open_console("sam", color_scheme=scheme)
    taken(page, office)
    office.call("POST", f"{BOT}/notifications", {"message": "Look", "level": "error"})
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
def test_axe_finds_nothing_with_the_team_in_the_report_and_in_an_outage(
    open_console: OpenAs, office: Office, scheme: str
) -> None:
    ended(office)
    office.asks(somebody(), queue="sales")
    page = open_console("sam", color_scheme=scheme)
    found = []

    for view, shown in (("Team", ".agent-card"), ("Report", ".chart svg")):
        go_to(page, view)
        expect(page.locator(shown).first).to_be_visible()
        found += violations(page)
    go_to(page, "Conversations")
    page.context.set_offline(True)
    expect(page.locator(".banner")).to_be_visible()
    found += violations(page)
    page.context.set_offline(False)

    assert found == []


def test_axe_finds_nothing_from_right_to_left(open_console: OpenAs, office: Office) -> None:
    page = open_console("sam", locale="ar")
    name = somebody()
    office.asks(name, priority=9)
    pick(page, name)

    assert violations(page) == []


def test_axe_bites(open_console: OpenAs) -> None:
    page = open_console("ana")
    page.evaluate("() => document.body.append(document.createElement('button'))")

    assert "button-name" in [violation["id"] for violation in violations(page)]


@pytest.mark.parametrize("locale", ["en-GB", "ar"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_pane_has_its_place(
    open_console: OpenAs, office: Office, layout: str, locale: str
) -> None:
    width, height = LAYOUTS[layout]
    name = somebody()
    office.asks(name, "W" * 200)
    page = open_console("ana", viewport={"width": width, "height": height}, locale=locale)
    page.get_by_role("searchbox").fill(name)

    listed = place(page, ".inbox")
    row(page, name).click()
    expect(page.locator(".reason")).to_be_visible()
    thread, composer, talk = place(page, ".thread"), place(page, ".composer"), place(page, ".log")

    assert thread["height"] > height * 0.85
    assert thread["width"] >= (width if layout == "phone" else width * 0.45) - 1
    assert talk["height"] > height * 0.4
    assert composer["y"] + composer["height"] <= height + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if layout == "phone":
        walks_between_panes(page, width)
    else:
        assert (listed["x"] < thread["x"]) == (locale != "ar")
        assert listed["width"] >= 260


def walks_between_panes(page: Page, width: int) -> None:
    """One at a time, each as wide as the screen, with a way back."""
    page.locator(".thread .to-details").click()
    expect(page.locator(".details")).to_be_visible()
    expect(page.locator(".thread")).to_be_hidden()
    assert place(page, ".details")["width"] == width
    page.locator(".details .back").click()
    page.locator(".thread .back").click()
    expect(page.locator(".inbox")).to_be_visible()
    expect(page.locator(".thread")).to_be_hidden()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_note_has_as_much_room_as_a_reply(
    open_console: OpenAs, office: Office, layout: str
) -> None:
    width, height = LAYOUTS[layout]
    page = open_console("ana", viewport={"width": width, "height": height})
    taken(page, office)
    reply = place(page, ".composer textarea")

    page.locator(".modes").get_by_role("button", name="Note").click()

    room = place(page, ".composer textarea")
    assert room["width"] > reply["width"] * 0.9
    assert room["x"] == reply["x"]
    assert place(page, ".modes")["y"] < room["y"]


@pytest.mark.parametrize("queue", [None, "sales"])
def test_a_row_has_as_much_above_its_words_as_below(
    open_console: OpenAs, office: Office, queue: str | None
) -> None:
    name = somebody()
    office.asks(name, priority=0, **({"queue": queue} if queue else {}))
    page = open_console("sam")
    page.get_by_role("searchbox").fill(name)
    found = row(page, name)
    expect(found).to_be_visible()

    box, words = found.bounding_box(), found.locator("span:not(.avatar):visible")
    places = [words.nth(n).bounding_box() for n in range(words.count())]
    above = min(each["y"] for each in places) - box["y"]
    below = box["y"] + box["height"] - max(each["y"] + each["height"] for each in places)

    assert abs(above - below) <= 3


def test_presence_is_told_by_shape_and_not_by_colour_alone(open_console: OpenAs) -> None:
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
def test_every_button_can_be_hit_and_none_covers_another(
    open_console: OpenAs, office: Office, layout: str
) -> None:
    """WCAG 2.2, 2.5.8: 24 pixels at least."""
    width, height = LAYOUTS[layout]
    page = open_console("sam", viewport={"width": width, "height": height})
    taken(page, office)
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


def test_who_wants_no_motion_sees_none(open_console: OpenAs, office: Office) -> None:
    page = open_console("ana", reduced_motion="reduce")
    _, conversation = taken(page, office)

    office.call("POST", f"{BOT}/conversations/{conversation}/typing", {"from": "user"})
    expect(page.locator(".typing")).to_be_visible()

    assert page.evaluate("() => document.getAnimations().length") == 0


def place(page: Page, selector: str) -> Any:
    box = page.locator(selector).bounding_box()
    assert box
    return box
