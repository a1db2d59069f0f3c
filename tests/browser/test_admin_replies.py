"""Canned replies: written by an admin, said by an agent."""

from playwright.sync_api import expect

from tests.browser.admin_desk import admin, in_dialog, press
from tests.browser.conftest import OpenAs
from tests.browser.desk import said_by_agents, taken
from tests.browser.office import BOT, Office, eventually, somebody


def test_what_an_admin_has_written_is_under_an_agents_slash_until_it_is_removed(
    open_console: OpenAs, office: Office
) -> None:
    name = f"r{somebody()[-6:]}"
    owner = admin(open_console, "Canned replies")
    press(owner, "New canned reply")
    owner.get_by_label("Name").fill(name)
    owner.get_by_label("Text").fill("One moment, {user}.")
    in_dialog(owner, "Save")
    expect(owner.get_by_role("listitem").filter(has_text=name)).to_contain_text("One moment")

    ana = open_console("ana")
    user, _ = taken(ana, office)
    ana.locator(".composer textarea").fill(f"/{name}")
    ana.get_by_role("option").filter(has_text=name).click()
    ana.locator(".composer textarea").press("Enter")
    expect(said_by_agents(ana)).to_contain_text(f"One moment, {user}.")

    press(owner, f"Remove /{name}")
    in_dialog(owner, "Remove")
    expect(owner.get_by_role("listitem").filter(has_text=name)).to_have_count(0)
    assert name not in written(office)


def written(office: Office) -> dict[str, str]:
    items = office.call("GET", f"{BOT}/replies", token=office.token("owner"))["items"]
    return {each["name"]: each["text"] for each in items}


def test_a_reply_is_changed_under_its_name(open_console: OpenAs, office: Office) -> None:
    name = f"r{somebody()[-6:]} a/b?"
    owner = admin(open_console, "Canned replies")
    press(owner, "New canned reply")
    owner.get_by_label("Name").fill(name)
    owner.get_by_label("Text").fill("Before")
    in_dialog(owner, "Save")
    press(owner, f"Edit: {name}")

    owner.get_by_label("Text").fill("After")
    in_dialog(owner, "Save")

    eventually(lambda: written(office)[name] == "After", page=owner)
