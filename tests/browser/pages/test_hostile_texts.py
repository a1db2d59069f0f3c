"""100 hostile texts in every field that the console shows: no script runs, no markup is injected,
and each text is shown as it was written."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, expect

from chalicelib.domain.access import Role
from chalicelib.domain.address import person_id
from chalicelib.domain.routing.members import Member
from chalicelib.usecases.records.notifications import Notification
from chalicelib.usecases.records.people import Person
from tests.browser.bot_client import BOT, BotClient
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import log, open_view, row, search
from tests.support.clock import START
from tests.support.stack import Stack

TAGS = ["img", "svg", "video", "body", "input", "iframe", "math", "object", "details", "marquee"]
HANDLERS = ["onerror", "onload", "onfocus autofocus", "ontoggle open", "onanimationstart"]
OTHERS = [
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "\"'><svg onload=alert(1)>",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "#{alert(1)}",
    "<%= alert(1) %>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    "<style>*{display:none}</style>",
    "<link rel=stylesheet href=//evil.test>",
    "<base href=//evil.test>",
    "<meta http-equiv=refresh content=0;url=//evil.test>",
    "<form action=//evil.test><input name=q>",
    "<!--",
    "<![CDATA[<script>alert(1)</script>]]>",
    "&lt;b&gt;&amp;&#x27;",
    "\\u003cimg src=x\\u003e",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "'; DROP TABLE users; --",
    "${{7*7}}",
    "__proto__",
    "constructor",
    "toString",
    "null",
    "[object Object]",
    "NaN",
    "\u202eevil\u202c",
    "\u2066\u2067\u200f\u200e",
    "\u0301" * 40 + "Zalgo",
    "🎉" * 12,
    "👩‍👩‍👧‍👦 family",
    "العربية <b>x</b>",
    "עברית",
    "漢字" * 10,
    "a" * 60,
    "W" * 60,
    "...." * 12,
    "a\u00a0b\u2003c",
    "-" * 60,
    "/end",
    "{user} {agent}",
    "https://evil.test/?<script>",
    "'\"`",
    "\\",
    "@here",
]
HOSTILE = [f"<{tag} src=x {how}=alert(1)>" for tag in TAGS for how in HANDLERS] + OTHERS
OPEN = "(name) => document.querySelector('.thread h1')?.textContent.trim() === name"
STRANGE = (
    "img:not([src='icon.svg']), iframe, object, embed, base, style, .log form, .details a,"
    " link:not([href$='.css'], [href$='.js'], [href='icon.svg'], [href='icon_unread.svg'],"
    " [href='manifest.webmanifest'])"
)
SAID = {"text": "May I talk to somebody?"}
SHOWN = """() => ({
    title: document.querySelector('.thread h1').textContent,
    log: document.querySelector('.log').textContent,
    why: document.querySelector('.reason-bar')?.textContent ?? '',
    details: document.querySelector('.details').textContent,
    tags: [...document.querySelectorAll('.tags li span')].map((each) => each.textContent),
    wide: document.documentElement.scrollWidth > innerWidth,
})"""


def short(text: str, most: int) -> str:
    """The beginning of the text, at most `most` bytes."""
    return text.encode()[:most].decode(errors="ignore").strip() or "x"


QUEUES = [short(text, 32) for text in HOSTILE[::4]]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of its own, because hostile users would disturb the other tests."""
    with Stack(tmp_path_factory.mktemp("hostile") / "state") as stack:
        yield stack


@pytest.fixture
def safe(open_console: OpenConsole) -> Iterator[Page]:
    """The console of a supervisor. It fails the test if a script opens a dialog."""
    page = open_console("sam")
    page.on("dialog", fail_on_dialog)
    yield page
    page.remove_listener("dialog", fail_on_dialog)


def fail_on_dialog(dialog: Dialog) -> None:
    pytest.fail(f"A script ran: {dialog.message}")


def test_the_list_has_at_least_a_hundred_hostile_texts() -> None:
    assert len(set(HOSTILE)) >= 100


@pytest.fixture(scope="module")
def waiting(stack: Stack) -> None:
    """One waiting conversation for each text, in every field that the lists show."""
    bot = BotClient(stack.url)
    for number, text in enumerate(HOSTILE):
        who = {"id": short(f"{number} {text}", 100), "name": numbered_name(number, text)}
        queue = QUEUES[number % len(QUEUES)]
        bot.ensure_queue(queue)
        asked = {"channel": "web", "user": who["id"], "reason": text, "queue": queue}
        bot.call("POST", f"{BOT}/messages", {"channel": "web", "user": who, "from": "user", **SAID})
        bot.call("POST", f"{BOT}/pause", {**asked, "priority": 9})


@pytest.fixture(scope="module")
def conversations(stack: Stack) -> list[tuple[list[str], str]]:
    """Ten conversations with ten texts each, in every field that a user or a bot can fill."""
    bot = BotClient(stack.url)
    groups = [HOSTILE[first::10] for first in range(10)]
    return [(texts, create_hostile_conversation(bot, texts)) for texts in groups]


def create_hostile_conversation(bot: BotClient, texts: list[str]) -> str:
    who = {"id": short(f"ten {texts[0]}", 100), "name": title_of(texts)}
    fields = {f"attribute {short(text, 60)}": text for text in texts}
    who |= {"attributes": {**fields, "more": {"nested": texts}}}  # type: ignore[dict-item]
    said = {"channel": "web", "thread": short(texts[1], 100), "user": who, "from": "user"}
    sent = bot.call("POST", f"{BOT}/messages", {**said, "text": "\n".join(texts)})
    assert "warnings" not in sent
    conversation: str = sent["conversation_id"]
    path = f"{BOT}/conversations/{conversation}"
    card = {"from": "bot", "type": "unknown", "payload": {text: text for text in texts}}
    bot.call("POST", f"{path}/messages", card)
    bot.ensure_queue(short(texts[2], 32))
    context = {text[:60]: text for text in texts}
    asked = {"reason": "\n".join(texts), "queue": short(texts[2], 32), "context": context}
    bot.call("POST", f"{path}/pause", {**asked, "priority": 9})
    bot.call("POST", f"{path}/suggestions", {"text": "\n".join(texts)})
    return conversation


def title_of(texts: list[str]) -> str:
    return f"Ten {texts[0]}"[:64].strip()


def test_hostile_names_reasons_and_queues_in_lists_are_shown_as_text(
    safe: Page, waiting: None
) -> None:
    safe.reload()
    expect(safe.get_by_role("tab", name="Waiting")).to_contain_text("100")

    seen: set[str] = set()
    for top in range(0, 100 * 80, 400):
        safe.locator(".rows").evaluate("(box, top) => { box.scrollTop = top; }", top)
        safe.wait_for_timeout(30)
        seen |= {name.strip() for name in safe.locator(".row-name").all_text_contents()}
        heights = safe.locator(".row").evaluate_all("(all) => all.map((each) => each.offsetHeight)")
        assert set(heights) == {80}

    assert {numbered_name(number, text) for number, text in enumerate(HOSTILE)} <= seen
    open_view(safe, "Team")
    expect(safe.locator(".queue-card h3").first).to_be_visible()
    loads = safe.locator(".queue-card h3").all_text_contents()
    assert set(QUEUES) <= {name.strip() for name in loads}
    assert not safe.evaluate("() => document.documentElement.scrollWidth > innerWidth")
    expect_no_injected_markup(safe)


def test_hostile_texts_in_a_conversation_are_shown_as_text(
    safe: Page, bot: BotClient, conversations: list[tuple[list[str], str]]
) -> None:
    sam = bot.token("sam")
    for texts, conversation in conversations:
        path = f"{BOT}/conversations/{conversation}"
        bot.call("POST", f"{path}/notes", {"text": "Noted: " + "\n".join(texts)}, sam)
        bot.call("PUT", f"{path}/tags", {"tags": [short(text, 24) for text in texts]}, sam)
        safe.evaluate("(hash) => { location.hash = hash; }", f"demo/{conversation}")
        safe.wait_for_function(OPEN, arg=title_of(texts))
        expect(log(safe)).to_contain_text("Noted: ")
        expect(safe.locator(".tags li")).to_have_count(len(texts))
        expect(safe.locator(".details")).to_contain_text("attribute")

        expect_shown_as_written(safe.evaluate(SHOWN), texts)
    expect_no_injected_markup(safe)


def numbered_name(number: int, text: str) -> str:
    return f"{number} {text}"[:64].strip()


def expect_shown_as_written(shown: Any, texts: list[str]) -> None:
    assert shown["title"].strip() == title_of(texts)
    for text in texts:
        wanted = text.strip()
        assert shown["log"].count(wanted) >= 3, text
        assert wanted in shown["why"]
        assert shown["details"].count(wanted) >= 3, text
    assert sorted(shown["tags"]) == sorted(short(text, 24) for text in texts)
    assert shown["wide"] is False, f"{texts} break the page"


def expect_no_injected_markup(page: Page) -> None:
    assert page.locator(STRANGE).count() == 0
    assert page.locator("script:not([src$='/main.js'])").count() == 0
    assert (
        page.evaluate("() => document.querySelectorAll('[onerror],[onload],[onfocus]').length") == 0
    )


def test_hostile_agent_names_notifications_and_errors_are_shown_as_text(
    safe: Page, bot: BotClient, stack: Stack
) -> None:
    services = stack.services()
    directory = services.directory
    for number, text in enumerate(HOSTILE):
        email = f"hostile-{number}@example.test"
        who = person_id(email)
        directory.put_person(Person(who, email, numbered_name(number, text), "no password"))
        queues = frozenset({short(text, 32)})
        directory.put_member(
            "demo", Member(who, numbered_name(number, text), email, Role.AGENT, queues)
        )
        # The API refuses this address. An earlier release has stored such ones.
        services.notifications.add(
            Notification(f"n_{number:013d}_x", "demo", text, "info", START, "javascript:alert(1)"),
            None,
        )
    safe.reload()

    open_view(safe, "Team")
    names = safe.locator(".agent-card b")
    expect(names).to_have_count(100 + 3)
    wanted = {numbered_name(number, text) for number, text in enumerate(HOSTILE)}
    assert wanted <= {name.strip() for name in names.all_text_contents()}
    safe.locator(".bell").click()
    expect(safe.locator(".notifications li").first).to_be_visible()
    assert safe.locator(".notifications li a").count() == 0
    expect_no_injected_markup(safe)


@pytest.mark.parametrize("text", [HOSTILE[0], *OTHERS[:8]])
def test_hostile_error_messages_of_the_server_are_shown_as_text(
    safe: Page, bot: BotClient, text: str
) -> None:
    name = f"E {HOSTILE.index(text)}"
    bot.request_handoff(name, priority=9)
    search(safe, name)
    safe.route(
        "**/tags", lambda route: route.fulfill(status=400, json={"status": 400, "detail": text})
    )

    safe.get_by_label("Add a tag").fill("x")
    safe.get_by_label("Add a tag").press("Enter")

    expect(safe.locator(".toast")).to_have_text(text)
    expect_no_injected_markup(safe)


def test_hostile_canned_replies_are_shown_as_text(safe: Page, bot: BotClient) -> None:
    items = [{"name": short(text, 30), "text": text} for text in HOSTILE]
    safe.route("**/replies*", lambda route: route.fulfill(json={"items": items, "next": None}))
    bot.request_handoff("Canned", priority=9)
    search(safe, "Canned")
    safe.get_by_role("button", name="Claim").click()
    box = safe.locator(".composer textarea")

    for text in ("<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "${alert(1)}"):
        box.fill("/" + text[:12])
        option = safe.locator(".completions li").first
        expect(option).to_contain_text(text)
        option.click()
        expect(box).to_have_value(text)
    expect_no_injected_markup(safe)
    assert row(safe, "Canned").count() == 1
