"""`make screenshots`: takes the README's pictures of the console: light, dark and on a phone.

It starts its own stack, sends messages from four users, and uses the system's Chromium.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from infra.chromium import FLAGS, find_chromium
from tests.browser.bot_client import BOT, BotClient
from tests.support.stack import Stack

IMAGES = Path(__file__).parents[2] / "docs" / "images"
DESKTOP, PHONE = {"width": 1280, "height": 760}, {"width": 390, "height": 780}
USERS = (
    ("Nadia Rahman", "My order 4411 arrived broken and I would like my money back."),
    ("Tomás Ortiz", "Cannot log in since this morning."),
    ("محمد علي", "أريد التحدث مع شخص"),
    ("Jo Lindqvist", "A question about the last bill."),
)


def main() -> int:
    chromium = find_chromium()
    if chromium is None:
        print("There is no Chromium: run infra/tools.")
        return 1
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, Stack(Path(folder) / "state") as stack:
        bot = BotClient(stack.url)
        first = _request_handoffs(bot)[0]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS])
            _answer_first_user(browser, stack.url, bot, first)
            for name, scheme, size in (
                ("console-light", "light", DESKTOP),
                ("console-dark", "dark", DESKTOP),
                ("console-phone", "light", PHONE),
            ):
                with _console(browser, stack.url, color_scheme=scheme, viewport=size) as page:
                    page.get_by_role("tab", name="Mine").click()
                    page.locator(".row").first.click()
                    page.locator(".note").first.wait_for()
                    page.screenshot(path=IMAGES / f"{name}.png")
                    print(f"docs/images/{name}.png", flush=True)
            browser.close()
    return 0


def _request_handoffs(bot: BotClient) -> list[str]:
    ids = []
    for name, reason in USERS:
        bot.send_message(name, "Hello, is anybody there?")
        bot.send_message(name, "I am the bot. What is it about?", sender="bot")
        context = {"order": "4411", "last_intent": "refund"}
        ids.append(bot.request_handoff(name, reason, context=context))
    return ids


def _answer_first_user(browser: Browser, url: str, bot: BotClient, conversation: str) -> None:
    """Ana claims the first conversation, replies, and writes a note."""
    with _console(browser, url) as page:
        page.locator(".row", has_text="Nadia").click()
        page.get_by_role("button", name="Claim").click()
        page.locator(".composer textarea").fill("I am sorry to hear that. Let me have a look.")
        page.locator(".composer textarea").press("Enter")
        page.locator(".message.agent:not(.outgoing)").wait_for()
        bot.send_message("Nadia Rahman", "Thank you! It is the blue one.")
        suggestion = {"text": "Offer a refund to the original card."}
        bot.call("POST", f"{BOT}/conversations/{conversation}/suggestions", suggestion)
        page.locator(".modes").get_by_role("button", name="Note").click()
        page.locator(".composer textarea").fill("Second broken parcel this month.")
        page.locator(".composer textarea").press("Enter")
        page.locator(".log .note").wait_for()
        page.get_by_label("Add a tag").fill("refund")
        page.get_by_label("Add a tag").press("Enter")
        page.locator(".tags li").wait_for()


@contextmanager
def _console(browser: Browser, url: str, **options: object) -> Iterator[Page]:
    context = browser.new_context(**{"viewport": DESKTOP, "locale": "en-GB", **options})  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{url}/console/index.html")
    page.locator("input[name=email]").fill("ana@example.test")
    page.locator("input[name=password]").fill("ana-demo")
    page.locator("form button.primary").click()
    page.locator(".row").first.wait_for()
    yield page
    context.close()


if __name__ == "__main__":
    sys.exit(main())
