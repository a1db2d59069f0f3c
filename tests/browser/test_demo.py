"""The newcomer's sixty seconds, word for word."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenAs
from tests.browser.desk import log, violations, write
from tests.support.stack import Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One of its own, as a newcomer has it: nobody has asked for anybody yet."""
    with Stack(tmp_path_factory.mktemp("demo") / "state") as stack:
        yield stack


def test_the_sixty_second_script(
    page_of: Callable[..., Page], open_console: OpenAs, stack: Stack
) -> None:
    guest = f"guest-{uuid4().hex[:8]}"
    shop = page_of(viewport={"width": 390, "height": 800})
    shop.goto(f"{stack.url}/demo/index.html?user={guest}")
    console = open_console("ana")

    asks_for_a_person(shop, console, guest)
    is_taken_over_and_chats(shop, console, guest)
    gets_once_what_was_written_offline(shop, console)
    has_the_bot_again(shop, console)


def asks_for_a_person(shop: Page, console: Page, guest: str) -> None:
    said(shop, "hi")
    expect(shop.locator("#log")).to_contain_text("You said: hi")
    shop.get_by_role("button", name="Talk to an agent").click()
    expect(shop.locator("#log")).to_contain_text("You are being transferred.")
    expect(console.locator(".row", has_text=guest).locator(".pill")).to_contain_text("waiting")
    expect(console).to_have_title("(1) Baton")


def is_taken_over_and_chats(shop: Page, console: Page, guest: str) -> None:
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
    said(shop, "My train is broken.")
    expect(log(console)).to_contain_text("My train is broken.")


def gets_once_what_was_written_offline(shop: Page, console: Page) -> None:
    shop.get_by_text("Demo", exact=True).click()
    shop.get_by_role("button", name="Drop connection").click()
    expect(console.locator(".banner")).to_contain_text("Connection lost")
    write(console, "We send you a new one.")
    expect(console.locator(".message.outgoing")).to_contain_text("waiting for the connection")
    expect(console.locator(".banner")).to_have_count(0, timeout=15_000)
    expect(shop.locator("#log").get_by_text("We send you a new one.")).to_have_count(1)


def has_the_bot_again(shop: Page, console: Page) -> None:
    console.get_by_role("button", name="Hand back to bot").click()
    expect(shop.locator("#log")).to_contain_text("Hello again! The bot is back.")
    said(shop, "thanks")
    expect(shop.locator("#log")).to_contain_text("You said: thanks")
    assert shop.locator("#log").get_by_text("We send you a new one.").count() == 1


def test_the_shop_goes_on_where_it_was_when_the_server_is_back(
    page_of: Callable[..., Page], tmp_path: Path
) -> None:
    with Stack(tmp_path / "state") as own:
        shop = page_of()
        shop.goto(f"{own.url}/demo/index.html")
        said(shop, "hi")
        expect(shop.locator("#log")).to_contain_text("You said: hi")
        own.stop(signal.SIGTERM)

        said(shop, "Are you there?")
        expect(shop.get_by_role("alert")).to_contain_text("The message was not sent.")
        expect(shop.get_by_label("Message")).to_have_value("Are you there?")
        own.start()
        shop.get_by_role("button", name="Send").click()

        expect(shop.locator("#log")).to_contain_text("You said: Are you there?")
        expect(shop.locator("#log p")).to_have_count(4)
        expect(shop.locator("#wrong")).to_be_empty()


def test_axe_finds_nothing_in_the_shop(page_of: Callable[..., Page], stack: Stack) -> None:
    found = []
    for scheme in ("light", "dark"):
        shop = page_of(color_scheme=scheme)
        shop.goto(f"{stack.url}/demo/index.html")
        said(shop, "hi")
        expect(shop.locator("#log")).to_contain_text("You said: hi")
        found += violations(shop)

    assert found == []


def said(shop: Page, text: str) -> None:
    shop.get_by_label("Message").fill(text)
    shop.get_by_role("button", name="Send").click()
