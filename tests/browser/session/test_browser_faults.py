"""A browser may refuse or break stored values, storage itself, notifications, late events."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.bot_client import BOT, BotClient, unique_name
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import claim_new_conversation, log, open_conversation, write

KEYS = ("baton.preferences", "baton.session", "baton.outbox", "baton.unread")
STORE = """([key, value]) => {
    localStorage.setItem(key, value);
    sessionStorage.setItem(key, value);
}"""


@pytest.mark.parametrize(
    "value",
    [
        "{",
        "null",
        "5",
        '"text"',
        "[null, 5, {}]",
        '{"language": 5, "theme": {}, "token": {}}',
        '{"language": "toString", "singleKeys": "yes", "expiresAt": "never"}',
    ],
)
def test_the_console_starts_whatever_is_stored(open_console: OpenConsole, value: str) -> None:
    page = open_console("ana")
    for key in KEYS[:1] + KEYS[2:]:
        page.evaluate(STORE, [key, value])
    page.reload()
    expect(page.locator(".panes")).to_be_visible()
    page.evaluate(STORE, [KEYS[1], value])

    page.reload()

    expect(page.get_by_label("Password")).to_be_visible()


def test_an_agent_works_in_a_browser_that_refuses_to_store(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    page.add_init_script("""for (const name of ['localStorage', 'sessionStorage'])
        Object.defineProperty(window, name, { get() { throw new Error('SecurityError') } })
    """)
    page.reload()
    page.get_by_label("Email").fill("ana@example.test")
    page.get_by_label("Password").fill("ana-demo")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".rows .skeletons")).to_have_count(0)

    _, conversation = claim_new_conversation(page, bot)
    write(page, "Stored by the server alone.")

    expect(log(page).locator(".message.agent:not(.outgoing)")).to_have_count(1)
    assert bot.message_texts(conversation)[-1] == "Stored by the server alone."


@pytest.mark.parametrize(
    "replacement",
    [
        "window.Notification = class { static permission = 'granted';"
        " static requestPermission() { return Promise.resolve('granted') }"
        " constructor() { throw new TypeError('Illegal constructor') } }",
        "delete window.Notification",
    ],
    ids=["android", "none"],
)
def test_desktop_notifications_stay_off_where_the_browser_does_not_show_them(
    open_console: OpenConsole, bot: BotClient, replacement: str
) -> None:
    page = open_console("ana")
    page.evaluate(f"() => {{ {replacement} }}")
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Desktop notifications").click()

    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("does not show")
    expect(page.get_by_label("Desktop notifications")).not_to_be_checked()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.evaluate(STORE, ["baton.preferences", json.dumps({"desktop": True})])
    page.add_init_script(replacement)
    page.reload()
    expect(page.locator(".rows .skeletons")).to_have_count(0)
    page.evaluate("() => Object.defineProperty(document, 'hidden', { get: () => true })")
    name = unique_name()
    bot.request_handoff(name, priority=9)

    expect(page.locator(".row", has_text=name)).to_be_visible()


def test_a_scroll_event_of_a_conversation_that_is_closed_meanwhile_is_ignored(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    names = [unique_name(), unique_name()]
    for name in names:
        for number in range(30):
            bot.send_message(name, f"Line {number}")
        bot.request_handoff(name, priority=9)
    for name in names:
        open_conversation(page, name, "Waiting")
        expect(log(page)).to_contain_text("Line 29")

    page.evaluate("""async () => {
        const rows = [...document.querySelectorAll('.row')].slice(0, 2);
        for (let times = 0; times < 20; times++) {
            const log = document.querySelector('.log');
            log.scrollTop = times % 2 ? 0 : 1000;
            rows[times % 2].click();
            await new Promise((resolve) => setTimeout(resolve, 0));
            log.dispatchEvent(new Event('scroll'));
            await new Promise(requestAnimationFrame);
        }
    }""")


NAME = "W" * 63


def test_long_names_without_spaces_do_not_widen_any_pane(
    open_console: OpenConsole, bot: BotClient
) -> None:
    token = bot.token("owner")
    agent = {"name": NAME, "email": "widest@example.test", "role": "agent", "queues": []}
    invitation = bot.call("POST", f"{BOT}/agents", agent, token)["invitation"]
    accepted = {"invitation": invitation, "password": "widest-demo"}
    bot.call("POST", "/api/v1/auth/invitation", accepted)
    page = open_console("widest", viewport={"width": 1100, "height": 700})
    conversation = bot.request_handoff(NAME, "R" * 300, priority=9)
    open_conversation(page, NAME, "Waiting")
    page.locator(".actions .primary").click()
    expect(page.locator(".owner")).to_have_text("with you")
    write(page, "m" * 300)
    bot.call("POST", f"{BOT}/conversations/{conversation}/typing", {"from": "user"})
    expect(page.locator(".typing")).to_be_visible()

    assert wide_elements(page) == []
    for name in ("Snooze", "Transfer", "Close …"):
        page.locator(".thread-top").get_by_role("button", name=name, exact=True).click()
        assert wide_elements(page) == []
        page.keyboard.press("Escape")
    page.set_viewport_size({"width": 360, "height": 700})

    assert wide_elements(page) == []


def wide_elements(page: Page) -> list[str]:
    found: list[str] = page.evaluate(WIDE_ELEMENTS)
    return found


WIDE_ELEMENTS = """() => {
    const isCut = (each) => getComputedStyle(each).textOverflow === 'ellipsis';
    const panes = 'html, .header, .panes > *, .log, .rows, .thread-top, .composer, dialog';
    const shown = [...document.querySelectorAll(`${panes}, .log *, .details *`)]
        .filter((each) => each.checkVisibility() && each.clientWidth > 1 && !isCut(each));
    return shown.filter((each) => each.scrollWidth > each.clientWidth + 1)
        .map((each) => `${each.scrollWidth} ${each.clientWidth} ${each.outerHTML.slice(0, 100)}`);
}"""
