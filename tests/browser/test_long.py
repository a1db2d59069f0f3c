"""500 who wait, and 2,000 entries of one conversation: only what is near the eye is in the page."""

from playwright.sync_api import expect

from tests.browser.conftest import OpenAs
from tests.browser.crowd import crowded, lengthened
from tests.browser.desk import go_to, log, taken
from tests.browser.office import Office, somebody


def test_of_many_who_wait_only_those_near_the_eye_are_in_the_page(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("sam")
    head = office.head(office.asks(somebody()))

    crowded(page, head, 500)
    expect(page.get_by_role("tab", name="Waiting")).to_contain_text("50")
    drawn = page.locator(".row").count()
    page.locator(".rows").evaluate("(box) => { box.scrollTop = box.scrollHeight; }")

    expect(page.get_by_text("N 99", exact=True)).to_be_visible()
    assert drawn < 40
    assert page.locator(".row").count() < 40
    last = page.locator(".rows li").last
    all_of_them = last.get_attribute("aria-setsize")
    assert int(all_of_them or 0) >= 500
    expect(last).to_have_attribute("aria-posinset", all_of_them or "")


def test_the_team_shows_many_step_by_step(open_console: OpenAs, office: Office) -> None:
    page = open_console("sam")
    head = office.head(office.asks(somebody()))
    crowded(page, head, 500)

    go_to(page, "Team")
    expect(page.locator("tbody tr")).to_have_count(50)
    page.get_by_role("button", name="Show more").click()

    expect(page.locator("tbody tr")).to_have_count(100)


def test_of_a_long_thread_only_what_is_near_the_eye_is_in_the_page(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    _, conversation = taken(page, office)
    expect(log(page)).to_contain_text("took over")

    lengthened(page, conversation, 2000)
    expect(log(page)).to_contain_text("line 1999.")
    at_the_end = page.locator(".message").count()
    page.locator(".log").evaluate("(box) => { box.scrollTop = 0; }")

    expect(log(page)).to_contain_text("line 0.")
    expect(log(page)).not_to_contain_text("line 1999.")
    assert at_the_end <= 130
    assert page.locator(".message").count() <= 130


def test_who_reads_on_top_of_a_long_thread_is_not_torn_away_by_news(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    name, conversation = taken(page, office)
    lengthened(page, conversation, 400)
    expect(log(page)).to_contain_text("line 399.")
    page.locator(".log").evaluate("(box) => { box.scrollTop = 2000; }")
    line = page.locator(".message", has_text="line ").nth(20)
    expect(line).to_be_visible()
    page.wait_for_timeout(300)
    before = page.locator(".log").evaluate("(box) => box.scrollTop")

    lengthened(page, conversation, 5)
    page.wait_for_timeout(300)

    assert abs(page.locator(".log").evaluate("(box) => box.scrollTop") - before) < 400
    assert name


def test_who_reads_above_is_told_of_news_below_and_led_there(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    _, conversation = taken(page, office)
    lengthened(page, conversation, 60)
    expect(log(page)).to_contain_text("line 59.")
    news = log(page).get_by_role("button", name="New messages")
    page.locator(".log").evaluate("(box) => { box.scrollTop = 0; }")
    page.wait_for_timeout(300)
    expect(news).to_have_count(0)

    lengthened(page, conversation, 1)
    news.click()

    expect(log(page).locator(".message").last).to_be_in_viewport()
    expect(log(page)).to_be_focused()
    expect(news).to_have_count(0)
