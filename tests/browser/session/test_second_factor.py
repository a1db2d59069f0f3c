"""The second factor in the console, with pyotp as the app on the phone."""

from secrets import token_hex

import pyotp
from playwright.sync_api import Route, expect

from tests.browser.bot_client import BOT, BotClient
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import violations


def refuse_without_factor(route: Route) -> None:
    """As an installation that requires a second factor does."""
    problem = {"code": "second_factor_enrolment_required", "detail": "Set up a second factor."}
    route.fulfill(status=403, json=problem, content_type="application/problem+json")


def test_an_agent_must_set_up_a_second_factor_signs_in_with_it_and_removes_it(
    open_console: OpenConsole, bot: BotClient
) -> None:
    name = f"quill-{token_hex(4)}"
    asked = {"email": f"{name}@example.test", "name": "Quill", "role": "agent"}
    invited = bot.call("POST", f"{BOT}/agents", asked, token=bot.token("owner"))
    first = {"invitation": invited["invitation"], "password": f"{name}-demo"}
    bot.call("POST", "/api/v1/auth/invitation", first)
    page = open_console(name)

    page.route("**/api/v1/agents/me", refuse_without_factor)
    page.reload()
    page.get_by_label("Password", exact=True).fill(f"{name}-demo")
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("img", name="QR code of the key")).to_be_visible()
    secret = page.locator("code").inner_text()
    assert page.get_by_role("navigation").count() == 0
    assert violations(page) == []
    code = page.get_by_label("Code", exact=True)
    code.fill("000000")
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator(".field .error")).to_have_text("This code is wrong.")
    code.fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Confirm").click()
    recovery = page.get_by_label("Recovery codes").locator("li")
    expect(recovery).to_have_count(10)
    spare = recovery.first.inner_text()
    page.unroute("**/api/v1/agents/me")
    page.get_by_role("button", name="I have stored the codes").click()
    expect(page.get_by_role("navigation")).to_be_visible()

    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_label("Email").fill(f"{name}@example.test")
    page.get_by_label("Password").fill(f"{name}-demo")
    page.get_by_role("button", name="Sign in", exact=True).click()
    step = page.get_by_label("Code", exact=True)
    expect(step).to_be_visible()
    assert violations(page) == []
    step.fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("This code is wrong")
    step.fill(spare)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator("header").get_by_role("button", name="Quill").click()
    expect(page.get_by_text("Recovery codes left: 9")).to_be_visible()

    page.get_by_label("Password", exact=True).fill(f"{name}-demo")
    page.get_by_role("button", name="Remove the second factor").click()
    expect(page.get_by_role("button", name="Set up")).to_be_visible()
