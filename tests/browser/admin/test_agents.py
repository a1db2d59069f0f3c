"""Admins invite, change and remove agents."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.admin.admin_actions import open_admin, press, press_in_dialog, shown_secret
from tests.browser.bot_client import BOT, BotClient, unique_name
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import violations
from tests.support.stack import Stack

PASSWORD = "a long password of theirs"


def email_of(name: str) -> str:
    return f"{name.replace(' ', '.').lower()}@example.test"


def invite(owner: Page, name: str) -> str:
    """Invites an agent and returns the invitation."""
    press(owner, "Invite")
    owner.get_by_label("Name").fill(name)
    owner.get_by_label("Email").fill(email_of(name))
    for queue in ("sales", "support"):
        owner.get_by_role("checkbox", name=queue, exact=True).check()
    owner.get_by_label("Capacity").fill("3")
    press_in_dialog(owner, "Invite")
    return shown_secret(owner)


def accept_invitation(page: Page, stack: Stack, invitation: str) -> None:
    page.goto(f"{stack.url}/console/index.html")
    page.get_by_role("button", name="I have an invitation").click()
    page.get_by_label("Invitation").fill(invitation)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@pytest.fixture(autouse=True)
def queues(bot: BotClient) -> None:
    for name in ("sales", "support"):
        bot.ensure_queue(name)


def team(bot: BotClient) -> dict[str, dict[str, object]]:
    items = bot.call("GET", f"{BOT}/agents", token=bot.token("owner"))["items"]
    return {each["name"]: each for each in items}


def test_an_invited_agent_sets_a_password_and_signs_in(
    open_console: OpenConsole, new_page: Callable[..., Page], stack: Stack, bot: BotClient
) -> None:
    name = unique_name()
    owner = open_admin(open_console, "Agents")
    invitation = invite(owner, name)
    expect(owner.get_by_role("listitem").filter(has_text=name)).to_contain_text("sales, support")
    assert invitation not in owner.content()

    page = new_page()
    accept_invitation(page, stack, invitation)
    expect(page.locator(".whoami")).to_have_text(name)
    assert invitation not in page.url
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Email").fill(email_of(name))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".whoami")).to_have_text(name)
    assert (team(bot)[name]["queues"], team(bot)[name]["capacity"]) == (
        ["sales", "support"],
        3,
    )


def test_a_used_invitation_is_refused_with_a_message(
    open_console: OpenConsole, new_page: Callable[..., Page], stack: Stack
) -> None:
    name = unique_name()
    invitation = invite(open_admin(open_console, "Agents"), name)
    first, second = new_page(), new_page(color_scheme="dark")
    accept_invitation(first, stack, invitation)
    expect(first.locator(".whoami")).to_have_text(name)

    accept_invitation(second, stack, invitation)

    expect(second.get_by_role("alert")).to_have_text(
        "This invitation or link has expired, was already used or is incomplete."
    )
    expect(second.get_by_label("Invitation")).to_have_value(invitation)
    assert violations(second) == []


def test_an_admin_changes_and_removes_an_agent(open_console: OpenConsole, bot: BotClient) -> None:
    name = unique_name()
    owner = open_admin(open_console, "Agents")
    invite(owner, name)

    press(owner, f"Edit: {name}")
    owner.get_by_label("Role").select_option(label="Supervisor")
    owner.get_by_label("Capacity").fill("")
    press_in_dialog(owner, "Save")
    expect(owner.get_by_role("listitem").filter(has_text=name)).to_contain_text("Supervisor")
    assert (team(bot)[name]["role"], team(bot)[name]["capacity"]) == ("supervisor", None)
    press(owner, f"Remove {name}")
    press_in_dialog(owner, "Remove")

    expect(owner.get_by_role("listitem").filter(has_text=name)).to_have_count(0)
    assert name not in team(bot)


def test_an_admin_sees_only_the_bots_that_they_administer(
    open_console: OpenConsole, new_page: Callable[..., Page], stack: Stack
) -> None:
    name = unique_name()
    owner = open_admin(open_console, "Agents")
    invitation = invite(owner, name)
    press(owner, f"Edit: {name}")
    owner.get_by_label("Role").select_option(label="Admin")
    press_in_dialog(owner, "Save")
    expect(owner.get_by_role("listitem").filter(has_text=name)).to_contain_text("Admin")

    page = new_page()
    accept_invitation(page, stack, invitation)
    page.get_by_role("navigation").get_by_role("button", name="Admin").click()

    expect(page.get_by_role("tab", name="Agents")).to_be_visible()
    expect(page.get_by_label("Bot", exact=True)).to_have_count(0)
