"""People are invited, given other work and sent away by admins."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.admin_desk import admin, in_dialog, press, secret_shown
from tests.browser.conftest import OpenAs
from tests.browser.desk import violations
from tests.browser.office import BOT, Office, somebody
from tests.support.stack import Stack

PASSWORD = "a long password of theirs"


def email_of(name: str) -> str:
    return f"{name.replace(' ', '.').lower()}@example.test"


def invited(owner: Page, name: str) -> str:
    """The invitation, as it is shown once."""
    press(owner, "Invite")
    owner.get_by_label("Name").fill(name)
    owner.get_by_label("Email").fill(email_of(name))
    owner.get_by_label("Queues", exact=True).fill("sales, support")
    owner.get_by_label("Capacity").fill("3")
    in_dialog(owner, "Invite")
    return secret_shown(owner)


def come(page: Page, stack: Stack, invitation: str) -> None:
    page.goto(f"{stack.url}/console/index.html")
    page.get_by_role("button", name="I have an invitation").click()
    page.get_by_label("Invitation").fill(invitation)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def team(office: Office) -> dict[str, dict[str, object]]:
    items = office.call("GET", f"{BOT}/agents", token=office.token("owner"))["items"]
    return {each["name"]: each for each in items}


def test_who_is_invited_sets_a_password_and_signs_in_with_it(
    open_console: OpenAs, page_of: Callable[..., Page], stack: Stack, office: Office
) -> None:
    name = somebody()
    owner = admin(open_console, "Agents")
    invitation = invited(owner, name)
    expect(owner.get_by_role("listitem").filter(has_text=name)).to_contain_text("sales, support")
    assert invitation not in owner.content()

    page = page_of()
    come(page, stack, invitation)
    expect(page.locator(".whoami")).to_have_text(name)
    assert invitation not in page.url
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Email").fill(email_of(name))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".whoami")).to_have_text(name)
    assert (team(office)[name]["queues"], team(office)[name]["capacity"]) == (
        ["sales", "support"],
        3,
    )


def test_an_invitation_that_was_used_is_refused_in_words(
    open_console: OpenAs, page_of: Callable[..., Page], stack: Stack
) -> None:
    name = somebody()
    invitation = invited(admin(open_console, "Agents"), name)
    first, second = page_of(), page_of(color_scheme="dark")
    come(first, stack, invitation)
    expect(first.locator(".whoami")).to_have_text(name)

    come(second, stack, invitation)

    expect(second.get_by_role("alert")).to_have_text("This invitation has expired, was already used or is incomplete.")
    expect(second.get_by_label("Invitation")).to_have_value(invitation)
    assert violations(second) == []


def test_an_agent_is_given_other_work_and_sent_away(open_console: OpenAs, office: Office) -> None:
    name = somebody()
    owner = admin(open_console, "Agents")
    invited(owner, name)

    press(owner, f"Edit: {name}")
    owner.get_by_label("Role").select_option(label="Supervisor")
    owner.get_by_label("Capacity").fill("")
    in_dialog(owner, "Save")
    expect(owner.get_by_role("listitem").filter(has_text=name)).to_contain_text("Supervisor")
    assert (team(office)[name]["role"], team(office)[name]["capacity"]) == ("supervisor", None)
    press(owner, f"Remove {name}")
    in_dialog(owner, "Remove")

    expect(owner.get_by_role("listitem").filter(has_text=name)).to_have_count(0)
    assert name not in team(office)


def test_an_admin_sees_the_view_of_the_bot_that_is_theirs(
    open_console: OpenAs, page_of: Callable[..., Page], stack: Stack
) -> None:
    name = somebody()
    owner = admin(open_console, "Agents")
    invitation = invited(owner, name)
    press(owner, f"Edit: {name}")
    owner.get_by_label("Role").select_option(label="Admin")
    in_dialog(owner, "Save")
    expect(owner.get_by_role("listitem").filter(has_text=name)).to_contain_text("Admin")

    page = page_of()
    come(page, stack, invitation)
    page.get_by_role("navigation").get_by_role("button", name="Admin").click()

    expect(page.get_by_role("tab", name="Agents")).to_be_visible()
    expect(page.get_by_label("Bot", exact=True)).to_have_count(0)
