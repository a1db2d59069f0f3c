"""The inbox: lists, waiting times, search, filters and unread marks."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.bot_client import BotClient, unique_name
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import claim_new_conversation, log, open_conversation, press, row


def test_a_new_request_appears_at_once_with_its_waiting_time_and_a_count_in_the_title(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    name = unique_name()

    bot.request_handoff(name, "My parcel is lost.")

    expect(row(page, name)).to_contain_text("My parcel is lost.")
    expect(row(page, name).locator(".pill")).to_have_text(re.compile(r"waiting \d+ secs?$"))
    expect(page).to_have_title(re.compile(r"^\(\d+\) Baton$"))


def test_each_tab_lists_its_conversations(open_console: OpenConsole, bot: BotClient) -> None:
    ana, bo = open_console("ana"), open_console("bo")
    mine, _ = claim_new_conversation(ana, bot)
    its, _ = claim_new_conversation(bo, bot)
    waiting, quiet = unique_name(), unique_name()
    bot.request_handoff(waiting, priority=9)
    bot.send_message(quiet, "Only the bot has heard of me.")

    for tab, name in (("Waiting", waiting), ("Mine", mine), ("Others", its), ("Recent", quiet)):
        ana.get_by_role("tab", name=tab).click()
        expect(row(ana, name)).to_be_visible()
        others = {waiting, mine, its, quiet} - {name}
        if tab != "Recent":
            for other in others:
                expect(row(ana, other)).to_have_count(0)


def test_an_agent_filters_the_list_by_queue(open_console: OpenConsole, bot: BotClient) -> None:
    sales, billing = unique_name(), unique_name()
    bot.request_handoff(sales, queue="sales", priority=9)
    bot.request_handoff(billing, queue="billing", priority=9)
    sam = open_console("sam")

    sam.get_by_label("Queue", exact=True).select_option("sales")

    expect(row(sam, sales)).to_be_visible()
    expect(row(sam, billing)).to_have_count(0)


def test_what_an_agent_has_read_on_one_device_is_read_on_another_and_after_a_sign_in(
    open_console: OpenConsole, bot: BotClient
) -> None:
    desk, phone = open_console("ana"), open_console("ana")
    name, _ = claim_new_conversation(desk, bot)
    desk.keyboard.press("Escape")
    desk.keyboard.press("Escape")
    phone.get_by_role("tab", name="Mine").click()
    expect(row(phone, name)).to_be_visible()
    expect(row(phone, name).locator(".badge")).to_have_count(0)
    bot.send_message(name, "Are you there?")
    for page in (desk, phone):
        expect(row(page, name).locator(".badge")).to_have_text("1")
    late = open_console("ana")
    late.get_by_role("tab", name="Mine").click()
    expect(row(late, name).locator(".badge")).to_have_text("1")

    open_conversation(desk, name)

    for page in (phone, late):
        expect(row(page, name)).to_be_visible()
        expect(row(page, name).locator(".badge")).to_have_count(0)
    again = open_console("ana")
    again.get_by_role("tab", name="Mine").click()
    expect(row(again, name)).to_be_visible()
    expect(row(again, name).locator(".badge")).to_have_count(0)


def test_a_search_finds_users_by_the_beginning_of_their_name(
    open_console: OpenConsole, bot: BotClient
) -> None:
    name = unique_name()
    bot.send_message(name, "Hello")
    page = open_console("ana")

    page.get_by_role("searchbox").fill(name.lower())

    expect(row(page, name)).to_have_count(1)
    composed = f"Zoë {name}"
    bot.send_message(composed, "Hello")
    page.get_by_role("searchbox").fill(f"ZOE\u0308 {name}")
    expect(row(page, composed)).to_have_count(1)
    page.get_by_role("searchbox").fill("nobody is called like this")
    expect(page.locator(".empty").first).to_contain_text("No listed conversation fits.")


def test_recent_conversations_load_page_by_page(open_console: OpenConsole, bot: BotClient) -> None:
    for number in range(60):
        bot.send_message(f"Crowd {number}", "Hello")
    page = open_console("ana")
    page.get_by_role("tab", name="Recent").click()
    count = page.locator(".row").first
    expect(count).to_be_visible()
    rows = page.locator(".rows ul")
    before = rows.evaluate("(list) => list.offsetHeight")

    page.locator(".rows").evaluate("(box) => { box.scrollTop = box.scrollHeight; }")
    page.get_by_role("button", name="Show more").click()

    page.wait_for_function(
        "(before) => document.querySelector('.rows ul').offsetHeight > before", arg=before
    )


def test_a_message_in_another_conversation_is_unread_until_it_is_opened(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    name, _ = claim_new_conversation(page, bot)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")

    bot.send_message(name, "Are you still there?")

    expect(row(page, name).locator(".badge")).to_have_text("1")
    open_conversation(page, name, "Mine")
    expect(row(page, name).locator(".badge")).to_have_count(0)
    expect(log(page)).to_contain_text("Are you still there?")


def test_unread_marks_survive_a_reload_and_count_what_arrives_during_it(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    name, _ = claim_new_conversation(page, bot)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    for text in ("One", "Two"):
        bot.send_message(name, text)
    expect(row(page, name).locator(".badge")).to_have_text("2")
    page.goto("about:blank")
    bot.send_message(name, "Three")

    page.go_back()
    page.get_by_role("tab", name="Mine").click()

    expect(row(page, name).locator(".badge")).to_have_text("3")
    open_conversation(page, name)
    expect(row(page, name).locator(".badge")).to_have_count(0)


def test_a_draft_leaves_a_mark_in_the_list(open_console: OpenConsole, bot: BotClient) -> None:
    page = open_console("ana")
    name, _ = claim_new_conversation(page, bot)
    expect(row(page, name)).not_to_contain_text("Draft")

    page.locator(".composer textarea").fill("Half a thought")

    expect(row(page, name)).to_contain_text("Draft")
    page.locator(".composer textarea").fill("")
    expect(row(page, name)).not_to_contain_text("Draft")


@pytest.mark.parametrize("wrong_by", [timedelta(minutes=12), timedelta(minutes=-12)], ids=str)
def test_the_waiting_time_follows_the_servers_clock(
    open_console: OpenConsole, bot: BotClient, wrong_by: timedelta
) -> None:
    page = open_console("ana", new=True)
    page.clock.install(time=datetime.now(UTC) + wrong_by)
    page.reload()
    expect(page.locator(".rows .skeletons")).to_have_count(0)
    name = unique_name()
    bot.request_handoff(name, priority=9)

    expect(row(page, name).locator(".pill")).to_have_text(re.compile(r"waiting \d+ secs?$"))
    open_conversation(page, name, "Waiting")
    press(page, "Claim")
    expect(row(page, name).locator(".pill")).to_have_text(re.compile(r"unanswered \d+ secs?$"))


def test_the_waiting_time_of_a_claimed_conversation_runs_until_the_agent_replies(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    name, _ = claim_new_conversation(page, bot)

    bot.send_message(name, "Well?")

    expect(row(page, name).locator(".pill")).to_contain_text("unanswered")
    press(page, "Hand back to bot")


def test_the_waiting_time_changes_its_text_and_colour(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana", new=True)
    page.clock.install()
    name = unique_name()
    bot.request_handoff(name, priority=9)
    open_conversation(page, name, "Waiting")

    page.clock.fast_forward("02:00")
    expect(row(page, name).locator(".pill.soon")).to_have_text("waiting 2 mins")
    page.clock.fast_forward("05:00")

    expect(row(page, name).locator(".pill.late")).to_have_text("waiting 7 mins")


def test_the_back_button_and_links_open_conversations(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    name, other = unique_name(), unique_name()
    bot.request_handoff(name, priority=9)
    conversation = bot.send_message(other, "Not in any queue.")
    open_conversation(page, name, "Waiting")

    page.go_back()
    expect(page.locator(".thread.nothing")).to_be_visible()
    page.evaluate("(hash) => { location.hash = hash; }", f"demo/{conversation}")

    expect(page.locator(".thread h1")).to_have_text(other)
    page.reload()
    expect(page.locator(".thread h1")).to_have_text(other)


def test_an_agent_of_several_bots_sees_the_bot_of_each_conversation(
    open_console: OpenConsole, bot: BotClient
) -> None:
    name = unique_name()
    bot.request_handoff(name, priority=9)
    owner = open_console("owner")

    open_conversation(owner, name, "Waiting")

    expect(row(owner, name)).to_contain_text("demo")
    expect(owner.locator(".details")).to_contain_text("demo")
