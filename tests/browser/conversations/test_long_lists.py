"""Long lists and long threads: only the rows and entries near the visible part are rendered."""

from playwright.sync_api import expect

from tests.browser.bot_client import BotClient, unique_name
from tests.browser.conftest import SOURCES, OpenConsole
from tests.browser.console_actions import claim_new_conversation, log, open_view
from tests.browser.conversations.long_lists import fill_inbox, fill_thread


def test_a_long_list_renders_only_the_rows_near_the_visible_part(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("sam", file=SOURCES)
    head = bot.head(bot.request_handoff(unique_name()))

    fill_inbox(page, head, 500)
    expect(page.get_by_role("tab", name="Waiting")).to_contain_text("50")
    drawn = page.locator(".row").count()
    page.locator(".rows").evaluate("(box) => { box.scrollTop = box.scrollHeight; }")

    expect(page.get_by_text("N 99", exact=True)).to_be_visible()
    assert drawn < 40
    assert page.locator(".row").count() < 40
    page.wait_for_function(SHOWS_THE_LAST_OF_500)


def test_the_team_view_shows_a_long_table_page_by_page(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("sam", file=SOURCES)
    head = bot.head(bot.request_handoff(unique_name()))
    fill_inbox(page, head, 500)

    open_view(page, "Team")
    expect(page.locator("tbody tr")).to_have_count(50)
    page.get_by_role("button", name="Show more").click()

    expect(page.locator("tbody tr")).to_have_count(100)


def test_a_long_thread_renders_only_the_entries_near_the_visible_part(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana", file=SOURCES)
    _, conversation = claim_new_conversation(page, bot)
    expect(log(page)).to_contain_text("claimed the conversation")

    fill_thread(page, conversation, 2000)
    expect(log(page)).to_contain_text("line 1999.")
    at_the_end = page.locator(".message").count()
    page.locator(".log").evaluate("(box) => { box.scrollTop = 0; }")

    expect(log(page)).to_contain_text("line 0.")
    expect(log(page)).not_to_contain_text("line 1999.")
    assert at_the_end <= 130
    assert page.locator(".message").count() <= 130


def test_new_messages_do_not_scroll_an_agent_who_reads_older_ones(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana", file=SOURCES)
    name, conversation = claim_new_conversation(page, bot)
    fill_thread(page, conversation, 400)
    expect(log(page)).to_contain_text("line 399.")
    page.locator(".log").evaluate("(box) => { box.scrollTop = 2000; }")
    line = page.locator(".message", has_text="line ").nth(20)
    expect(line).to_be_visible()
    page.wait_for_timeout(300)
    before = page.locator(".log").evaluate("(box) => box.scrollTop")

    fill_thread(page, conversation, 5)
    page.wait_for_timeout(300)

    assert abs(page.locator(".log").evaluate("(box) => box.scrollTop") - before) < 400
    assert name


def test_a_button_leads_an_agent_who_scrolled_up_to_new_messages(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana", file=SOURCES)
    _, conversation = claim_new_conversation(page, bot)
    fill_thread(page, conversation, 60)
    expect(log(page)).to_contain_text("line 59.")
    news = log(page).get_by_role("button", name="New messages")
    page.locator(".log").evaluate("(box) => { box.scrollTop = 0; }")
    page.wait_for_timeout(300)
    expect(news).to_have_count(0)

    fill_thread(page, conversation, 1)
    news.click()

    expect(log(page).locator(".message").last).to_be_in_viewport()
    expect(log(page)).to_be_focused()
    expect(news).to_have_count(0)


def test_the_button_does_not_even_flash_while_the_agent_reads_at_the_end(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana", file=SOURCES)
    name, _ = claim_new_conversation(page, bot)
    page.evaluate(COUNT_BUTTONS)

    for text in ("One", "Two"):
        bot.send_message(name, text)
        expect(log(page)).to_contain_text(text)

    assert page.evaluate("() => window.buttonsSeen") == 0


SHOWS_THE_LAST_OF_500 = """() => {
    const last = [...document.querySelectorAll('.rows li')].pop();
    return Number(last.ariaSetSize) >= 500 && last.ariaPosInSet === last.ariaSetSize;
}"""

COUNT_BUTTONS = """() => {
    window.buttonsSeen = 0;
    new MutationObserver(() => {
        window.buttonsSeen += document.querySelectorAll('button.latest').length;
    }).observe(document.body, { childList: true, subtree: true });
}"""
