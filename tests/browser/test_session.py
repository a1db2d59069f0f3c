"""Signing in and out, settings, and what asks for an agent's attention."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenAs
from tests.browser.desk import find, row, scroll_to, taken, write
from tests.browser.office import BOT, Office, somebody
from tests.support.stack import Stack

FAKE_NOTIFICATION = """() => {
    window.shown = [];
    window.Notification = class {
        constructor(title, options) { shown.push(Object.assign(this, {title, options})); }
        close() {}
        static permission = 'granted';
        static requestPermission() { return Promise.resolve('granted'); }
    };
    Object.defineProperty(document, 'hidden', { get: () => true, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
}"""

COUNT_SOUNDS = """() => {
    window.sounds = 0;
    const Real = window.AudioContext;
    window.AudioContext = class extends Real { constructor() { super(); sounds++; } };
}"""


def sign_in(page: Page, password: str) -> None:
    page.get_by_label("Email").fill("ana@example.test")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_wrong_password_is_a_sentence(page_of: Any, stack: Stack) -> None:
    page = page_of()
    page.goto(f"{stack.url}/console/index.html")

    sign_in(page, "wrong")

    expect(page.get_by_role("alert")).to_have_text("The email or the password is wrong.")
    sign_in(page, "ana-demo")
    expect(page.locator(".panes")).to_be_visible()


def test_a_reload_keeps_who_is_signed_in(open_console: OpenAs) -> None:
    page = open_console("ana")

    page.reload()

    expect(page.locator(".panes")).to_be_visible()


def test_who_signs_out_leaves_nothing_behind(open_console: OpenAs, office: Office) -> None:
    page = open_console("ana")
    taken(page, office)
    page.locator(".composer textarea").fill("A secret")

    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_label("Password")).to_be_visible()
    kept = page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "secret" not in kept
    assert "token" not in kept
    assert page.url.endswith("/console/index.html")


def test_tokens_are_in_no_address_and_in_no_storage_that_stays(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.on("websocket", lambda socket: addresses.append(socket.url))
    page.reload()
    expect(page.locator(".panes")).to_be_visible()
    taken(page, office)

    token = page.evaluate("() => JSON.parse(sessionStorage['baton.session']).token")

    assert addresses
    assert [address for address in addresses if token in address or "ticket=" in address] == []
    assert token not in page.evaluate("() => JSON.stringify({...localStorage})")
    assert token not in page.url


def test_an_agent_says_whether_they_are_there(open_console: OpenAs) -> None:
    ana, sam = open_console("ana"), open_console("sam")
    sam.get_by_role("navigation").get_by_role("button", name="Team").click()
    colleague = sam.locator(".agent-card", has_text="Ana")
    expect(colleague).to_contain_text("Online")

    ana.get_by_label("My status").select_option("away")

    expect(colleague).to_contain_text("Away")
    ana.get_by_label("My status").select_option("online")
    expect(colleague).to_contain_text("Online")


def test_colours_are_chosen_and_stay(open_console: OpenAs) -> None:
    page = open_console("ana", color_scheme="light")
    ground = "() => getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)

    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Theme").select_option("dark")
    dark = page.evaluate(ground)
    page.reload()
    expect(page.locator(".panes")).to_be_visible()

    assert dark != light
    assert page.evaluate(ground) == dark


@pytest.mark.parametrize(
    ("language", "waiting", "direction"), [("es", "En espera", "ltr"), ("ar", "في الانتظار", "rtl")]
)
def test_the_language_is_chosen_and_stays(
    open_console: OpenAs, language: str, waiting: str, direction: str
) -> None:
    page = open_console("ana")
    page.get_by_role("button", name="Settings").click()

    page.get_by_label("Language").select_option(language)

    expect(page.get_by_role("tab", name=waiting)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("dir", direction)
    expect(page.locator("html")).to_have_attribute("lang", language)


def test_a_desktop_notification_names_who_waits_and_leads_there(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    page.evaluate(FAKE_NOTIFICATION)
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Desktop notifications").check()
    page.get_by_role("button", name="Close").click()
    name = somebody()

    conversation = office.asks(name, "A secret reason.")

    page.wait_for_function("() => shown.length > 0")
    title, tag, body = page.evaluate(
        "() => [shown[0].title, shown[0].options.tag, shown[0].options.body]"
    )
    assert (title, tag, body) == (name, conversation, "Somebody waits")
    page.evaluate("() => shown[0].onclick()")
    expect(page.locator(".thread h1")).to_have_text(name)


def test_nobody_is_asked_for_notifications_or_sound_unasked(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    page.evaluate(FAKE_NOTIFICATION)
    page.evaluate(
        "() => { window.sounds = 0; window.AudioContext = class { constructor() { sounds++; } }; }"
    )
    name = somebody()

    office.asks(name, priority=9)
    scroll_to(page, name)
    expect(row(page, name)).to_be_visible()

    assert page.evaluate("() => [shown.length, sounds]") == [0, 0]


def test_a_sound_is_heard_once_it_was_asked_for(open_console: OpenAs, office: Office) -> None:
    page = open_console("ana")
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Sound when a user waits or writes").check()
    page.get_by_role("button", name="Close").click()
    page.evaluate(COUNT_SOUNDS)

    office.asks(somebody())

    page.wait_for_function("() => sounds > 0")


def test_what_comes_while_the_window_is_hidden_counts_in_the_title(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    name, _ = taken(page, office)
    page.evaluate(FAKE_NOTIFICATION)

    office.says(name, "Hello?")
    expect(page).to_have_title(re.compile(r"^\(1\)"))
    page.evaluate(
        "() => { delete document.hidden; document.dispatchEvent(new Event('visibilitychange')); }"
    )

    expect(page).to_have_title("Baton")


def test_notifications_of_the_bot_are_kept_and_read(open_console: OpenAs, office: Office) -> None:
    message = f"The payment provider is down ({somebody()})."
    conversation = office.says(somebody(), "Hello")
    body = {"message": message, "level": "error", "conversation_id": conversation}
    page = open_console("ana")

    office.call("POST", f"{BOT}/notifications", body)
    expect(page.locator(".toast")).to_have_text(message)
    expect(page.locator(".bell .badge")).to_be_visible()
    page.reload()
    page.locator(".bell").click()
    notice = page.locator(".notifications li", has_text=message)
    expect(notice).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".bell .badge")).to_have_count(0)
    page.locator(".bell").click()
    notice.get_by_role("button", name="Show").click()

    expect(page.locator(".thread h1")).to_be_visible()


def test_what_is_refused_is_said_with_the_servers_words_and_can_be_discarded(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    name, conversation = taken(page, office)
    page.context.set_offline(True)
    expect(page.locator(".banner")).to_be_visible()
    write(page, "Too late.")
    office.call("POST", f"{BOT}/conversations/{conversation}/unpause", {})
    page.context.set_offline(False)

    lost = page.locator(".message.outgoing.failed")
    expect(lost).to_contain_text("not sent")
    expect(lost.get_by_role("alert")).not_to_be_empty()
    lost.get_by_role("button", name="Discard").click()

    expect(lost).to_have_count(0)
    assert "Too late." not in office.texts(conversation)
    find(page, name)
