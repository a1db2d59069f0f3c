"""A session that ends elsewhere: what the agent has written stays, and no tab stays online."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.bot_client import BotClient, eventually
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import claim_new_conversation, stored_replies, write

ENDED = "Your session has ended."
EndSessions = Callable[[str], None]


@pytest.fixture
def end_sessions(bot: BotClient) -> EndSessions:
    """Ends all sessions of this person, as another device would."""
    return lambda name: bot.call("DELETE", "/api/v1/auth/sessions", token=bot.token(name))


def sign_in(page: Page, name: str = "ana") -> None:
    page.locator("input[name=email]").fill(f"{name}@example.test")
    page.locator("input[name=password]").fill(f"{name}-demo")
    page.locator(".signin form button.primary").click()
    page.locator(".signin").wait_for(state="detached")
    page.locator(".panes").wait_for()
    page.locator(".banner").wait_for(state="detached")


def draft(page: Page) -> Any:
    return page.locator(".composer textarea")


def test_a_tab_whose_session_has_ended_elsewhere_shows_it_at_once(
    open_console: OpenConsole, end_sessions: EndSessions
) -> None:
    page, other = open_console("ana"), open_console("bo")

    end_sessions("ana")

    expect(page.locator(".signin [role=status]")).to_contain_text(ENDED)
    expect(other.locator(".panes")).to_be_visible()
    sign_in(page)


def test_drafts_survive_a_session_that_has_ended_elsewhere(
    open_console: OpenConsole, bot: BotClient, end_sessions: EndSessions
) -> None:
    page = open_console("ana")
    name, _ = claim_new_conversation(page, bot)
    draft(page).fill("Half a sentence")
    page.evaluate("() => { window.isSamePage = true; }")

    end_sessions("ana")
    expect(page.get_by_role("dialog").locator("[role=status]")).to_contain_text(ENDED)
    expect(page.locator(".thread h1")).to_have_text(name)
    sign_in(page)

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".thread h1")).to_have_text(name)
    expect(draft(page)).to_have_value("Half a sentence")
    expect(draft(page)).to_be_focused()
    write(page, "And the rest")
    expect(stored_replies(page)).to_contain_text("And the rest")
    assert page.evaluate("() => isSamePage")


def test_unsent_replies_are_sent_after_the_next_sign_in(
    open_console: OpenConsole, bot: BotClient, end_sessions: EndSessions
) -> None:
    page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)
    page.context.set_offline(True)
    expect(page.locator(".banner")).to_be_visible()
    write(page, "Written before the end.")
    end_sessions("ana")

    page.context.set_offline(False)
    expect(page.locator(".signin [role=status]")).to_contain_text(ENDED)
    sign_in(page)

    expect(stored_replies(page)).to_contain_text("Written before the end.")
    assert bot.message_texts(conversation).count("Written before the end.") == 1


def test_a_reload_after_the_session_has_expired_keeps_drafts_and_replies(
    open_console: OpenConsole, bot: BotClient, end_sessions: EndSessions
) -> None:
    page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)
    page.context.set_offline(True)
    expect(page.locator(".banner")).to_be_visible()
    write(page, "Not sent yet.")
    draft(page).fill("And a draft")
    end_sessions("ana")
    page.route("**/socket/ticket", lambda route: route.abort("connectionrefused"))

    page.context.set_offline(False)
    page.reload()
    expect(page.locator(".signin [role=status]")).to_contain_text(ENDED)
    page.unroute("**/socket/ticket")
    sign_in(page)

    expect(draft(page)).to_have_value("And a draft")
    eventually(lambda: bot.message_texts(conversation).count("Not sent yet.") == 1)


def test_another_person_who_signs_in_sees_nothing_of_the_one_before(
    open_console: OpenConsole, bot: BotClient, end_sessions: EndSessions
) -> None:
    page = open_console("ana")
    claim_new_conversation(page, bot)
    draft(page).fill("Between the two of us")
    end_sessions("ana")
    expect(page.locator(".signin [role=status]")).to_contain_text(ENDED)

    sign_in(page, "sam")

    kept = page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "Between the two" not in kept


def test_signing_out_asks_first_while_replies_are_not_sent(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)
    page.context.set_offline(True)
    expect(page.locator(".banner")).to_be_visible()
    write(page, "Almost lost.")

    page.locator(".leave").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 reply that is not sent is deleted.")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    page.context.set_offline(False)

    expect(stored_replies(page)).to_contain_text("Almost lost.")
    assert "Almost lost." in bot.message_texts(conversation)
    page.locator(".leave").click()
    expect(dialog).to_contain_text("You still have 1 conversation.")
    dialog.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()


def test_signing_out_after_the_question_deletes_the_replies(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    claim_new_conversation(page, bot)
    page.context.set_offline(True)
    expect(page.locator(".banner")).to_be_visible()
    write(page, "Never mind.")

    page.locator(".leave").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign out").click()

    expect(page.get_by_label("Password")).to_be_visible()
    assert "Never mind." not in page.evaluate("() => JSON.stringify({...sessionStorage})")


def test_signing_out_on_one_device_leaves_the_other_one_signed_in(
    open_console: OpenConsole, bot: BotClient
) -> None:
    one, two = open_console("ana"), open_console("ana")

    one.locator(".leave").click()

    expect(one.get_by_label("Password")).to_be_visible()
    expect(one.get_by_text(ENDED)).to_have_count(0)
    name, _ = claim_new_conversation(two, bot)
    expect(two.locator(".thread h1")).to_have_text(name)
