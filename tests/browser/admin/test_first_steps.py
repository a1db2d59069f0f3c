"""A new owner makes a bot, a queue and a key, and runs the code that the console shows."""

import json
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Route, expect

from tests.browser.admin.admin_actions import press
from tests.browser.bot_client import BotClient, unique_name
from tests.browser.conftest import OpenConsole

COMMANDS = {"curl": ["bash"], "Python": [sys.executable], "JavaScript": ["node"]}


def without_bots(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, json=answer.json() | {"bots": []})


def test_the_owner_of_an_empty_installation_connects_a_bot_with_the_code_that_is_shown(
    open_console: OpenConsole, bot: BotClient, tmp_path: Path
) -> None:
    page = open_console("owner")
    page.route("**/agents/me", without_bots)
    page.reload()
    name = unique_name()

    expect(page.get_by_role("heading", name="Welcome to Baton")).to_be_visible()
    page.get_by_label("Name").fill(f"Shop {name}")
    id_ = page.get_by_label("Id").input_value()
    path, token = f"/api/v1/bots/{id_}", bot.token("owner")
    press(page, "Make the bot")
    press(page, "Make a key")
    page.get_by_label("Name").fill("support")
    press(page, "Make the queue")
    steps = page.locator(".step")
    expect(steps.nth(1)).to_contain_text("Queues: support")
    expect(steps.nth(4)).not_to_contain_text("Done")
    for language, command in COMMANDS.items():
        page.get_by_role("tab", name=language).click()
        script = tmp_path / language
        script.write_text(page.locator("#snippet").inner_text(), encoding="utf-8")
        subprocess.run([*command, script], check=True, timeout=30)
        (asked,) = bot.call("GET", f"{path}/conversations", token=token)["items"]
        assert (asked["status"], asked["queue"]) == ("waiting", "support"), language
        bot.call("POST", f"{path}/conversations/{asked['id']}/unpause", {}, token=token)

    expect(steps.nth(4)).to_contain_text("Done")
    assert json.dumps(page.evaluate("({...localStorage, ...sessionStorage})")).find("bk_") == -1
