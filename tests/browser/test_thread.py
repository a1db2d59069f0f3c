"""A conversation: read, taken, handed on, ended; each in a real browser on the running product."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenAs
from tests.browser.desk import find, log, pick, press, row, said_by_agents, taken, write
from tests.browser.office import Office, eventually, somebody


def test_an_agent_reads_before_taking_and_sees_why_and_what_the_bot_said(
    open_console: OpenAs, office: Office
) -> None:
    name = somebody()
    office.says(name, "Is my flight on time?")
    office.says(name, "I do not know flights.", sender="bot")
    office.asks(name, "Asks about flights.")
    page = open_console("ana")

    pick(page, name, "Waiting")

    expect(log(page)).to_contain_text("I do not know flights.")
    expect(page.locator(".reason-bar")).to_contain_text("Asks about flights.")
    expect(log(page).locator(".reason")).to_contain_text("Asks about flights.")
    expect(page.locator(".composer textarea")).to_be_disabled()


def test_an_agent_takes_replies_and_gives_back_and_the_log_shows_who_owned_each_moment(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    name, conversation = taken(page, office)

    expect(page.locator(".composer textarea")).to_be_focused()
    write(page, "Hello, I am Ana.")
    expect(said_by_agents(page)).to_contain_text("Hello, I am Ana.")
    office.says(name, "Thank you!")
    expect(log(page)).to_contain_text("Thank you!")
    press(page, "Hand back to bot")

    expect(page.locator(".owner")).to_have_text("with the bot")
    expect(page.locator(".thread")).to_be_focused()
    stretches = page.locator(".owner-block h2")
    expect(stretches).to_have_text(["Bot", "In the queue", "Ana", "Bot"])
    assert office.texts(conversation)[-2:] == ["Hello, I am Ana.", "Thank you!"]


def test_of_two_agents_who_take_at_once_one_has_it_and_the_other_is_told_who(
    open_console: OpenAs, office: Office
) -> None:
    ana, bo = open_console("ana"), open_console("bo")
    name = somebody()
    conversation = office.asks(name, priority=9)
    for page in (ana, bo):
        pick(page, name, "Waiting")

    # Both buttons are held, so that neither page's news can take one away before it is pressed.
    for page in (ana, bo):
        page.evaluate("() => { window.pressed = document.querySelector('.actions .primary'); }")
    for page in (ana, bo):
        page.evaluate("() => { window.pressed.click(); }")

    eventually(lambda: office.head(conversation)["status"] == "agent")
    winner = office.head(conversation)["owner_name"]
    winning, losing = (ana, bo) if winner == "Ana" else (bo, ana)
    expect(losing.locator(".toast")).to_have_text(f"{winner} has already claimed this conversation.")
    expect(losing.locator(".owner")).to_have_text(f"with {winner}")
    expect(losing.locator(".composer textarea")).to_be_disabled()
    expect(winning.locator(".composer textarea")).to_be_enabled()


def test_a_conversation_is_handed_to_a_colleague_with_a_note(
    open_console: OpenAs, office: Office
) -> None:
    ana, bo = open_console("ana"), open_console("bo")
    name, conversation = taken(ana, office)

    press(ana, "Transfer")
    dialog = ana.get_by_role("dialog")
    dialog.get_by_text("Bo", exact=True).click()
    ana.get_by_label("Note for the next agent").fill("Knows the case.")
    dialog.get_by_role("button", name="Transfer").click()

    expect(ana.locator(".owner")).to_have_text("with Bo")
    pick(bo, name, "Mine")
    expect(log(bo)).to_contain_text("Knows the case.")
    assert office.head(conversation)["owner_name"] == "Bo"


def test_a_conversation_goes_back_to_the_queue(open_console: OpenAs, office: Office) -> None:
    page = open_console("ana")
    _, conversation = taken(page, office)

    press(page, "Put back in queue")

    expect(page.locator(".owner")).to_have_text("In the queue")
    assert office.head(conversation)["status"] == "waiting"


def test_a_handoff_ends_with_an_outcome_and_a_word_for_the_bot(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    _, conversation = taken(page, office)

    press(page, "Close …")
    page.get_by_label("Rejected").check()
    page.get_by_label("Note for the bot").fill("Wrong shop.")
    page.get_by_role("dialog").get_by_role("button", name="Close handoff").click()

    expect(page.locator(".owner")).to_have_text("with the bot")
    expect(log(page)).to_contain_text("Wrong shop.")
    ended = office.log(conversation)[-1]["payload"]
    assert (ended["outcome"], ended["note"]) == ("rejected", "Wrong shop.")


def test_an_agent_joins_what_the_bot_still_has(open_console: OpenAs, office: Office) -> None:
    name = somebody()
    conversation = office.says(name, "Nobody has asked for anybody.")
    page = open_console("ana")

    find(page, name)
    press(page, "Take over")

    expect(page.locator(".owner")).to_have_text("with you")
    assert office.head(conversation)["owner_name"] == "Ana"


def test_what_the_bot_still_has_is_paused_and_put_into_the_queue(
    open_console: OpenAs, office: Office
) -> None:
    name = somebody()
    conversation = office.says(name, "The bot and I go round in circles.")
    page = open_console("ana")

    find(page, name)
    press(page, "Put in queue")

    expect(page.locator(".owner")).to_have_text("In the queue")
    assert office.head(conversation)["paused"] is True


@pytest.mark.parametrize(("answer", "status"), [("Accept", "agent"), ("Decline", "waiting")])
def test_what_is_offered_to_an_agent_can_be_accepted_or_declined(
    open_console: OpenAs, office: Office, answer: str, status: str
) -> None:
    sam = open_console("sam")
    name = somebody()
    conversation = office.asks(name, priority=9, agent="sam@example.test")
    eventually(lambda: office.head(conversation)["offered_to"] is not None)
    pick(sam, name, "Waiting")

    sam.locator(".offer").get_by_role("button", name=answer).click()

    expect(sam.locator(".offer")).to_have_count(0)
    assert office.head(conversation)["status"] == status


def test_who_else_reads_a_conversation_is_said_to_both(
    open_console: OpenAs, office: Office
) -> None:
    ana, bo = open_console("ana"), open_console("bo")
    name = somebody()
    office.asks(name, priority=9)
    for page in (ana, bo):
        pick(page, name, "Waiting")

    expect(ana.locator(".viewers")).to_have_text("also viewing: Bo")
    expect(bo.locator(".viewers")).to_have_text("also viewing: Ana")
    bo.keyboard.press("Escape")

    expect(ana.locator(".viewers")).to_have_text("")


def test_a_colleague_who_closes_the_page_reads_no_more(
    open_console: OpenAs, office: Office
) -> None:
    ana, bo = open_console("ana"), open_console("bo")
    name = somebody()
    office.asks(name, priority=9)
    for page in (ana, bo):
        pick(page, name, "Waiting")
    expect(ana.locator(".viewers")).to_have_text("also viewing: Bo")

    bo.close()

    expect(ana.locator(".viewers")).to_have_text("")


def test_a_colleague_takes_it_before_ones_eyes(open_console: OpenAs, office: Office) -> None:
    ana, bo = open_console("ana"), open_console("bo")
    name = somebody()
    office.asks(name, priority=9)
    for page in (ana, bo):
        pick(page, name, "Waiting")

    press(ana, "Claim")

    expect(bo.locator(".owner")).to_have_text("with Ana")
    expect(row(bo, name)).to_have_count(0)
