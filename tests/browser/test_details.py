"""What stands beside a conversation: who the user is, tags, notes, what was before."""

from playwright.sync_api import expect

from tests.browser.conftest import OpenAs
from tests.browser.desk import note, pick, press, taken
from tests.browser.office import BOT, Office, somebody


def test_who_the_user_is_and_what_the_bot_knows_of_them(
    open_console: OpenAs, office: Office
) -> None:
    name = somebody()
    who = {"id": f"u-{name}", "name": name, "attributes": {"plan": "gold", "seats": 12}}
    said = {"channel": "web", "user": who, "from": "user", "text": "Hello"}
    office.call("POST", f"{BOT}/messages", said)
    office.asks(name, queue="flights", priority=9, context={"flight": "XY 123", "bags": [1, 2]})
    sam = open_console("sam")

    pick(sam, name, "Waiting")

    details = sam.get_by_role("complementary")
    for text in (f"u-{name}", "web", "flights", "plan", "gold", "12", "XY 123", "[1,2]"):
        expect(details).to_contain_text(text)


def test_tags_are_set_and_taken_off(open_console: OpenAs, office: Office) -> None:
    page = open_console("ana")
    _, conversation = taken(page, office)

    for tag in ("vip", "vip", "refund"):
        page.get_by_label("Add a tag").fill(tag)
        page.get_by_label("Add a tag").press("Enter")
        expect(page.locator(".tags li", has_text=tag)).to_have_count(1)
    assert office.head(conversation)["tags"] == ["vip", "refund"]
    page.get_by_label("Remove vip").click()

    expect(page.locator(".tags li")).to_have_text(["refund"])


def test_notes_stand_together(open_console: OpenAs, office: Office) -> None:
    page = open_console("ana")
    taken(page, office)

    note(page, "First")
    note(page, "Second")

    expect(page.locator(".details .note .text")).to_have_text(["First", "Second"])


def test_earlier_handoffs_are_told_with_what_came_of_them(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    name, _ = taken(page, office, reason="A first question.")
    press(page, "Close …")
    page.get_by_label("Note for the bot").fill("Answered at length.")
    page.get_by_role("dialog").get_by_role("button", name="Close handoff").click()
    expect(page.locator(".owner")).to_have_text("with the bot")

    office.asks(name, "A second question.")

    history = page.locator(".history li")
    expect(history).to_have_count(1)
    for text in ("Resolved", "Ana", "A first question.", "Answered at length."):
        expect(history).to_contain_text(text)


def test_what_the_server_does_not_say_is_not_said_to_be_nothing(
    open_console: OpenAs, office: Office
) -> None:
    page = open_console("ana")
    page.route("**/handoffs?*", lambda route: route.abort("connectionrefused"))

    taken(page, office)

    expect(page.locator(".details")).to_contain_text("The server did not answer.")
