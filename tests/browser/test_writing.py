"""What an agent writes: replies, notes, suggestions, canned replies; and drafts of it."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenAs
from tests.browser.desk import log, note, pick, said_by_agents, taken, write
from tests.browser.office import BOT, Office

REPLIES = [
    {"name": "hello", "text": "Hello {user}, {agent} here."},
    {"name": "refund", "text": "The money is on its way."},
    {"name": "regards", "text": "Kind regards, {agent} {constructor}"},
]


def test_a_note_is_for_the_team_and_never_reaches_the_user(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    _, conversation = taken(page, office)

    note(page, "Be kind, called twice.")

    expect(log(page).locator(".note")).to_contain_text("Only your team can see this")
    expect(page.locator(".details .note")).to_contain_text("Be kind, called twice.")
    assert "Be kind" not in str(office.log(conversation))


def test_a_note_that_is_begun_never_becomes_a_reply(open_console: OpenAs, office: Office) -> None:
    page = open_console("ana")
    taken(page, office)
    modes, text = page.locator(".modes"), page.locator(".composer textarea")
    text.fill("Dear user")

    modes.get_by_role("button", name="Note").click()
    expect(text).to_have_value("")
    text.fill("Not for the user's eyes")
    modes.get_by_role("button", name="Reply").click()

    expect(text).to_have_value("Dear user")
    modes.get_by_role("button", name="Note").click()
    expect(text).to_have_value("Not for the user's eyes")


def test_what_the_bot_suggests_is_sent_with_one_key_and_once(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    _, conversation = taken(page, office)
    suggest(office, conversation, "Offer a refund.")
    expect(log(page).locator(".suggestion")).to_contain_text("Offer a refund.")

    page.keyboard.press("Alt+s")
    expect(said_by_agents(page)).to_contain_text("Offer a refund.")
    expect(log(page).locator(".suggestion button")).to_have_count(0)
    page.keyboard.press("Alt+s")
    write(page, "Anything else?")

    expect(said_by_agents(page)).to_have_count(2)
    assert office.texts(conversation)[-2:] == ["Offer a refund.", "Anything else?"]


def test_what_the_bot_suggests_can_be_reworded_first(open_console: OpenAs, office: Office) -> None:
    page = open_console("ana")
    _, conversation = taken(page, office)
    suggest(office, conversation, "Offer a refund.")

    log(page).get_by_role("button", name="Edit").click()
    expect(page.locator(".composer textarea")).to_have_value("Offer a refund.")
    expect(page.locator(".composer textarea")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(" Today!")
    page.keyboard.press("Enter")

    expect(said_by_agents(page)).to_contain_text("Offer a refund. Today!")


def suggest(office: Office, conversation: str, text: str) -> None:
    office.call("POST", f"{BOT}/conversations/{conversation}/suggestions", {"text": text})


def with_replies(page: Page) -> None:
    page.route(
        "**/api/v1/bots/demo/replies*",
        lambda route: route.fulfill(json={"items": REPLIES, "next": None}),
    )


def test_a_slash_offers_canned_replies_which_the_keyboard_chooses_and_fills_in(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    with_replies(page)
    name, conversation = taken(page, office)
    text = page.locator(".composer textarea")

    text.press_sequentially("/")
    options = page.locator(".replies li")
    expect(options).to_have_count(3)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(text).to_have_value(f"Hello {name}, Ana here.")
    page.keyboard.press("Enter")

    expect(said_by_agents(page)).to_contain_text(f"Hello {name}, Ana here.")
    assert office.texts(conversation)[-1] == f"Hello {name}, Ana here."


def test_canned_replies_are_found_by_what_is_in_them_and_hold_no_language(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    with_replies(page)
    taken(page, office)
    text = page.locator(".composer textarea")

    text.press_sequentially("/money")
    expect(page.locator(".replies li")).to_have_count(1)
    text.fill("/regards")
    page.locator(".replies li").click()
    expect(text).to_have_value("Kind regards, Ana {constructor}")
    text.fill("/nothing like this")
    expect(page.locator(".replies")).to_have_text("No canned reply matches.")
    page.keyboard.press("Escape")

    expect(page.locator(".replies")).to_have_count(0)


def test_without_canned_replies_a_slash_is_a_slash(open_console: OpenAs, office: Office) -> None:
    page = open_console("ana")
    page.route(
        "**/api/v1/bots/demo/replies*",
        lambda route: route.fulfill(json={"items": [], "next": None}),
    )
    _, conversation = taken(page, office)

    write(page, "/end")

    expect(said_by_agents(page)).to_contain_text("/end")
    assert office.texts(conversation)[-1] == "/end"


def test_colleagues_see_each_other_typing(open_console: OpenAs, office: Office) -> None:
    ana, bo = open_console("ana"), open_console("bo")
    name, _ = taken(ana, office)
    pick(bo, name, "Others")
    expect(log(bo)).to_contain_text("Ana claimed the conversation")

    ana.locator(".composer textarea").press_sequentially("One moment")

    expect(bo.locator(".typing")).to_contain_text("Ana is typing")


def test_an_agent_sees_the_user_typing(open_console: OpenAs, office: Office) -> None:
    page = open_console("ana")
    name, conversation = taken(page, office)

    office.call("POST", f"{BOT}/conversations/{conversation}/typing", {"from": "user"})
    expect(page.locator(".typing")).to_contain_text(f"{name} is typing")
    office.says(name, "There it is.")

    expect(page.locator(".typing")).to_have_count(0)


def test_a_reply_shows_how_far_it_has_come(open_console: OpenAs, office: Office) -> None:
    page = open_console("ana")
    taken(page, office)

    write(page, "Hello")

    expect(said_by_agents(page).locator(".delivery.delivered")).to_be_visible()
    page.reload()
    expect(said_by_agents(page).locator(".delivery.delivered")).to_be_visible()


def test_a_draft_survives_a_reload(open_console: OpenAs, office: Office) -> None:
    page = open_console("ana")
    name, _ = taken(page, office)
    page.locator(".composer textarea").fill("Half a thought")

    page.reload()

    expect(page.locator(".thread h1")).to_have_text(name)
    expect(page.locator(".composer textarea")).to_have_value("Half a thought")
