"""Messages that are no plain text: each type is shown as what it is."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.bot_client import BOT, BotClient
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import claim_new_conversation, log, row, write

PICTURES = "https://pictures.test"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0"
    "f01f0005000101ff89993d1d0000000049454e44ae426082"
)


@pytest.fixture
def page(open_console: OpenConsole) -> Page:
    return open_console("ana")


@pytest.fixture
def fetched(page: Page) -> list[str]:
    """The addresses of the picture server that the page has called."""
    calls: list[str] = []

    def answer(route: Route) -> None:
        calls.append(route.request.url)
        route.fulfill(body=PIXEL, content_type="image/png")

    page.route(f"{PICTURES}/**", answer)
    return calls


Say = Callable[..., None]


@pytest.fixture
def say(page: Page, bot: BotClient) -> Say:
    """Says something in a conversation that the agent has open."""
    _, conversation = claim_new_conversation(page, bot)

    def said(kind: str, payload: dict[str, Any] | None = None, **more: Any) -> None:
        body = {"type": kind, "payload": payload, "from": "user", **more}
        bot.call("POST", f"{BOT}/conversations/{conversation}/messages", body)

    return said


def test_a_foreign_picture_is_loaded_by_a_click_and_enlarged_by_another(
    page: Page, say: Say, fetched: list[str]
) -> None:
    say("image", {"url": f"{PICTURES}/cat.png", "caption": "Our cat"})
    show = log(page).get_by_role("button", name="Show: Photo")
    expect(log(page)).to_contain_text("Our cat")
    expect(show).to_be_visible()
    assert fetched == []

    show.click()
    expect(log(page).get_by_role("img", name="Our cat")).to_have_js_property("naturalWidth", 1)
    log(page).get_by_role("button", name="Show the photo in full size").click()

    lightbox = page.get_by_role("dialog", name="Photo")
    expect(lightbox.get_by_role("img")).to_be_visible()
    page.keyboard.press("Escape")
    expect(lightbox).to_have_count(0)
    assert set(fetched) == {f"{PICTURES}/cat.png"}


def test_files_places_contacts_and_players_are_shown_without_a_call(
    page: Page, say: Say, fetched: list[str]
) -> None:
    say("file", {"url": f"{PICTURES}/b.pdf", "name": "bill.pdf", "mime": "text/pdf", "size": 1234})
    say("location", {"latitude": 48.2, "longitude": 16.4, "name": "The office"})
    say("contact", {"name": "Zed", "phone": "+43 1 234"})
    say("audio", {"url": f"{PICTURES}/hello.ogg"})
    say("video", {"url": f"{PICTURES}/cat.mp4", "caption": "It jumps"})

    link = log(page).get_by_role("link", name="bill.pdf")
    expect(link).to_have_attribute("href", f"{PICTURES}/b.pdf")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(log(page)).to_contain_text("text/pdf, 1.2 KB")
    place = log(page).get_by_role("link", name="Show on the map")
    expect(place).to_have_attribute("href", "https://www.openstreetmap.org/?mlat=48.2&mlon=16.4")
    expect(log(page)).to_contain_text("+43 1 234")
    expect(log(page).locator("audio[controls][preload=none]")).to_have_count(1)
    expect(log(page).locator("video[controls][preload=none]")).to_have_count(1)
    expect(log(page)).to_contain_text("It jumps")
    assert fetched == []


def test_the_button_that_the_user_has_pressed_is_marked(page: Page, say: Say) -> None:
    options = [{"label": "Small", "value": "S"}, {"label": "Large", "value": "L"}]
    say("choice", {"text": "Which size?", "options": options})
    expect(log(page).locator(".choices li")).to_have_count(2)
    expect(log(page).locator(".chosen")).to_have_count(0)

    say("postback", {"value": "L", "label": "Large"})

    expect(log(page).locator(".chosen")).to_have_text("Large (chosen)")
    expect(log(page)).to_contain_text("Pressed: Large")


def test_an_edit_changes_the_message_in_its_place_and_a_reaction_stands_below_it(
    page: Page, say: Say
) -> None:
    say("text", text="I want two", message_id="m-1")
    expect(log(page)).to_contain_text("I want two")

    say("edit", {"of": "m-1", "text": "I want three"})
    say("reaction", {"of": "m-1", "emoji": "👍"})

    message = log(page).locator(".message", has_text="I want three")
    expect(message).to_have_count(1)
    expect(message).to_contain_text("edited")
    expect(message.get_by_label("Reaction")).to_have_text("👍")
    expect(log(page)).not_to_contain_text("I want two")


def test_a_carousel_scrolls_and_an_unknown_type_is_shown_as_it_came(page: Page, say: Say) -> None:
    say("carousel", {"items": [{"title": f"Offer {number}"} for number in range(9)]})
    say("hologram", {"depth": 3})
    say("image", {"url": "javascript:alert(1)"})

    cards = log(page).get_by_role("list", name="Cards")
    expect(cards.get_by_role("listitem")).to_have_count(9)
    assert cards.evaluate("(box) => box.scrollWidth > box.clientWidth")
    expect(log(page).locator("pre")).to_have_count(2)
    expect(log(page)).to_contain_text('"depth": 3')


def test_links_are_links_and_markup_counts_only_from_bots_and_agents(page: Page, say: Say) -> None:
    say("text", text="See https://shop.test/a. **Now**")
    write(page, "Take *this*: [our shop](https://shop.test)")

    expect(log(page).get_by_role("link", name="https://shop.test/a")).to_be_visible()
    expect(log(page)).to_contain_text("See https://shop.test/a. **Now**")
    expect(log(page).locator("i", has_text="this")).to_be_visible()
    expect(log(page).get_by_role("link", name="our shop")).to_have_attribute(
        "href", "https://shop.test/"
    )


def test_lists_say_in_words_what_was_sent(page: Page, bot: BotClient) -> None:
    name, conversation = claim_new_conversation(page, bot)
    said = {"type": "image", "payload": {"url": f"{PICTURES}/cat.png"}, "from": "user"}
    bot.call("POST", f"{BOT}/conversations/{conversation}/messages", said)

    expect(row(page, name)).to_contain_text("Photo")
    expect(page.locator(".thread > [aria-live=polite]")).to_have_text(f"{name}: Photo")


def test_an_agent_answers_to_a_message_and_the_quote_goes_with_the_reply(
    page: Page, bot: BotClient
) -> None:
    _, conversation = claim_new_conversation(page, bot)
    said = {"from": "user", "text": "Is the red one in stock?", "message_id": conversation}
    bot.call("POST", f"{BOT}/conversations/{conversation}/messages", said)
    asked = log(page).locator(".message.user", has_text="red one")
    asked.hover()
    asked.get_by_role("button", name="Answer this message").click()
    expect(page.locator(".quoting")).to_contain_text("Is the red one in stock?")

    write(page, "Yes, it is.")

    answer = log(page).locator(".message.agent:not(.outgoing)", has_text="Yes, it is.")
    expect(answer.locator("blockquote")).to_contain_text("Is the red one in stock?")
    expect(page.locator(".quoting")).to_have_count(0)
    (entry,) = [each for each in bot.entries(conversation) if each["text"] == "Yes, it is."]
    assert entry["type"] == "text"
    assert entry["payload"]["reply_to"] == conversation
    assert entry["payload"]["quote"] == "Is the red one in stock?"
