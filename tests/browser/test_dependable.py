"""What must not go wrong: lost connections, hostile texts, long lists, anybody's eyes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenAs
from tests.browser.office import Office, eventually, somebody
from tests.browser.test_agents import log, pick, row, taken, write
from tests.support.stack import Stack

LAYOUTS = {"desktop": (1360, 820), "tablet": (900, 1100), "phone": (390, 844)}


def test_what_is_written_without_a_connection_is_sent_once_when_it_is_back(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    name, conversation = taken(page, office)

    page.context.set_offline(True)
    expect(page.locator(".banner")).to_contain_text("No connection")
    write(page, "Still here.")
    expect(page.locator(".message.out")).to_contain_text("waits for the connection")
    missed = "Are you there?"
    office.says(name, missed)
    page.context.set_offline(False)

    expect(page.locator(".banner")).to_have_count(0)
    expect(log(page)).to_contain_text(missed)
    expect(page.locator(".message.out")).to_have_count(0)
    assert office.texts(conversation).count("Still here.") == 1


def test_the_server_restarts_and_the_page_goes_on(
    page_of: Callable[..., Page], tmp_path: Path
) -> None:
    with Stack(tmp_path / "state") as own:
        office = Office(own.url)
        page = page_of()
        page.goto(f"{own.url}/console/index.html")
        page.get_by_label("E-mail").fill("ana@example.test")
        page.get_by_label("Password").fill("ana-demo")
        page.get_by_role("button", name="Sign in").click()
        _, conversation = taken(page, office)

        own.stop()
        expect(page.locator(".banner")).to_contain_text("No connection")
        write(page, "Written meanwhile.")
        own.start()
        page.get_by_role("button", name="Try now").click()

        expect(page.locator(".banner")).to_have_count(0)
        eventually(lambda: office.texts(conversation).count("Written meanwhile.") == 1)


ATTACKS = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "\"'><svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    "</title><script>alert(1)</script>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "\u202eevil\u202c",
    "🎉" * 8,
    "a" * 60,
    "العربية <b>x</b>",
    "<style>*{display:none}</style>",
    "&lt;b&gt;",
    "<form action=//evil.test><input name=q>",
    "\\u003cimg src=x\\u003e",
    "%3Cscript%3E",
    "<base href=//evil.test>",
]


def test_whatever_people_write_is_text_wherever_it_is_shown(
    open_console: OpenAs, office: Office
) -> None:
    """20 texts in each of six fields."""
    page = open_console("ana")
    page.on("dialog", lambda dialog: pytest.fail(f"A script ran: {dialog.message}"))
    for number, attack in enumerate(ATTACKS):
        name = attack[:50] + f" {number}"
        conversation = office.says(name, attack, user=f"u-{number}-{attack}"[:60])
        path = f"/api/v1/bots/demo/conversations/{conversation}"
        reason = {"reason": attack, "priority": 8, "context": {"what": attack}}
        office.call("POST", f"{path}/pause", reason)
        office.call("PUT", f"{path}/tags", {"tags": [attack.encode()[:20].decode(errors="ignore")]})
        office.call("POST", "/api/v1/bots/demo/notifications", {"message": attack})
    page.get_by_role("tab", name="Waiting").click()

    for number, attack in enumerate(ATTACKS):
        page.get_by_role("searchbox").fill(attack[:20])
        name = (attack[:50] + f" {number}").strip()
        page.locator(".row", has=page.get_by_text(name, exact=True)).first.click()
        expect(log(page)).to_contain_text(attack.strip())
        expect(page.locator(".reason").last).to_contain_text(attack.strip())
        expect(page.locator(".details")).to_contain_text(attack[:20].strip())

    strange = "img:not([src='icon.svg']), iframe, object, embed, base, .log form, .details a"
    assert page.locator(strange).count() == 0
    assert page.locator("script:not([src='main.js'])").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_view(open_console: OpenAs, office: Office, scheme: str) -> None:
    page = open_console("sam", color_scheme=scheme)
    taken(page, office)
    write(page, "Hello")
    expect(log(page).locator(".message.agent:not(.out)")).to_be_visible()
    page.locator(".modes").get_by_role("button", name="Note").click()
    write(page, "A note")
    expect(log(page).locator(".note")).to_be_visible()
    found = violations(page)
    page.get_by_role("button", name="Transfer").click()
    found += violations(page)
    page.keyboard.press("Escape")
    for view in ("Team", "Report"):
        page.get_by_role("navigation").get_by_role("button", name=view).click()
        expect(page.locator(".page h1")).to_be_visible()
        found += violations(page)

    assert found == []


def test_axe_bites(open_console: OpenAs) -> None:
    page = open_console("ana")
    page.evaluate("() => document.body.append(document.createElement('button'))")

    assert "button-name" in [violation["id"] for violation in violations(page)]


def violations(page: Page) -> list[Any]:
    found: list[Any] = Axe().run(page).response["violations"]
    return [{"id": each["id"], "nodes": [node["html"] for node in each["nodes"]]} for each in found]


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

    listed = page.locator(".queue").bounding_box()
    row(page, name).click()
    expect(page.locator(".reason")).to_be_visible()
    thread = page.locator(".thread").bounding_box()
    composer = page.locator(".composer").bounding_box()

    assert listed
    assert thread
    assert composer
    assert thread["height"] > height * 0.85
    assert thread["width"] >= (width if layout == "phone" else width * 0.45) - 1
    assert composer["y"] + composer["height"] <= height + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if layout != "phone":
        is_left = listed["x"] < thread["x"]
        assert is_left == (locale != "ar")
    if layout == "phone":
        page.locator(".thread .back").click()
        expect(page.locator(".queue")).to_be_visible()
        expect(page.locator(".thread")).to_be_hidden()


def test_of_many_who_wait_only_those_near_the_eye_are_in_the_page(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("sam")
    head = office.head(office.asks(somebody()))
    crowd = """([head, count]) => import('./store.js').then(({ tell }) => {
        const heads = Array.from({length: count},
            (_, n) => ({...head, id: `c_${n}`, user_name: `N ${n}`}));
        tell({ type: 'synced', heads });
    })"""

    page.evaluate(crowd, [head, 500])
    expect(page.get_by_role("tab", name="Waiting")).to_contain_text("50")
    drawn = page.locator(".row").count()
    page.locator(".rows").evaluate("(box) => { box.scrollTop = box.scrollHeight; }")

    expect(page.get_by_text("N 99", exact=True)).to_be_visible()
    assert drawn < 40
    assert page.locator(".row").count() < 40


def test_of_a_long_thread_only_what_is_near_the_eye_is_in_the_page(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    _, conversation = taken(page, office)
    expect(log(page)).to_contain_text("took over")
    long = """([id, count]) => import('./store.js').then(({ state, tell }) => {
        const head = state.value.heads[id];
        const line = {kind: 'message', from: 'user', author: {id: 'u', name: 'U'}, type: 'text',
            payload: null, epoch: head.epoch, at: head.updated_at, message_id: null};
        const entries = Array.from({length: count},
            (_, n) => ({...line, seq: head.last_seq + 1 + n, text: `line ${n}`}));
        tell({ type: 'watched', id, entries, through: head.last_seq + count,
            head: {...head, last_seq: head.last_seq + count} });
    })"""

    page.evaluate(long, [conversation, 2000])
    expect(log(page)).to_contain_text("line 1999")
    at_the_end = page.locator(".message").count()
    page.locator(".log").evaluate("(box) => { box.scrollTop = 0; }")

    expect(log(page)).to_contain_text("line 0")
    expect(log(page)).not_to_contain_text("line 1999")
    assert at_the_end <= 130
    assert page.locator(".message").count() <= 130


def test_a_waiting_clock_changes_words_and_colour(open_console: OpenAs, office: Office) -> None:
    page = open_console("ana")
    page.clock.install()
    name = somebody()
    office.asks(name, priority=9)
    pick(page, name, "Waiting")

    page.clock.fast_forward("07:00")

    expect(row(page, name).locator(".pill.late")).to_have_text("waits 7 mins")
