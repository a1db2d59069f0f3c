"""An agent claims, replies, transfers, hands back and closes."""

import pytest
from playwright.sync_api import expect

from tests.browser.bot_client import BotClient, eventually, unique_name
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import (
    claim_new_conversation,
    log,
    open_conversation,
    press,
    row,
    search,
    stored_replies,
    write,
)


def test_an_agent_reads_the_reason_and_the_bots_messages_before_claiming(
    open_console: OpenConsole, bot: BotClient
) -> None:
    name = unique_name()
    bot.send_message(name, "Is my flight on time?")
    bot.send_message(name, "I do not know flights.", sender="bot")
    bot.request_handoff(name, "Asks about flights.")
    page = open_console("ana")

    open_conversation(page, name, "Waiting")

    expect(log(page)).to_contain_text("I do not know flights.")
    expect(page.locator(".reason-bar")).to_contain_text("Asks about flights.")
    expect(log(page).locator(".reason")).to_contain_text("Asks about flights.")
    expect(page.locator(".composer textarea")).to_be_disabled()


def test_the_log_shows_the_owners_after_an_agent_claims_replies_and_hands_back(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    name, conversation = claim_new_conversation(page, bot)

    expect(page.locator(".composer textarea")).to_be_focused()
    write(page, "Hello, I am Ana.")
    expect(stored_replies(page)).to_contain_text("Hello, I am Ana.")
    bot.send_message(name, "Thank you!")
    expect(log(page)).to_contain_text("Thank you!")
    press(page, "Hand back to bot")

    expect(page.locator(".owner")).to_have_text("with the bot")
    expect(page.locator(".thread")).to_be_focused()
    stretches = page.locator(".owner-block h2")
    expect(stretches).to_have_text(["Bot", "In the queue", "Ana", "Bot"])
    assert bot.message_texts(conversation)[-2:] == ["Hello, I am Ana.", "Thank you!"]


def test_only_one_of_two_simultaneous_claims_succeeds_and_the_other_names_the_owner(
    open_console: OpenConsole, bot: BotClient
) -> None:
    ana, bo = open_console("ana"), open_console("bo")
    name = unique_name()
    conversation = bot.request_handoff(name, priority=9)
    for page in (ana, bo):
        open_conversation(page, name, "Waiting")

    # Keep a reference to both buttons: an event could remove one before it is pressed.
    for page in (ana, bo):
        page.evaluate("() => { window.pressed = document.querySelector('.actions .primary'); }")
    for page in (ana, bo):
        page.evaluate("() => { window.pressed.click(); }")

    eventually(lambda: bot.head(conversation)["status"] == "agent")
    winner = bot.head(conversation)["owner_name"]
    winning, losing = (ana, bo) if winner == "Ana" else (bo, ana)
    expect(losing.locator(".toast")).to_have_text(
        f"{winner} has already claimed this conversation."
    )
    expect(losing.locator(".owner")).to_have_text(f"with {winner}")
    expect(losing.locator(".composer textarea")).to_be_disabled()
    expect(winning.locator(".composer textarea")).to_be_enabled()


def test_an_agent_transfers_a_conversation_with_a_note(
    open_console: OpenConsole, bot: BotClient
) -> None:
    ana, bo = open_console("ana"), open_console("bo")
    name, conversation = claim_new_conversation(ana, bot)

    press(ana, "Transfer")
    dialog = ana.get_by_role("dialog")
    dialog.get_by_text("Bo", exact=True).click()
    ana.get_by_label("Note for the next agent").fill("Knows the case.")
    dialog.get_by_role("button", name="Transfer").click()

    expect(ana.locator(".owner")).to_have_text("with Bo")
    open_conversation(bo, name, "Mine")
    expect(log(bo)).to_contain_text("Knows the case.")
    assert bot.head(conversation)["owner_name"] == "Bo"


def test_an_agent_snoozes_a_conversation_until_the_user_writes(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    name, conversation = claim_new_conversation(page, bot)

    press(page, "Snooze")
    page.get_by_role("dialog").get_by_text("Next week", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Snooze").click()

    expect(row(page, name)).to_contain_text("Snoozed until")
    expect(log(page)).to_contain_text("Snoozed until")
    assert bot.head(conversation)["snoozed_until"]
    bot.send_message(name, "Are you there?")
    expect(log(page)).to_contain_text("Are you there?")
    expect(row(page, name)).not_to_contain_text("Snoozed until")


def test_an_agent_puts_a_conversation_back_in_the_queue(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)

    press(page, "Put back in queue")

    expect(page.locator(".owner")).to_have_text("In the queue")
    assert bot.head(conversation)["status"] == "waiting"


def test_an_agent_closes_a_handoff_with_an_outcome_and_a_note_for_the_bot(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)

    press(page, "Close …")
    page.get_by_label("Rejected").check()
    page.get_by_label("Note for the bot").fill("Wrong shop.")
    page.get_by_role("dialog").get_by_role("button", name="Close handoff").click()

    expect(page.locator(".owner")).to_have_text("with the bot")
    expect(log(page)).to_contain_text("Wrong shop.")
    ended = bot.entries(conversation)[-1]["payload"]
    assert (ended["outcome"], ended["note"]) == ("rejected", "Wrong shop.")


def test_an_agent_takes_over_a_conversation_from_the_bot(
    open_console: OpenConsole, bot: BotClient
) -> None:
    name = unique_name()
    conversation = bot.send_message(name, "Nobody has asked for anybody.")
    page = open_console("ana")

    search(page, name)
    press(page, "Take over")

    expect(page.locator(".owner")).to_have_text("with you")
    assert bot.head(conversation)["owner_name"] == "Ana"


def test_an_agent_puts_a_conversation_of_the_bot_in_the_queue(
    open_console: OpenConsole, bot: BotClient
) -> None:
    name = unique_name()
    conversation = bot.send_message(name, "The bot and I go round in circles.")
    page = open_console("ana")

    search(page, name)
    press(page, "Put in queue")

    expect(page.locator(".owner")).to_have_text("In the queue")
    assert bot.head(conversation)["paused"] is True


@pytest.mark.parametrize(("answer", "status"), [("Accept", "agent"), ("Decline", "waiting")])
def test_an_agent_accepts_or_declines_an_offer(
    open_console: OpenConsole, bot: BotClient, answer: str, status: str
) -> None:
    sam = open_console("sam")
    name = unique_name()
    conversation = bot.request_handoff(name, priority=9, agent="sam@example.test")
    eventually(lambda: bot.head(conversation)["offered_to"] is not None)
    open_conversation(sam, name, "Waiting")

    sam.locator(".offer").get_by_role("button", name=answer).click()

    expect(sam.locator(".offer")).to_have_count(0)
    assert bot.head(conversation)["status"] == status


def test_two_agents_who_view_the_same_conversation_see_each_other(
    open_console: OpenConsole, bot: BotClient
) -> None:
    ana, bo = open_console("ana"), open_console("bo")
    name = unique_name()
    bot.request_handoff(name, priority=9)
    for page in (ana, bo):
        open_conversation(page, name, "Waiting")

    expect(ana.locator(".viewers")).to_have_text("also viewing: Bo")
    expect(bo.locator(".viewers")).to_have_text("also viewing: Ana")
    bo.keyboard.press("Escape")

    expect(ana.locator(".viewers")).to_have_text("")


def test_an_agent_who_closes_the_page_is_no_longer_a_viewer(
    open_console: OpenConsole, bot: BotClient
) -> None:
    ana, bo = open_console("ana"), open_console("bo")
    name = unique_name()
    bot.request_handoff(name, priority=9)
    for page in (ana, bo):
        open_conversation(page, name, "Waiting")
    expect(ana.locator(".viewers")).to_have_text("also viewing: Bo")

    bo.close()

    expect(ana.locator(".viewers")).to_have_text("")


def test_an_open_conversation_shows_that_another_agent_claimed_it(
    open_console: OpenConsole, bot: BotClient
) -> None:
    ana, bo = open_console("ana"), open_console("bo")
    name = unique_name()
    bot.request_handoff(name, priority=9)
    for page in (ana, bo):
        open_conversation(page, name, "Waiting")

    press(ana, "Claim")

    expect(bo.locator(".owner")).to_have_text("with Ana")
    expect(row(bo, name)).to_have_count(0)
