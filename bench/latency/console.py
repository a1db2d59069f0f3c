"""Measures the console under load in the system's Chromium: frame times while a long list and a
long conversation scroll, and the number of elements in the page."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.output import Table, progress
from infra.chromium import FLAGS, find_chromium
from tests.browser.bot_client import BotClient
from tests.browser.conversations.long_lists import fill_inbox, fill_thread
from tests.support.stack import Stack

WAITING, ENTRIES = 500, 2000
SCROLL = """([selector, by]) => new Promise((resolve) => {
    const box = document.querySelector(selector), frames = [];
    let last = performance.now(), left = 120;
    const step = (now) => {
        frames.push(now - last);
        last = now;
        box.scrollTop += by;
        if (left--) requestAnimationFrame(step); else resolve(frames.slice(1));
    };
    requestAnimationFrame(step);
})"""


def measure() -> Iterator[Table]:
    chromium = find_chromium()
    with (
        TemporaryDirectory() as folder,
        Stack(Path(folder) / "state") as stack,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS])
        with progress("Frames of the console"):
            rows = [*_rows(browser.new_page(), stack.url, BotClient(stack.url))]
        browser.close()
    yield Table(
        "The console under load",
        ("view", "elements in the page", "median frame (ms)", "95 % of frames (ms)", "over 33 ms"),
        rows,
        "120 frames of scrolling without a graphics card. A screen shows 60 frames a second, so"
        " 16.7 ms is the minimum.",
    )


def _rows(page: Page, url: str, bot: BotClient) -> Iterator[list[str | float]]:
    head = bot.head(bot.request_handoff("Somebody"))
    page.goto(f"{url}/console/index.html")
    page.locator("input[name=email]").fill("ana@example.test")
    page.locator("input[name=password]").fill("ana-demo")
    page.locator("form button.primary").click()
    page.locator(".row").first.wait_for()
    yield _row(page, "one conversation, no scrolling", ".rows", 0)
    page.locator(".row").first.click()
    page.locator(".reason").wait_for()
    fill_thread(page, head["id"], ENTRIES)
    page.wait_for_timeout(500)
    yield _row(page, f"a conversation of {ENTRIES:,} entries", ".log", -60)
    fill_inbox(page, head, WAITING)
    page.wait_for_timeout(500)
    yield _row(page, f"{WAITING} waiting conversations", ".rows", 60)


def _row(page: Page, name: str, selector: str, by: int) -> list[str | float]:
    frames: list[Any] = sorted(page.evaluate(SCROLL, [selector, by]))
    elements = page.evaluate("document.querySelectorAll('*').length")
    median, most = frames[len(frames) // 2], frames[int(len(frames) * 0.95)]
    slow = sum(frame > 33 for frame in frames)
    return [name, str(elements), round(median, 1), round(most, 1), str(slow)]
