"""Admins set up and test the webhook, and send deliveries again."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.admin.admin_actions import (
    open_admin,
    open_tab,
    press,
    press_in_dialog,
    shown_secret,
)
from tests.browser.bot_client import BotClient, unique_name
from tests.browser.conftest import OpenConsole
from tests.support.network.webhook_receiver import WebhookReceiver


@pytest.fixture
def owner(open_console: OpenConsole) -> Page:
    return open_admin(open_console)


def set_up_webhook(page: Page, receiver: WebhookReceiver) -> None:
    """Uses the bot `other`, because the demo needs the webhook of `demo`."""
    page.get_by_label("Bot", exact=True).select_option("other")
    open_tab(page, "Webhook")
    expect(page.get_by_label("URL")).to_be_visible()
    if page.get_by_role("button", name="Remove", exact=True).count():
        press(page, "Remove")
        press_in_dialog(page, "Remove")
        expect(page.get_by_label("URL")).to_have_value("")
    page.get_by_label("URL").fill(receiver.url)
    press(page, "Save")
    receiver.trust(shown_secret(page))


def test_a_webhook_test_shows_its_result_in_colour_and_words(owner: Page) -> None:
    with WebhookReceiver([500]) as receiver:
        set_up_webhook(owner, receiver)
        result = owner.locator(".panel [role=status]")

        press(owner, "Send test")
        expect(result.locator(".pill.late")).to_have_text("Failed")
        expect(result).to_contain_text("500")
        press(owner, "Send test")

        expect(result.locator(".pill.calm")).to_have_text("Success")
        expect(result).to_contain_text("answered 204 in")
        assert receiver.forged == 0
        assert [told.type for told in receiver.attempts] == ["webhook.test"] * 2


def test_a_rotated_secret_signs_the_next_call(owner: Page) -> None:
    with WebhookReceiver() as receiver:
        set_up_webhook(owner, receiver)
        press(owner, "Rotate secret")
        press_in_dialog(owner, "Rotate")
        receiver.trust(shown_secret(owner))
        expect(owner.locator(".panel").first).to_contain_text("The previous secret")

        press(owner, "Send test")

        expect(owner.locator(".panel .pill.calm")).to_have_text("Success")
        assert receiver.forged == 0


def test_an_invalid_webhook_url_is_refused_beside_its_field(owner: Page) -> None:
    owner.get_by_label("Bot", exact=True).select_option("other")
    open_tab(owner, "Webhook")
    owner.get_by_label("URL").fill("ftp://example.test/hook")

    press(owner, "Save")

    expect(owner.get_by_label("URL")).to_be_focused()
    expect(owner.get_by_label("URL")).to_have_attribute("aria-invalid", "true")
    expect(owner.get_by_label("URL")).to_have_value("ftp://example.test/hook")


def test_a_failed_delivery_is_listed_and_can_be_sent_again(owner: Page, bot: BotClient) -> None:
    with WebhookReceiver([500]) as receiver:
        set_up_webhook(owner, receiver)
        request_handoff_at_other_bot(bot)
        receiver.wait_for(lambda told: len(told) > 1, 15)

        open_tab(owner, "Deliveries")
        owner.get_by_label("Status", exact=True).select_option("failed")
        failed = owner.get_by_role("listitem").filter(has_text="handoff.requested").first
        expect(failed).to_contain_text("500")
        expect(failed).to_contain_text("attempt 1")
        failed.get_by_role("button", name="Send again").click()

        expect(owner.locator(".toast")).to_have_text("Delivered")
        assert len({told.id for told in receiver.attempts}) == 1
        owner.get_by_label("Status", exact=True).select_option("delivered")
        expect(owner.get_by_role("listitem").first).to_contain_text("sent again")


def request_handoff_at_other_bot(bot: BotClient) -> None:
    """A user of the bot `other` asks for an agent."""
    user = unique_name()
    message = {"channel": "web", "user": {"id": user}, "from": "user", "text": "Hello"}
    path = "/api/v1/bots/other"
    key = "bk_other_onlyforloopback"
    conversation = bot.call("POST", f"{path}/messages", message, token=key)["conversation_id"]
    bot.call("POST", f"{path}/conversations/{conversation}/pause", {}, token=key)
