"""Commands that end the agent's turn can be undone for five seconds, and are never lost."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.bot_client import BOT, BotClient, eventually, unique_name
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import (
    claim_new_conversation,
    log,
    open_conversation,
    open_view,
    press,
    write,
)

AFTER_UNDO_TIME = 6000


def status(bot: BotClient, conversation: str) -> str:
    found: str = bot.head(conversation)["status"]
    return found


@pytest.mark.parametrize("button", ["Hand back to bot", "Put back in queue", "Transfer"])
def test_the_server_is_not_told_of_a_command_that_the_agent_undoes(
    open_console: OpenConsole, bot: BotClient, button: str
) -> None:
    page, _ = open_console("ana"), open_console("sam")
    name, conversation = claim_new_conversation(page, bot)
    before = bot.head(conversation)["last_seq"]

    press(page, button)
    if button == "Transfer":
        page.get_by_role("dialog").get_by_text("Sam", exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name="Transfer").click()
    expect(page.locator(".toast")).to_contain_text(name)
    press(page, "Undo")

    expect(page.locator(".toast")).to_have_count(0)
    expect(page.locator(".thread")).to_be_focused()
    page.wait_for_timeout(AFTER_UNDO_TIME)
    expect(page.locator(".owner")).to_have_text("with you")
    assert bot.head(conversation)["last_seq"] == before


def test_a_closed_handoff_can_be_undone_from_another_conversation_and_by_keyboard(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    other, _ = claim_new_conversation(page, bot)
    name, conversation = claim_new_conversation(page, bot)
    for undo in ("click", "key"):
        open_conversation(page, name)
        press(page, "Close …")
        page.get_by_role("dialog").get_by_role("button", name="Close handoff").click()
        open_conversation(page, other)
        page.locator(".thread").focus()

        if undo == "click":
            page.locator(".toast").get_by_role("button", name="Undo").click()
        else:
            page.keyboard.press("Alt+z")

        expect(page.locator(".toast")).to_have_count(0)
    page.wait_for_timeout(AFTER_UNDO_TIME)
    assert status(bot, conversation) == "agent"


def reload(page: Page) -> None:
    page.reload()


def leave(page: Page) -> None:
    page.goto("about:blank")


def close(page: Page) -> None:
    page.close(run_before_unload=True)


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()


def hide(page: Page) -> None:
    page.evaluate("""() => {
        Object.defineProperty(document, 'hidden', { get: () => true });
        document.dispatchEvent(new Event('visibilitychange'));
    }""")


@pytest.mark.parametrize("end", [reload, leave, close, sign_out, hide])
def test_a_command_is_sent_at_once_if_the_page_or_the_session_ends(
    open_console: OpenConsole, bot: BotClient, end: Callable[[Page], None]
) -> None:
    page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)
    press(page, "Hand back to bot")
    expect(page.locator(".toast")).to_be_visible()

    end(page)

    eventually(lambda: status(bot, conversation) == "bot", seconds=4)
    kinds = [entry["kind"] for entry in bot.entries(conversation)]
    assert kinds.count("returned") == 1


def test_a_command_without_a_connection_is_sent_once_after_the_replies_when_it_is_back(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)
    page.context.set_offline(True)
    expect(page.locator(".banner")).to_be_visible()
    press(page, "Hand back to bot")
    page.wait_for_timeout(AFTER_UNDO_TIME)
    expect(page.locator(".thread-top").get_by_role("button", name="Undo")).to_be_visible()
    write(page, "Goodbye!")

    page.context.set_offline(False)

    expect(page.locator(".owner")).to_have_text("with the bot")
    last = [(entry["kind"], entry["text"]) for entry in bot.entries(conversation)][-2:]
    assert last == [("message", "Goodbye!"), ("returned", None)]


def test_a_command_whose_answer_is_lost_acts_once(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)
    keys: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/release", lose_the_first_answer)

    press(page, "Put back in queue")

    expect(page.locator(".owner")).to_have_text("In the queue")
    eventually(lambda: len(keys) == 2, page=page)
    expect(page.locator(".toast")).to_have_count(0)
    kinds = [entry["kind"] for entry in bot.entries(conversation)]
    assert (len(set(keys)), kinds.count("released")) == (1, 1)


def test_a_later_command_replaces_one_that_can_still_be_undone(
    open_console: OpenConsole, bot: BotClient
) -> None:
    sam = open_console("sam")
    name = unique_name()
    conversation = bot.request_handoff(name, priority=9)
    open_conversation(sam, name, "Waiting")
    press(sam, "Close …")
    sam.get_by_role("dialog").get_by_role("button", name="Close handoff").click()
    expect(sam.locator(".toast")).to_be_visible()

    open_view(sam, "Team")
    sam.get_by_role("button", name=f"Claim: {name}").click()

    expect(sam.locator(".toast")).to_have_count(0)
    sam.wait_for_timeout(AFTER_UNDO_TIME)
    assert bot.head(conversation)["owner_name"] == "Sam"


def test_the_note_of_a_refused_command_is_kept(open_console: OpenConsole, bot: BotClient) -> None:
    page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)
    press(page, "Close …")
    page.get_by_label("Note for the bot").fill("Wrong shop.")
    page.get_by_role("dialog").get_by_role("button", name="Close handoff").click()

    path = f"{BOT}/conversations/{conversation}/transfer"
    bot.call("POST", path, {"agent": "sam@example.test"}, bot.token("sam"))

    expect(page.locator(".toast.warn")).to_be_visible()
    failed = log(page).locator(".outgoing.failed")
    expect(failed).to_contain_text("Wrong shop.")
    expect(page.locator(".owner")).to_have_text("with Sam")
    failed.get_by_role("button", name="Discard").click()
    expect(failed).to_have_count(0)


def test_a_button_that_is_pressed_twice_sends_one_command(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    name = unique_name()
    conversation = bot.send_message(name, "Hello?")
    page.get_by_role("searchbox").fill(name)
    open_conversation(page, name)

    page.evaluate("""() => {
        const button = document.querySelector('.thread-top .actions .primary');
        for (let times = 0; times < 5; times++) button.click();
    }""")

    expect(page.locator(".owner")).to_have_text("with you")
    expect(page.locator(".toast")).to_have_count(0)
    kinds = [entry["kind"] for entry in bot.entries(conversation)]
    assert (kinds.count("requested"), kinds.count("claimed")) == (1, 1)


def test_the_next_conversation_opens_after_a_return_and_a_draft_follows_to_another_tab(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    other, _ = claim_new_conversation(page, bot)
    claim_new_conversation(page, bot)
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Open my next conversation after I close one").check()
    page.keyboard.press("Escape")

    press(page, "Hand back to bot")

    expect(page.locator(".thread h1, .thread h2").first).to_contain_text(other)
    with page.expect_popup() as opened:
        page.evaluate("void open(location.href)")
    tab = opened.value
    tab.locator(".composer textarea").fill("Half a reply")
    expect(page.locator(".composer textarea")).to_have_value("Half a reply")
    tab.locator(".composer textarea").fill("")
    tab.close()
