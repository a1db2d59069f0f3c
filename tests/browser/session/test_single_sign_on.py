"""The console's part of single sign-on. `tests/e2e/sign_on` has the rest, with a provider."""

import base64
import hashlib
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.bot_client import BotClient
from tests.support.stack import Stack


def test_an_agent_signs_in_with_the_provider(
    new_page: Callable[..., Page], stack: Stack, bot: BotClient
) -> None:
    login = {"email": "bo@example.test", "password": "bo-demo"}
    asked: list[object] = []

    def exchange(route: Route) -> None:
        asked.append(route.request.post_data_json)
        route.fulfill(json=bot.call("POST", "/api/v1/auth/login", login))

    page = new_page()
    page.route("**/api/v1/auth/oidc", lambda route: route.fulfill(json={"label": "Example"}))
    page.route("**/api/v1/auth/oidc/start?*", lambda route: route.fulfill(body="the provider"))
    page.route("**/api/v1/auth/oidc/token", exchange)
    console = f"{stack.url}/console/index.html"
    page.goto(f"{console}#sign-on-error=no_account")
    expect(page.get_by_role("alert")).to_contain_text("There is no account for you here")
    assert page.url == console
    page.get_by_role("button", name="Sign in with Example").click()
    expect(page.get_by_text("the provider")).to_be_visible()
    started = page.url

    page.goto(f"{console}#sign-on=a.code_of-ours")
    expect(page.locator(".panes")).to_be_visible()

    [sent] = asked
    assert isinstance(sent, dict)
    digest = hashlib.sha256(sent["verifier"].encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert sent["code"] == "a.code_of-ours"
    assert started.endswith(f"?challenge={challenge}")
    assert page.evaluate("sessionStorage.getItem('baton.sign-on')") is None
    assert "code_of-ours" not in page.url
