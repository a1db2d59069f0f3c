"""The webhook, tried by its button, and what it was told."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.admin_desk import admin, go, in_dialog, press, secret_shown
from tests.browser.conftest import OpenAs
from tests.browser.office import Office, somebody
from tests.support.network.webhook_receiver import Receiver


@pytest.fixture
def owner(open_console: OpenAs) -> Page:
    return admin(open_console)


def set_up(page: Page, receiver: Receiver) -> None:
    """Of the bot that the demo does not need."""
    page.get_by_label("Bot", exact=True).select_option("other")
    go(page, "Webhook")
    expect(page.get_by_label("URL")).to_be_visible()
    if page.get_by_role("button", name="Remove", exact=True).count():
        press(page, "Remove")
        in_dialog(page, "Remove")
        expect(page.get_by_label("URL")).to_have_value("")
    page.get_by_label("URL").fill(receiver.url)
    press(page, "Save")
    receiver.trust(secret_shown(page))


def test_a_webhook_is_tried_and_what_came_of_it_is_told_in_colour_and_words(owner: Page) -> None:
    with Receiver([500]) as receiver:
        set_up(owner, receiver)
        result = owner.locator(".panel [role=status]")

        press(owner, "Send test")
        expect(result.locator(".pill.late")).to_have_text("Failed")
        expect(result).to_contain_text("500")
        press(owner, "Send test")

        expect(result.locator(".pill.calm")).to_have_text("Success")
        expect(result).to_contain_text("answered 204 in")
        assert receiver.forged == 0
        assert [told.type for told in receiver.attempts] == ["webhook.test"] * 2


def test_a_new_secret_signs_from_now_on(owner: Page) -> None:
    with Receiver() as receiver:
        set_up(owner, receiver)
        press(owner, "Rotate secret")
        in_dialog(owner, "Rotate")
        receiver.trust(secret_shown(owner))
        expect(owner.locator(".panel").first).to_contain_text("A former secret signs until")

        press(owner, "Send test")

        expect(owner.locator(".panel .pill.calm")).to_have_text("Success")
        assert receiver.forged == 0


def test_an_address_that_is_not_called_is_refused_beside_its_field(owner: Page) -> None:
    owner.get_by_label("Bot", exact=True).select_option("other")
    go(owner, "Webhook")
    owner.get_by_label("URL").fill("ftp://example.test/hook")

    press(owner, "Save")

    expect(owner.get_by_label("URL")).to_be_focused()
    expect(owner.get_by_label("URL")).to_have_attribute("aria-invalid", "true")
    expect(owner.get_by_label("URL")).to_have_value("ftp://example.test/hook")


def test_what_failed_stands_in_the_log_and_is_sent_again(owner: Page, office: Office) -> None:
    with Receiver([500]) as receiver:
        set_up(owner, receiver)
        asks_at_other(office)
        receiver.wait_for(lambda told: len(told) > 1, 15)

        go(owner, "Deliveries")
        owner.get_by_label("Status", exact=True).select_option("failed")
        failed = owner.get_by_role("listitem").filter(has_text="handoff.requested").first
        expect(failed).to_contain_text("500")
        expect(failed).to_contain_text("attempt 1")
        failed.get_by_role("button", name="Send again").click()

        expect(owner.locator(".toast")).to_have_text("Delivered")
        assert len({told.id for told in receiver.attempts}) == 1
        owner.get_by_label("Status", exact=True).select_option("delivered")
        expect(owner.get_by_role("listitem").first).to_contain_text("sent again")


def asks_at_other(office: Office) -> None:
    """Somebody who talks to the bot that the demo does not need."""
    who = somebody()
    said = {"channel": "web", "user": {"id": who}, "from": "user", "text": "Hello"}
    bot = "/api/v1/bots/other"
    key = "bk_other_onlyforloopback"
    talk = office.call("POST", f"{bot}/messages", said, token=key)["conversation_id"]
    office.call("POST", f"{bot}/conversations/{talk}/pause", {}, token=key)
