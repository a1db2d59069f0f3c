"""What admins set up: each thing they do at the console, seen where it counts."""

from typing import Any
from urllib.error import HTTPError

import pytest
from playwright.sync_api import Page, expect

from tests.browser.admin_desk import admin, as_owner, go, in_dialog, made_key, press, put_queue
from tests.browser.conftest import OpenAs
from tests.browser.desk import go_to
from tests.browser.office import BOT, Office, eventually, somebody


@pytest.fixture
def owner(open_console: OpenAs) -> Page:
    return admin(open_console)


def test_who_is_no_admin_sees_nothing_to_set_up(open_console: OpenAs) -> None:
    for name in ("ana", "sam"):
        page = open_console(name)
        views = page.get_by_role("navigation").get_by_role("button")
        expect(views.filter(has_text="Conversations")).to_be_visible()
        expect(views.filter(has_text="Admin")).to_have_count(0)


def test_the_tabs_are_reached_by_the_arrows_alone(owner: Page) -> None:
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


def is_refused(office: Office, key: str) -> bool:
    try:
        office.call("GET", f"{BOT}/conversations", token=key)
    except HTTPError as error:
        return error.code == 401
    return False


def test_a_key_is_shown_once_is_good_for_the_api_and_refused_when_it_is_revoked(
    owner: Page, office: Office
) -> None:
    name = somebody()
    key = made_key(owner, name)
    assert not is_refused(office, key)
    owner.context.grant_permissions(["clipboard-read", "clipboard-write"])
    in_dialog(owner, "Copy")
    expect(owner.get_by_role("dialog").get_by_role("button", name="Copied")).to_be_visible()
    assert owner.evaluate("navigator.clipboard.readText()") == key
    in_dialog(owner, "Done")
    expect(owner.get_by_role("listitem").filter(has_text=name)).to_be_visible()
    assert key not in owner.content()

    press(owner, f"Revoke: {name}")
    in_dialog(owner, "Revoke")

    expect(owner.get_by_role("listitem").filter(has_text=name)).to_have_count(0)
    eventually(lambda: is_refused(office, key))


def test_a_key_that_is_rotated_serves_beside_the_new_one(owner: Page, office: Office) -> None:
    name = somebody()
    old = made_key(owner, name)
    in_dialog(owner, "Done")

    press(owner, f"Rotate: {name}")
    in_dialog(owner, "Rotate")
    expect(owner.get_by_role("dialog")).to_contain_text("it is not shown again")
    new = owner.get_by_role("dialog").get_by_role("textbox").input_value()
    in_dialog(owner, "Done")

    assert new != old
    assert not is_refused(office, new)
    assert not is_refused(office, old)
    expect(owner.get_by_role("listitem").filter(has_text=name)).to_have_count(2)


def test_a_key_may_be_good_for_a_part_only(owner: Page, office: Office) -> None:
    name = somebody()
    go(owner, "API keys")
    press(owner, "New key")
    owner.get_by_label("Name").fill(name)
    for scope in ("Handoffs", "Read"):
        owner.get_by_label(scope).uncheck()
    owner.get_by_label("Expires on (optional)").fill("2040-02-01")
    in_dialog(owner, "Create")
    expect(owner.get_by_role("dialog")).to_contain_text("it is not shown again")

    (key,) = [each for each in as_owner(office, "keys")["items"] if each["name"] == name]
    assert key["scopes"] == ["messages"]
    assert key["expires_at"].startswith("2040-02-0")


def test_who_changes_their_mind_changes_nothing(owner: Page, office: Office) -> None:
    name = somebody()
    key = made_key(owner, name)
    in_dialog(owner, "Done")

    press(owner, f"Revoke: {name}")
    expect(owner.get_by_role("dialog")).to_contain_text("You cannot undo this.")
    owner.keyboard.press("Escape")

    expect(owner.get_by_role("dialog")).to_have_count(0)
    expect(owner.get_by_role("button", name=f"Revoke: {name}")).to_be_focused()
    assert not is_refused(office, key)


# Queues


def test_a_queue_is_made_with_its_mode_hours_limits_and_texts(owner: Page, office: Office) -> None:
    name = f"q-{somebody()[-6:]}"
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
    in_dialog(owner, "Save")

    expect(owner.get_by_role("listitem").filter(has_text=name)).to_contain_text("Offer to one agent")
    (queue,) = [each for each in as_owner(office, "queues")["items"] if each["name"] == name]
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


def test_what_is_not_touched_stays_as_it_was(open_console: OpenAs, office: Office) -> None:
    name = put_queue(
        office,
        mode="offer",
        fallback="elsewhere",
        hours={"time_zone": "UTC", "weekly": {"sunday": [["10:00", "24:00"]]}},
        limits={"give_up": 100, "escalate": [30, 90], "agent_lost": None},
        texts={"es-MX": {"claimed": None}, "en": {"closed": "Later."}},
    )
    before = [each for each in as_owner(office, "queues")["items"] if each["name"] == name]
    owner = admin(open_console)

    press(owner, f"Edit: {name}")
    in_dialog(owner, "Save")
    expect(owner.get_by_role("dialog")).to_have_count(0)

    after = [each for each in as_owner(office, "queues")["items"] if each["name"] == name]
    assert after == before


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    open_console: OpenAs, office: Office
) -> None:
    name = put_queue(office)
    owner = admin(open_console)
    press(owner, f"Edit: {name}")
    owner.get_by_label("Always open").uncheck()
    owner.get_by_label("Monday").fill("9-5")

    in_dialog(owner, "Save")

    monday = owner.get_by_label("Monday")
    expect(monday).to_have_accessible_description(
        "times are written as 09:00, and the end of a day as 24:00"
    )
    expect(monday).to_be_focused()
    expect(monday).to_have_value("9-5")
    monday.fill("09:00-17:00")
    in_dialog(owner, "Save")
    expect(owner.get_by_role("dialog")).to_have_count(0)


def test_a_form_that_is_on_its_way_waits_and_one_that_is_lost_can_be_sent_again(
    open_console: OpenAs, office: Office
) -> None:
    name = put_queue(office)
    owner = admin(open_console)
    held: list[Any] = []
    owner.route("**/queues/*", lambda route: held.append(route))
    press(owner, f"Edit: {name}")
    owner.get_by_label("Priority", exact=True).fill("7")

    in_dialog(owner, "Save")
    expect(owner.get_by_role("dialog").get_by_role("button", name="Save")).to_be_disabled()
    eventually(lambda: bool(held), page=owner)
    held[0].abort("connectionrefused")
    expect(owner.get_by_role("dialog").get_by_role("alert")).to_have_text(
        "No connection. Try again in a moment."
    )
    owner.unroute("**/queues/*")
    in_dialog(owner, "Save")

    expect(owner.get_by_role("listitem").filter(has_text=name)).to_contain_text("Priority 7")


def test_a_queue_is_removed(open_console: OpenAs, office: Office) -> None:
    name = put_queue(office)
    owner = admin(open_console)

    press(owner, f"Remove {name}")
    in_dialog(owner, "Remove")

    expect(owner.get_by_role("listitem").filter(has_text=name)).to_have_count(0)
    assert name not in [each["name"] for each in as_owner(office, "queues")["items"]]


# Settings


def test_the_settings_of_the_bot_that_is_chosen_are_kept(owner: Page, office: Office) -> None:
    go(owner, "Settings")
    owner.get_by_label("Bot", exact=True).select_option("other")
    owner.get_by_label("Words that end a handoff").fill("/end\n salir \n\n")
    owner.get_by_label("Language of the messages").fill("es")

    press(owner, "Save")

    expect(owner.locator(".toast")).to_have_text("Saved.")
    kept = office.call("GET", "/api/v1/bots/other/settings", token=office.token("owner"))
    assert kept == {"leave_words": ["/end", "salir"], "default_locale": "es", "texts": {}}
    assert as_owner(office, "settings")["default_locale"] == "en"
    owner.reload()
    expect(owner.locator(".panes")).to_be_visible()
    go_to(owner, "Admin")
    owner.get_by_label("Bot", exact=True).select_option("other")
    go(owner, "Settings")
    expect(owner.get_by_label("Words that end a handoff")).to_have_value("/end\nsalir")


def test_a_locale_that_is_none_is_refused_beside_its_field(owner: Page) -> None:
    go(owner, "Settings")
    owner.get_by_label("Language of the messages").fill("español!")

    press(owner, "Save")

    field = owner.get_by_label("Language of the messages")
    expect(field).to_have_accessible_description("'español!' is not a locale such as es or es-MX")
    expect(field).to_have_value("español!")
