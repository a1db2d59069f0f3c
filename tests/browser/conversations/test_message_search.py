"""The inbox finds words in messages, and conversations by filters."""

from playwright.sync_api import expect

from tests.browser.bot_client import BotClient, unique_name
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import log


def test_a_word_in_an_old_message_is_found_and_opened_at_its_place_with_filters(
    open_console: OpenConsole, bot: BotClient
) -> None:
    name, word = unique_name(), f"kürbis{unique_name().split()[-1].lower()}"
    bot.send_message(name, f"My {word.upper()} is broken.")
    for number in range(30):
        bot.send_message(name, f"and line {number}\n" * 4)
    bot.request_handoff(name, queue="sales")
    page = open_console("sam")

    page.get_by_role("searchbox", name="Search").fill(word.replace("ü", "u"))
    hit = page.get_by_role("region", name="In messages").get_by_role("button").filter(has_text=name)
    expect(hit.locator("mark")).to_have_text(word.upper())
    hit.click()

    found = log(page).locator("article", has_text=word.upper())
    expect(found).to_be_in_viewport()
    expect(found).to_be_focused()
    page.get_by_role("button", name="Filters").click()
    panel = page.get_by_role("form", name="Filters")
    queue = panel.get_by_role("combobox", name="Queue", exact=True)
    queue.fill("billing")
    queue.press("Tab")
    expect(page.get_by_text("Nothing was found.")).to_be_visible()
    queue.fill("sales")
    panel.locator("[name=status]").select_option("waiting")
    expect(hit).to_be_visible()
