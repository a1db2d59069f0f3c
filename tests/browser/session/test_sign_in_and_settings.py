"""Signing in and out, settings, notifications and sounds."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.bot_client import BOT, BotClient, unique_name
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import (
    claim_new_conversation,
    open_view,
    row,
    scroll_to_row,
    search,
    write,
)
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


def test_a_wrong_password_shows_a_message(new_page: Any, stack: Stack) -> None:
    page = new_page()
    page.goto(f"{stack.url}/console/index.html")

    sign_in(page, "wrong")

    expect(page.get_by_role("alert")).to_have_text("The email or the password is wrong.")
    sign_in(page, "ana-demo")
    expect(page.locator(".panes")).to_be_visible()


def test_a_reload_keeps_the_agent_signed_in(open_console: OpenConsole) -> None:
    page = open_console("ana")

    page.reload()

    expect(page.locator(".panes")).to_be_visible()


def test_signing_out_clears_the_browsers_storage(open_console: OpenConsole, bot: BotClient) -> None:
    page = open_console("ana")
    claim_new_conversation(page, bot)
    page.locator(".composer textarea").fill("A secret")

    page.get_by_role("button", name="Sign out").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 draft is deleted.")
    dialog.get_by_role("button", name="Sign out").click()

    expect(page.get_by_label("Password")).to_be_visible()
    kept = page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "secret" not in kept
    assert "token" not in kept
    assert page.url.endswith("/console/index.html")


def test_tokens_are_in_no_url_and_in_no_permanent_storage(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.on("websocket", lambda socket: addresses.append(socket.url))
    page.reload()
    expect(page.locator(".panes")).to_be_visible()
    claim_new_conversation(page, bot)

    token = page.evaluate("() => JSON.parse(sessionStorage['baton.session']).token")

    assert addresses
    assert [address for address in addresses if token in address or "ticket=" in address] == []
    assert token not in page.evaluate("() => JSON.stringify({...localStorage})")
    assert token not in page.url


def test_an_agent_sets_their_status(open_console: OpenConsole) -> None:
    ana, sam = open_console("ana"), open_console("sam")
    sam.get_by_role("navigation").get_by_role("button", name="Team").click()
    colleague = sam.locator(".agent-card", has_text="Ana")
    expect(colleague).to_contain_text("Online")

    ana.get_by_label("My status").select_option("away")

    expect(colleague).to_contain_text("Away")
    ana.get_by_label("My status").select_option("online")
    expect(colleague).to_contain_text("Online")


def test_a_chosen_status_survives_a_reload_and_holds_on_a_second_device(
    open_console: OpenConsole,
) -> None:
    first = open_console("ana")
    first.get_by_label("My status").select_option("away")

    first.reload()
    second = open_console("ana")

    for page in (first, second):
        expect(page.locator(".banner")).to_have_count(0)
        expect(page.get_by_label("My status")).to_have_value("away")
    second.get_by_label("My status").select_option("offline")
    expect(first.get_by_label("My status")).to_have_value("offline")
    first.get_by_label("My status").select_option("online")
    expect(second.get_by_label("My status")).to_have_value("online")


def test_a_status_that_is_chosen_without_a_connection_is_sent_when_it_returns(
    open_console: OpenConsole,
) -> None:
    ana, other = open_console("ana"), open_console("ana")
    ana.context.set_offline(True)
    expect(ana.locator(".banner")).to_be_visible()
    ana.get_by_label("My status").select_option("away")

    ana.context.set_offline(False)

    expect(other.get_by_label("My status")).to_have_value("away")
    expect(ana.get_by_label("My status")).to_have_value("away")
    ana.get_by_label("My status").select_option("online")
    expect(other.get_by_label("My status")).to_have_value("online")


def test_an_agent_who_is_disconnected_is_not_shown_as_offline_by_choice(
    open_console: OpenConsole,
) -> None:
    bo, sam = open_console("bo"), open_console("sam")
    sam.get_by_role("navigation").get_by_role("button", name="Team").click()
    colleague = sam.locator(".agent-card", has_text="Bo")
    expect(colleague).to_contain_text("Online")

    bo.close()
    expect(colleague).to_contain_text("Not connected")
    bo = open_console("bo")
    bo.get_by_label("My status").select_option("offline")

    expect(colleague).to_contain_text("Offline")
    bo.get_by_label("My status").select_option("online")
    expect(colleague).to_contain_text("Online")


def test_a_chosen_theme_is_kept(open_console: OpenConsole) -> None:
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
def test_a_chosen_language_is_kept(
    open_console: OpenConsole, language: str, waiting: str, direction: str
) -> None:
    page = open_console("ana")
    page.get_by_role("button", name="Settings").click()

    page.get_by_label("Language").select_option(language)

    expect(page.get_by_role("tab", name=waiting)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("dir", direction)
    expect(page.locator("html")).to_have_attribute("lang", language)


def test_a_desktop_notification_names_the_user_and_opens_the_conversation(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    page.evaluate(FAKE_NOTIFICATION)
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Desktop notifications").check()
    page.wait_for_function("() => shown.length === 1")
    page.get_by_role("button", name="Close").click()
    name = unique_name()

    conversation = bot.request_handoff(name, "A secret reason.")

    page.wait_for_function("() => shown.length > 1")
    title, tag, body = page.evaluate(
        "() => [shown[1].title, shown[1].options.tag, shown[1].options.body]"
    )
    assert (title, tag, body) == (name, conversation, f"{name} is waiting for an agent.")
    page.evaluate("() => shown[1].onclick()")
    expect(page.locator(".thread h1")).to_have_text(name)


def test_by_default_no_notification_or_sound_tells_that_somebody_waits(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    page.evaluate(FAKE_NOTIFICATION)
    page.evaluate(
        "() => { window.sounds = 0; window.AudioContext = class { constructor() { sounds++; } }; }"
    )
    name = unique_name()

    bot.request_handoff(name, priority=9)
    scroll_to_row(page, name)
    expect(row(page, name)).to_be_visible()

    assert page.evaluate("() => [shown.length, sounds]") == [0, 0]


def test_a_sound_tells_that_somebody_waits_if_the_agent_switched_it_on(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Sound").select_option("Also users who begin to wait")
    page.get_by_role("button", name="Close").click()
    page.evaluate(COUNT_SOUNDS)

    bot.request_handoff(unique_name())

    page.wait_for_function("() => sounds > 0")


def test_only_the_agent_who_is_asked_is_alerted_to_an_offer_in_a_hidden_tab(
    open_console: OpenConsole, bot: BotClient
) -> None:
    sam, bo = open_console("sam"), open_console("bo")
    for page in (sam, bo):
        page.evaluate(FAKE_NOTIFICATION)
        page.get_by_role("button", name="Settings").click()
        page.get_by_label("Desktop notifications").check()
        page.wait_for_function("() => shown.length === 1")
        page.get_by_role("button", name="Close").click()
        page.evaluate(COUNT_SOUNDS)
    name = unique_name()

    bot.request_handoff(name, priority=9, agent="sam@example.test")

    sam.wait_for_function("() => shown.length > 1 && sounds === 1")
    assert sam.evaluate("() => shown[1].options.body") == f"Offered to you: {name}"
    expect(sam).to_have_title("(1) offered to you · Baton")
    expect(sam.locator(".toasts")).to_contain_text(f"Offered to you: {name}")
    expect(sam.locator("link[rel=icon]")).to_have_attribute("href", "icon_unread.svg")
    open_view(sam, "Team")
    expect(sam.locator(".offer", has_text=name).get_by_role("timer")).to_be_visible()
    expect(row(bo, name)).to_contain_text("offered to Sam")
    expect(bo).to_have_title("Baton")
    assert bo.evaluate("() => [shown.length, sounds]") == [1, 0]


def test_messages_in_a_hidden_window_are_counted_in_the_title(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    name, _ = claim_new_conversation(page, bot)
    page.evaluate(FAKE_NOTIFICATION)

    bot.send_message(name, "Hello?")
    expect(page).to_have_title(re.compile(r"^\(1\)"))
    page.evaluate(
        "() => { delete document.hidden; document.dispatchEvent(new Event('visibilitychange')); }"
    )

    expect(page).to_have_title("Baton")


def test_notifications_of_the_bot_are_listed_and_marked_as_read(
    open_console: OpenConsole, bot: BotClient
) -> None:
    message = f"The payment provider is down ({unique_name()})."
    conversation = bot.send_message(unique_name(), "Hello")
    body = {"message": message, "level": "error", "conversation_id": conversation}
    page = open_console("ana")

    bot.call("POST", f"{BOT}/notifications", body)
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


def test_a_refused_message_shows_the_servers_error_and_can_be_discarded(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    name, conversation = claim_new_conversation(page, bot)
    page.context.set_offline(True)
    expect(page.locator(".banner")).to_be_visible()
    write(page, "Too late.")
    bot.call("POST", f"{BOT}/conversations/{conversation}/unpause", {})
    page.context.set_offline(False)

    lost = page.locator(".message.outgoing.failed")
    expect(lost).to_contain_text("not sent")
    expect(lost.get_by_role("alert")).not_to_be_empty()
    lost.get_by_role("button", name="Discard").click()

    expect(lost).to_have_count(0)
    assert "Too late." not in bot.message_texts(conversation)
    search(page, name)
