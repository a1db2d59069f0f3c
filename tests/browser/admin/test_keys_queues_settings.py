"""Admins manage API keys, queues and the settings of a bot."""

from typing import Any
from urllib.error import HTTPError

import pytest
from playwright.sync_api import Page, expect

from tests.browser.admin.admin_actions import (
    create_key,
    create_queue,
    get_as_owner,
    open_admin,
    open_tab,
    press,
    press_in_dialog,
)
from tests.browser.bot_client import BOT, BotClient, eventually, unique_name
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import open_view


@pytest.fixture
def owner(open_console: OpenConsole) -> Page:
    return open_admin(open_console)


def test_an_agent_or_supervisor_sees_no_admin_view(open_console: OpenConsole) -> None:
    for name in ("ana", "sam"):
        page = open_console(name)
        views = page.get_by_role("navigation").get_by_role("button")
        expect(views.filter(has_text="Conversations")).to_be_visible()
        expect(views.filter(has_text="Admin")).to_have_count(0)


def test_the_arrow_keys_move_between_the_admin_tabs(owner: Page) -> None:
    tabs = owner.get_by_role("tab")
    tabs.first.focus()

    names = []
    for _ in range(tabs.count()):
        owner.keyboard.press("ArrowRight")
        selected = owner.locator("[role=tab][aria-selected=true]")
        expect(selected).to_be_focused()
        names.append(selected.inner_text())
        panel = owner.get_by_role("tabpanel", name=names[-1])
        expect(panel.get_by_role("heading", name=names[-1], exact=True)).to_be_visible()

    assert len(set(names)) == tabs.count()


# Keys


def is_refused(bot: BotClient, key: str) -> bool:
    try:
        bot.call("GET", f"{BOT}/conversations", token=key)
    except HTTPError as error:
        return error.code == 401
    return False


def test_a_new_key_is_shown_once_and_works_until_it_is_revoked(owner: Page, bot: BotClient) -> None:
    name = unique_name()
    key = create_key(owner, name)
    assert not is_refused(bot, key)
    owner.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press_in_dialog(owner, "Copy")
    expect(owner.get_by_role("dialog").get_by_role("button", name="Copied")).to_be_visible()
    assert owner.evaluate("navigator.clipboard.readText()") == key
    press_in_dialog(owner, "Done")
    expect(owner.get_by_role("listitem").filter(has_text=name)).to_be_visible()
    assert key not in owner.content()

    press(owner, f"Revoke: {name}")
    press_in_dialog(owner, "Revoke")

    expect(owner.get_by_role("listitem").filter(has_text=name)).to_have_count(0)
    eventually(lambda: is_refused(bot, key))


def test_a_rotated_key_still_works_beside_the_new_one(owner: Page, bot: BotClient) -> None:
    name = unique_name()
    old = create_key(owner, name)
    press_in_dialog(owner, "Done")

    press(owner, f"Rotate: {name}")
    press_in_dialog(owner, "Rotate")
    expect(owner.get_by_role("dialog")).to_contain_text("it is not shown again")
    new = owner.get_by_role("dialog").get_by_role("textbox").input_value()
    press_in_dialog(owner, "Done")

    assert new != old
    assert not is_refused(bot, new)
    assert not is_refused(bot, old)
    expect(owner.get_by_role("listitem").filter(has_text=name)).to_have_count(2)


def test_a_key_has_only_the_chosen_scopes(owner: Page, bot: BotClient) -> None:
    name = unique_name()
    open_tab(owner, "API keys")
    press(owner, "New key")
    owner.get_by_label("Name").fill(name)
    for scope in ("Handoffs", "Read"):
        owner.get_by_role("checkbox", name=scope).uncheck()
    owner.get_by_label("Expires on (optional)").fill("2040-02-01")
    press_in_dialog(owner, "Create")
    expect(owner.get_by_role("dialog")).to_contain_text("it is not shown again")

    (key,) = [each for each in get_as_owner(bot, "keys")["items"] if each["name"] == name]
    assert key["scopes"] == ["messages"]
    assert key["expires_at"].startswith("2040-02-0")


def test_cancelling_a_dialog_changes_nothing(owner: Page, bot: BotClient) -> None:
    name = unique_name()
    key = create_key(owner, name)
    press_in_dialog(owner, "Done")

    press(owner, f"Revoke: {name}")
    expect(owner.get_by_role("dialog")).to_contain_text("You cannot undo this.")
    owner.keyboard.press("Escape")

    expect(owner.get_by_role("dialog")).to_have_count(0)
    expect(owner.get_by_role("button", name=f"Revoke: {name}")).to_be_focused()
    assert not is_refused(bot, key)


# Queues


def test_an_admin_creates_a_queue_with_mode_hours_limits_and_texts(
    owner: Page, bot: BotClient
) -> None:
    name = f"q-{unique_name()[-6:]}"
    press(owner, "New queue")
    for label, text in (("Name", name), ("Seconds to accept an offer", "45"), ("Priority", "3")):
        owner.get_by_label(label, exact=True).fill(text)
    owner.get_by_label("Assignment").select_option(label="Offer to one agent after another")
    owner.get_by_label("Always open").uncheck()
    owner.get_by_label("Time zone").fill("Europe/Madrid")
    owner.get_by_label("Monday").fill("09:00-12:30, 13:30-17:00")
    owner.get_by_label("Holidays").fill("2027-01-01")
    owner.get_by_text("Time limits", exact=True).click()
    owner.get_by_label("First alert").fill("1.5")
    owner.get_by_label("Further alerts").fill("5, 15")
    press(owner, "Add a message")
    owner.get_by_label("When it is sent").select_option(label="Claimed")
    owner.get_by_role("dialog").get_by_label("Language").fill("es")
    owner.get_by_label("Text", exact=True).fill("{agent} está aquí.")
    press_in_dialog(owner, "Save")

    expect(owner.get_by_role("listitem").filter(has_text=name)).to_contain_text(
        "Offer to one agent"
    )
    (queue,) = [each for each in get_as_owner(bot, "queues")["items"] if each["name"] == name]
    assert (queue["mode"], queue["offer_seconds"], queue["priority"]) == ("offer", 45, 3)
    assert queue["hours"] == {
        "time_zone": "Europe/Madrid",
        "weekly": {"monday": [["09:00", "12:30"], ["13:30", "17:00"]]},
        "holidays": ["2027-01-01"],
    }
    assert queue["limits"]["first_alert"] == 90
    assert queue["limits"]["escalate"] == [300, 900]
    assert queue["limits"]["agent_lost"] == 120
    assert queue["texts"] == {"es": {"claimed": "{agent} está aquí."}}


def test_saving_a_queue_keeps_the_fields_that_were_not_changed(
    open_console: OpenConsole, bot: BotClient
) -> None:
    name = create_queue(
        bot,
        mode="offer",
        fallback="elsewhere",
        hours={"time_zone": "UTC", "weekly": {"sunday": [["10:00", "24:00"]]}},
        limits={"give_up": 100, "escalate": [30, 90], "agent_lost": None},
        texts={"es-MX": {"claimed": None}, "en": {"closed": "Later."}},
    )
    before = [each for each in get_as_owner(bot, "queues")["items"] if each["name"] == name]
    owner = open_admin(open_console)

    press(owner, f"Edit: {name}")
    press_in_dialog(owner, "Save")
    expect(owner.get_by_role("dialog")).to_have_count(0)

    after = [each for each in get_as_owner(bot, "queues")["items"] if each["name"] == name]
    assert after == before


def test_a_refused_form_shows_each_error_beside_its_field_and_keeps_the_input(
    open_console: OpenConsole, bot: BotClient
) -> None:
    name = create_queue(bot)
    owner = open_admin(open_console)
    press(owner, f"Edit: {name}")
    owner.get_by_label("Always open").uncheck()
    owner.get_by_label("Monday").fill("9-5")

    press_in_dialog(owner, "Save")

    monday = owner.get_by_label("Monday")
    expect(monday).to_have_accessible_description("a time has the form 09:00; a day ends at 24:00")
    expect(monday).to_be_focused()
    expect(monday).to_have_value("9-5")
    monday.fill("09:00-17:00")
    press_in_dialog(owner, "Save")
    expect(owner.get_by_role("dialog")).to_have_count(0)


def test_a_form_is_disabled_while_it_is_sent_and_can_be_retried_if_the_call_fails(
    open_console: OpenConsole, bot: BotClient
) -> None:
    name = create_queue(bot)
    owner = open_admin(open_console)
    held: list[Any] = []
    owner.route("**/queues/*", lambda route: held.append(route))
    press(owner, f"Edit: {name}")
    owner.get_by_label("Priority", exact=True).fill("7")

    press_in_dialog(owner, "Save")
    expect(owner.get_by_role("dialog").get_by_role("button", name="Save")).to_be_disabled()
    eventually(lambda: bool(held), page=owner)
    held[0].abort("connectionrefused")
    expect(owner.get_by_role("dialog").get_by_role("alert")).to_have_text(
        "No connection. Try again in a moment."
    )
    owner.unroute("**/queues/*")
    press_in_dialog(owner, "Save")

    expect(owner.get_by_role("listitem").filter(has_text=name)).to_contain_text("Priority 7")


def test_an_admin_removes_a_queue(open_console: OpenConsole, bot: BotClient) -> None:
    name = create_queue(bot)
    owner = open_admin(open_console)
    expect(owner.get_by_role("listitem").filter(has_text=name)).to_contain_text("Nobody can serve")

    press(owner, f"Remove {name}")
    press_in_dialog(owner, "Remove")

    expect(owner.get_by_role("listitem").filter(has_text=name)).to_have_count(0)
    assert name not in [each["name"] for each in get_as_owner(bot, "queues")["items"]]


# Settings


def test_an_admin_saves_the_settings_of_the_chosen_bot(owner: Page, bot: BotClient) -> None:
    open_tab(owner, "Settings")
    owner.get_by_label("Bot", exact=True).select_option("other")
    owner.get_by_label("Words that end a handoff").fill("/end\n salir \n\n")
    owner.get_by_label("Language of the messages").fill("es")
    owner.get_by_label("Days that messages are kept").fill("90")
    owner.get_by_label("Card numbers").check()
    owner.get_by_label("Agents may start conversations").check()
    owner.get_by_label("After a handoff, agents of other queues may read").check()
    owner.get_by_label("Largest file, in MB").fill("2.5")
    owner.get_by_label("Time zone of the team").fill("Europe/Madrid")
    owner.get_by_label("Types of files").fill("image/*\napplication/pdf")

    press(owner, "Save")

    expect(owner.locator(".toast")).to_have_text("Saved.")
    kept = bot.call("GET", "/api/v1/bots/other/settings", token=bot.token("owner"))
    words = ["/end", "salir"]
    choices = {
        "outbound": True,
        "after_return": "everybody",
        "retention_days": 90,
        "mask": ["card"],
    }
    choices |= {"max_file_bytes": 2_621_440, "file_types": ["image/*", "application/pdf"]}
    choices |= {"search_messages": True, "time_zone": "Europe/Madrid"}
    assert kept == {"leave_words": words, "default_locale": "es", "texts": {}, **choices}
    assert get_as_owner(bot, "settings")["default_locale"] == "en"
    open_tab(owner, "Audit")
    expect(owner.get_by_role("listitem").first).to_contain_text("settings_set")
    owner.reload()
    expect(owner.locator(".panes")).to_be_visible()
    open_view(owner, "Admin")
    owner.get_by_label("Bot", exact=True).select_option("other")
    open_tab(owner, "Settings")
    expect(owner.get_by_label("Words that end a handoff")).to_have_value("/end\nsalir")


def test_an_invalid_locale_is_refused_beside_its_field(owner: Page) -> None:
    open_tab(owner, "Settings")
    owner.get_by_label("Language of the messages").fill("español!")

    press(owner, "Save")

    field = owner.get_by_label("Language of the messages")
    expect(field).to_have_accessible_description("'español!' is not a locale such as es or es-MX")
    expect(field).to_have_value("español!")
