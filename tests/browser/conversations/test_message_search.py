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


def test_a_search_is_saved_for_the_team_and_opened_by_an_agent_and_by_its_address(
    open_console: OpenConsole, bot: BotClient
) -> None:
    name = unique_name()
    view = f"view {name}"
    bot.request_handoff(name, queue="sales")
    sam = open_console("sam")
    sam.get_by_role("searchbox", name="Search").fill("refund")
    sam.get_by_role("button", name="Filters").click()
    sam.locator(".filters [name=status]").select_option("waiting")
    sam.get_by_role("button", name="Save this view …").click()
    dialog = sam.get_by_role("dialog")
    dialog.get_by_label("Name").fill(view)
    dialog.get_by_label("For").select_option("The team of demo")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(sam.locator(".views")).to_contain_text(f"{view} · demo")

    ana = open_console("ana")
    ana.get_by_role("combobox", name="Saved views").select_option(f"{view} · demo")
    hit = ana.get_by_role("region", name="In messages").get_by_role("button").filter(has_text=name)
    expect(hit).to_be_visible()
    expect(ana.locator(".filters [name=status]")).to_have_value("waiting")
    ana.reload()
    expect(hit).to_be_visible()
    expect(ana.get_by_role("searchbox", name="Search")).to_have_value("refund")
    ana.keyboard.press("Control+k")
    ana.keyboard.type(view)
    expect(ana.locator("#choices [role=option]").first).to_contain_text("Saved view")
    ana.keyboard.press("Escape")

    sam.get_by_role("button", name=f"Remove {view}").click()
    dialog.get_by_role("button", name="Remove", exact=True).click()
    expect(sam.locator(".views")).not_to_contain_text(view)
