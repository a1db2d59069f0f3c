"""What an agent does in a day, each in a real browser against the running product."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenAs
from tests.browser.office import Office, eventually, somebody
from tests.support.stack import Stack


def row(page: Page, name: str) -> Any:
    return page.locator(".row", has_text=name)


def pick(page: Page, name: str, tab: str | None = None) -> None:
    if tab:
        page.get_by_role("tab", name=tab).click()
    row(page, name).click()
    expect(page.locator(".thread h1")).to_have_text(name)


def taken(page: Page, office: Office, **more: Any) -> tuple[str, str]:
    """The name and the conversation of somebody new, whom the agent has taken."""
    name = somebody()
    conversation = office.asks(name, **{"priority": 9, **more})
    pick(page, name, "Waiting")
    page.get_by_role("button", name="Take over").click()
    expect(page.locator(".turn")).to_have_text("with you")
    return name, conversation


def write(page: Page, text: str) -> None:
    page.locator(".composer textarea").fill(text)
    page.locator(".composer textarea").press("Enter")


def log(page: Page) -> Any:
    return page.get_by_role("log")


def test_who_asks_appears_at_once_with_a_clock_in_words_and_a_count_in_the_title(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    name = somebody()

    office.asks(name, "My parcel is lost.")

    expect(row(page, name)).to_contain_text("My parcel is lost.")
    expect(row(page, name).locator(".pill")).to_have_text(re.compile(r"waits \d+ secs?$"))
    expect(page).to_have_title(re.compile(r"^\(\d+\) Baton$"))


def test_an_agent_reads_before_taking_and_sees_why_and_what_the_bot_said(
    open_console: OpenAs, office: Office
) -> None:
    name = somebody()
    office.says(name, "Is my flight on time?")
    office.says(name, "I do not know flights.", sender="bot")
    office.asks(name, "Asks about flights.", context={"flight": "XY 123"})
    page = open_console("ana")

    pick(page, name, "Waiting")

    expect(log(page)).to_contain_text("I do not know flights.")
    expect(page.locator(".reason")).to_contain_text("Asks about flights.")
    expect(page.locator(".details")).to_contain_text("XY 123")
    expect(page.locator(".composer textarea")).to_be_disabled()


def test_an_agent_takes_replies_and_gives_back_and_the_log_shows_who_owned_each_moment(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    name, conversation = taken(page, office)

    expect(page.locator(".composer textarea")).to_be_focused()
    write(page, "Hello, I am Ana.")
    expect(log(page).locator(".message.agent:not(.out)")).to_contain_text("Hello, I am Ana.")
    office.says(name, "Thank you!")
    expect(log(page)).to_contain_text("Thank you!")
    page.get_by_role("button", name="Resume bot").click()

    expect(page.locator(".turn")).to_have_text("with the bot")
    stretches = page.locator(".stretch h2")
    expect(stretches).to_have_text(["The bot", "In the queue", "Ana", "The bot"])
    assert office.texts(conversation)[-2:] == ["Hello, I am Ana.", "Thank you!"]


def test_of_two_agents_who_take_at_once_one_has_it_and_the_other_is_told_who(
    open_console: OpenAs, office: Office
) -> None:
    ana, bo = open_console("ana"), open_console("bo")
    name = somebody()
    conversation = office.asks(name)
    for page in (ana, bo):
        pick(page, name, "Waiting")

    # Bo's page is not told of Ana's claim before he presses: the race is decided on the server.
    bo.evaluate("() => { window.pressed = document.querySelector('.moves .primary'); }")
    ana.get_by_role("button", name="Take over").click()
    bo.evaluate("() => window.pressed.click()")

    eventually(lambda: office.head(conversation)["status"] == "agent")
    winner = office.head(conversation)["owner_name"]
    loser = bo if winner == "Ana" else ana
    expect(loser.locator(".turn")).to_have_text(f"with {winner}")
    expect(loser.locator(".composer textarea")).to_be_disabled()


def test_a_note_is_for_the_team_and_never_reaches_the_user(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    _, conversation = taken(page, office)

    page.locator(".modes").get_by_role("button", name="Note").click()
    write(page, "Be kind, called twice.")

    expect(log(page).locator(".note")).to_contain_text("Be kind, called twice.")
    expect(log(page).locator(".note")).to_contain_text("Only your team sees this")
    assert "Be kind" not in str(office.log(conversation))


def test_what_the_bot_suggests_is_sent_with_one_key(open_console: OpenAs, office: Office) -> None:
    page = open_console("ana")
    _, conversation = taken(page, office)
    path = f"/api/v1/bots/demo/conversations/{conversation}/suggestions"
    office.call("POST", path, {"text": "Offer a refund."})
    expect(log(page).locator(".suggestion")).to_contain_text("Offer a refund.")

    page.keyboard.press("Alt+s")

    expect(log(page).locator(".message.agent:not(.out)")).to_contain_text("Offer a refund.")
    assert office.texts(conversation)[-1] == "Offer a refund."


def test_a_conversation_is_handed_to_a_colleague_with_a_note(
    open_console: OpenAs, office: Office
) -> None:
    ana, bo = open_console("ana"), open_console("bo")
    name, conversation = taken(ana, office)
    # Colleagues are listed as they were when one signed in, and as events have told since.
    ana.reload()
    pick(ana, name, "Mine")

    ana.get_by_role("button", name="Transfer").click()
    ana.get_by_role("dialog").get_by_text("Bo", exact=True).click()
    ana.get_by_label("A note for them").fill("Knows the case.")
    ana.get_by_role("dialog").get_by_role("button", name="Transfer").click()

    expect(ana.locator(".turn")).to_have_text("with Bo")
    pick(bo, name, "Mine")
    expect(log(bo)).to_contain_text("Knows the case.")
    assert office.head(conversation)["owner_name"] == "Bo"


def test_a_conversation_goes_back_to_the_queue(open_console: OpenAs, office: Office) -> None:
    page = open_console("ana")
    _, conversation = taken(page, office)

    page.get_by_role("button", name="Return to queue").click()

    expect(page.locator(".turn")).to_have_text("In the queue")
    assert office.head(conversation)["status"] == "waiting"


def test_a_handoff_ends_with_an_outcome_and_a_word_for_the_bot(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    _, conversation = taken(page, office)

    page.get_by_role("button", name="End …").click()
    page.get_by_label("Not for us").check()
    page.get_by_label("A word for the bot").fill("Wrong shop.")
    page.get_by_role("dialog").get_by_role("button", name="End the handoff").click()

    expect(page.locator(".turn")).to_have_text("with the bot")
    ended = office.log(conversation)[-1]["payload"]
    assert (ended["outcome"], ended["note"]) == ("rejected", "Wrong shop.")


def test_an_agent_joins_what_the_bot_still_has(open_console: OpenAs, office: Office) -> None:
    name = somebody()
    conversation = office.says(name, "Nobody has asked for anybody.")
    page = open_console("ana")

    pick(page, name, "Recent")
    page.get_by_role("button", name="Join").click()

    expect(page.locator(".turn")).to_have_text("with you")
    assert office.head(conversation)["owner_name"] == "Ana"


def test_tags_are_set_and_taken_off(open_console: OpenAs, office: Office) -> None:
    page = open_console("ana")
    _, conversation = taken(page, office)

    page.get_by_label("Add a tag").fill("vip")
    page.get_by_label("Add a tag").press("Enter")
    expect(page.locator(".tags li")).to_have_text(["vip"])
    assert office.head(conversation)["tags"] == ["vip"]
    page.get_by_label("Remove vip").click()

    expect(page.locator(".tags li")).to_have_count(0)


def test_colleagues_see_each_other_typing(open_console: OpenAs, office: Office) -> None:
    ana, bo = open_console("ana"), open_console("bo")
    name, _ = taken(ana, office)
    pick(bo, name, "Others")
    expect(log(bo)).to_contain_text("Ana took over")

    ana.locator(".composer textarea").press_sequentially("One moment")

    expect(bo.locator(".typing")).to_contain_text("Ana is typing")


def test_somebody_is_found_by_name(open_console: OpenAs, office: Office) -> None:
    name = somebody()
    office.says(name, "Hello")
    page = open_console("ana")

    page.get_by_role("searchbox").fill(name.lower())

    expect(row(page, name)).to_have_count(1)


def test_all_of_it_works_by_keyboard_and_the_single_keys_can_be_switched_off(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    name = somebody()
    conversation = office.asks(name, priority=9)
    expect(row(page, name)).to_be_visible()

    page.keyboard.press("s")
    page.keyboard.type(name)
    expect(page.locator(".row")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator(".thread h1")).to_have_text(name)
    page.keyboard.press("t")
    expect(page.locator(".turn")).to_have_text("with you")
    expect(page.locator(".composer textarea")).to_be_focused()
    page.keyboard.type("By hand.")
    page.keyboard.press("Enter")
    expect(log(page)).to_contain_text("By hand.")
    page.locator(".composer textarea").blur()
    page.keyboard.press("e")
    expect(page.get_by_role("dialog")).to_contain_text("End the handoff")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Take over")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Single-key shortcuts").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("?")

    expect(page.get_by_role("dialog")).to_have_count(0)
    assert office.texts(conversation)[-1] == "By hand."


def test_a_draft_survives_a_reload(open_console: OpenAs, office: Office) -> None:
    page = open_console("ana")
    name, _ = taken(page, office)
    page.locator(".composer textarea").fill("Half a thought")

    page.reload()
    pick(page, name, "Mine")

    expect(page.locator(".composer textarea")).to_have_value("Half a thought")


def test_who_signs_out_leaves_nothing_behind(open_console: OpenAs, office: Office) -> None:
    page = open_console("ana")
    taken(page, office)
    page.locator(".composer textarea").fill("A secret")

    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_label("Password")).to_be_visible()
    kept = page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "secret" not in kept
    assert "token" not in kept


def test_a_wrong_password_is_a_sentence(page_of: Any, stack: Stack) -> None:
    page = page_of()
    page.goto(f"{stack.url}/console/index.html")
    page.get_by_label("E-mail").fill("ana@example.test")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_have_text("That e-mail or password is wrong.")


@pytest.mark.parametrize("name", ["Team", "Report"])
def test_a_supervisor_sees_the_team_and_the_report_and_an_agent_does_not(
    open_console: OpenAs, name: str
) -> None:
    sam, ana = open_console("sam"), open_console("ana")

    sam.get_by_role("navigation").get_by_role("button", name=name).click()

    expect(sam.locator(".page h1")).to_have_text(name)
    expect(ana.get_by_role("navigation").get_by_role("button", name=name)).to_have_count(0)


def test_a_supervisor_gives_what_waits_to_somebody(open_console: OpenAs, office: Office) -> None:
    open_console("bo")
    sam = open_console("sam")
    name = somebody()
    conversation = office.asks(name)
    sam.get_by_role("navigation").get_by_role("button", name="Team").click()

    sam.get_by_label(f"Give to … {name}").select_option(label="Bo")

    eventually(lambda: office.head(conversation)["owner_name"] == "Bo")
