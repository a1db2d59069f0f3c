"""The 60-second demo of the README, and the demo chat page."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import log, violations, write
from tests.support.stack import Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A new stack, as a newcomer starts it."""
    with Stack(tmp_path_factory.mktemp("demo") / "state") as stack:
        yield stack


def test_the_sixty_second_demo_works_as_the_readme_says(
    new_page: Callable[..., Page], open_console: OpenConsole, stack: Stack
) -> None:
    guest = f"guest-{uuid4().hex[:8]}"
    shop = new_page(viewport={"width": 390, "height": 800})
    shop.goto(f"{stack.url}/demo/index.html?user={guest}")
    console = open_console("ana")

    request_agent(shop, console, guest)
    claim_and_chat(shop, console, guest)
    receive_offline_message_once(shop, console)
    return_to_bot(shop, console)
    rate(shop, console)


def request_agent(shop: Page, console: Page, guest: str) -> None:
    say(shop, "hi")
    expect(shop.locator("#log")).to_contain_text("You said: hi")
    shop.get_by_role("button", name="Talk to an agent").click()
    expect(shop.locator("#log")).to_contain_text("You are being transferred.")
    expect(console.locator(".row", has_text=guest).locator(".pill")).to_contain_text("waiting")
    expect(console).to_have_title("(1) Baton")


def claim_and_chat(shop: Page, console: Page, guest: str) -> None:
    console.locator(".row", has_text=guest).click()
    expect(log(console)).to_contain_text("You said: hi")
    console.get_by_role("button", name="Claim").click()
    expect(shop.locator("#log")).to_contain_text("You are now talking to Ana.")

    console.locator(".composer textarea").press_sequentially("Hel")
    expect(shop.locator("#typing")).to_contain_text("Ana is typing")
    write(console, "Hello, how can I help?")
    expect(shop.locator("#log")).to_contain_text("Hello, how can I help?")
    shop.locator("#text").press_sequentially("My")
    expect(console.locator(".typing")).to_be_visible()
    say(shop, "My train is broken.")
    expect(log(console)).to_contain_text("My train is broken.")


def receive_offline_message_once(shop: Page, console: Page) -> None:
    shop.get_by_text("Demo", exact=True).click()
    shop.get_by_role("button", name="Drop connection").click()
    expect(console.locator(".banner")).to_contain_text("Connection lost")
    write(console, "We send you a new one.")
    expect(console.locator(".message.outgoing")).to_contain_text("waiting for the connection")
    expect(console.locator(".banner")).to_have_count(0, timeout=15_000)
    expect(shop.locator("#log").get_by_text("We send you a new one.")).to_have_count(1)


def return_to_bot(shop: Page, console: Page) -> None:
    console.get_by_role("button", name="Hand back to bot").click()
    expect(shop.locator("#log")).to_contain_text("Hello again! The bot is back.")
    say(shop, "thanks")
    expect(shop.locator("#log")).to_contain_text("You said: thanks")
    assert shop.locator("#log").get_by_text("We send you a new one.").count() == 1


def rate(shop: Page, console: Page) -> None:
    shop.get_by_role("group", name="How was your conversation").get_by_label("4 of 5").click()
    expect(shop.locator("#log")).to_contain_text("You rated the conversation 4 of 5.")
    expect(shop.locator("#rating")).to_be_hidden()
    expect(log(console)).to_contain_text("Rated 4 of 5")
    expect(console.locator(".details .history")).to_contain_text("Rated 4 of 5")


def test_the_demo_chat_continues_after_the_server_restarts(
    new_page: Callable[..., Page], tmp_path: Path
) -> None:
    with Stack(tmp_path / "state") as own:
        shop = new_page()
        shop.goto(f"{own.url}/demo/index.html")
        say(shop, "hi")
        expect(shop.locator("#log")).to_contain_text("You said: hi")
        own.stop(signal.SIGTERM)

        say(shop, "Are you there?")
        expect(shop.get_by_role("alert")).to_contain_text("The message was not sent.")
        expect(shop.get_by_label("Message")).to_have_value("Are you there?")
        own.start()
        shop.get_by_role("button", name="Send", exact=True).click()

        expect(shop.locator("#log")).to_contain_text("You said: Are you there?")
        expect(shop.locator("#log p")).to_have_count(4)
        expect(shop.locator("#error")).to_be_empty()


def test_axe_finds_no_violation_in_the_demo_chat(
    new_page: Callable[..., Page], stack: Stack
) -> None:
    found = []
    for scheme in ("light", "dark"):
        shop = new_page(color_scheme=scheme)
        shop.goto(f"{stack.url}/demo/index.html")
        say(shop, "hi")
        expect(shop.locator("#log")).to_contain_text("You said: hi")
        found += violations(shop)

    assert found == []


def say(shop: Page, text: str) -> None:
    shop.get_by_label("Message").fill(text)
    shop.get_by_role("button", name="Send", exact=True).click()
