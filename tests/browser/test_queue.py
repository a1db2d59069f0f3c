"""The queue: who waits, for how long, and where to find whom."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import OpenAs
from tests.browser.desk import log, pick, press, row, taken
from tests.browser.office import Office, somebody


def test_who_asks_appears_at_once_with_a_clock_in_words_and_a_count_in_the_title(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    name = somebody()

    office.asks(name, "My parcel is lost.")

    expect(row(page, name)).to_contain_text("My parcel is lost.")
    expect(row(page, name).locator(".pill")).to_have_text(re.compile(r"waiting \d+ secs?$"))
    expect(page).to_have_title(re.compile(r"^\(\d+\) Baton$"))


def test_each_conversation_stands_in_the_list_where_it_belongs(
    open_console: OpenAs, office: Office
) -> None:
    ana, bo = open_console("ana"), open_console("bo")
    mine, _ = taken(ana, office)
    its, _ = taken(bo, office)
    waiting, quiet = somebody(), somebody()
    office.asks(waiting, priority=9)
    office.says(quiet, "Only the bot has heard of me.")

    for tab, name in (("Waiting", waiting), ("Mine", mine), ("Others", its), ("Recent", quiet)):
        ana.get_by_role("tab", name=tab).click()
        expect(row(ana, name)).to_be_visible()
        others = {waiting, mine, its, quiet} - {name}
        if tab != "Recent":
            for other in others:
                expect(row(ana, other)).to_have_count(0)


def test_the_list_can_be_of_one_queue_alone(open_console: OpenAs, office: Office) -> None:
    sales, billing = somebody(), somebody()
    office.asks(sales, queue="sales", priority=9)
    office.asks(billing, queue="billing", priority=9)
    sam = open_console("sam")

    sam.get_by_label("Queue", exact=True).select_option("sales")

    expect(row(sam, sales)).to_be_visible()
    expect(row(sam, billing)).to_have_count(0)


def test_somebody_is_found_by_the_beginning_of_their_name(
    open_console: OpenAs, office: Office
) -> None:
    name = somebody()
    office.says(name, "Hello")
    page = open_console("ana")

    page.get_by_role("searchbox").fill(name.lower())

    expect(row(page, name)).to_have_count(1)
    page.get_by_role("searchbox").fill("nobody is called like this")
    expect(page.locator(".empty").first).to_contain_text("No name begins like this.")


def test_the_latest_come_page_by_page(open_console: OpenAs, office: Office) -> None:
    for number in range(60):
        office.says(f"Crowd {number}", "Hello")
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


def test_what_the_user_writes_elsewhere_is_marked_until_one_looks(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    name, _ = taken(page, office)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")

    office.says(name, "Are you still there?")

    expect(row(page, name).locator(".badge")).to_have_text("1")
    pick(page, name, "Mine")
    expect(row(page, name).locator(".badge")).to_have_count(0)
    expect(log(page)).to_contain_text("Are you still there?")


def test_after_it_was_taken_the_clock_runs_while_the_user_waits_for_an_answer(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    name, _ = taken(page, office)

    office.says(name, "Well?")

    expect(row(page, name).locator(".pill")).to_contain_text("unanswered")
    press(page, "Hand back to bot")


def test_a_waiting_clock_changes_words_and_colour(open_console: OpenAs, office: Office) -> None:
    page = open_console("ana")
    page.clock.install()
    name = somebody()
    office.asks(name, priority=9)
    pick(page, name, "Waiting")

    page.clock.fast_forward("02:00")
    expect(row(page, name).locator(".pill.soon")).to_have_text("waiting 2 mins")
    page.clock.fast_forward("05:00")

    expect(row(page, name).locator(".pill.late")).to_have_text("waiting 7 mins")


def test_the_back_button_leads_back_and_an_address_leads_to_a_conversation(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    name, other = somebody(), somebody()
    office.asks(name, priority=9)
    conversation = office.says(other, "Not in any queue.")
    pick(page, name, "Waiting")

    page.go_back()
    expect(page.locator(".thread.nothing")).to_be_visible()
    page.evaluate("(hash) => { location.hash = hash; }", f"demo/{conversation}")

    expect(page.locator(".thread h1")).to_have_text(other)
    page.reload()
    expect(page.locator(".thread h1")).to_have_text(other)


def test_who_serves_several_bots_sees_whose_conversation_it_is(
    open_console: OpenAs, office: Office
) -> None:
    name = somebody()
    office.asks(name, priority=9)
    owner = open_console("owner")

    pick(owner, name, "Waiting")

    expect(row(owner, name)).to_contain_text("demo")
    expect(owner.locator(".details")).to_contain_text("demo")
