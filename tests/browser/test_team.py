"""What supervisors see and do: queues, people, everybody's conversations, and what came of them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenAs
from tests.browser.desk import go_to, pick, press, row, taken
from tests.browser.office import BOT, Office, eventually, somebody
from tests.support.stack import Stack


@pytest.mark.parametrize("name", ["Team", "Report"])
def test_a_supervisor_sees_the_team_and_the_report_and_an_agent_does_not(
    open_console: OpenAs, name: str
) -> None:
    sam, ana = open_console("sam"), open_console("ana")

    go_to(sam, name)

    expect(sam.locator(".page h1")).to_have_text(name)
    expect(ana.get_by_role("navigation").get_by_role("button", name=name)).to_have_count(0)


def test_each_queue_and_each_colleague_is_shown_with_their_load(
    open_console: OpenAs, office: Office
) -> None:
    queue = f"q-{somebody()[-6:]}"
    for _ in range(2):
        office.asks(somebody(), queue=queue)
    ana, sam = open_console("ana"), open_console("sam")
    taken(ana, office)

    go_to(sam, "Team")

    load = sam.locator(".queue-card", has_text=queue)
    expect(load).to_contain_text("2 Waiting")
    colleague = sam.locator(".agent-card", has_text="Ana")
    expect(colleague).to_contain_text("Online")
    expect(colleague.get_by_role("meter")).not_to_have_js_property("value", 0)


def test_a_supervisor_gives_what_waits_to_somebody(open_console: OpenAs, office: Office) -> None:
    open_console("bo")
    sam = open_console("sam")
    name = somebody()
    conversation = office.asks(name, priority=9)
    go_to(sam, "Team")

    sam.get_by_label(f"Assign to … {name}").select_option(label="Bo")

    eventually(lambda: office.head(conversation)["owner_name"] == "Bo")
    expect(sam.get_by_role("row", name=name)).to_contain_text("Bo")


def test_a_supervisor_takes_over_what_a_colleague_has(open_console: OpenAs, office: Office) -> None:
    ana, sam = open_console("ana"), open_console("sam")
    name, conversation = taken(ana, office)
    pick(sam, name, "Others")

    press(sam, "Claim")

    expect(sam.locator(".owner")).to_have_text("with you")
    expect(ana.locator(".owner")).to_have_text("with Sam")
    expect(ana.locator(".composer textarea")).to_be_disabled()
    assert office.head(conversation)["owner_name"] == "Sam"


def test_an_agent_cannot_move_what_a_colleague_has(open_console: OpenAs, office: Office) -> None:
    ana, bo = open_console("ana"), open_console("bo")
    name, _ = taken(ana, office)

    pick(bo, name, "Others")

    expect(bo.locator(".thread-top .actions button")).to_have_count(0)


def test_from_the_team_a_name_leads_to_the_conversation(
    open_console: OpenAs, office: Office
) -> None:
    sam = open_console("sam")
    name = somebody()
    office.asks(name, priority=9)
    go_to(sam, "Team")

    sam.get_by_role("row", name=name).get_by_role("button", name=name, exact=True).click()

    expect(sam.locator(".thread h1")).to_have_text(name)
    expect(row(sam, name)).to_have_attribute("aria-current", "true")


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack in which nothing has happened yet."""
    with Stack(tmp_path_factory.mktemp("quiet") / "state") as stack:
        yield stack


def test_a_report_is_drawn_told_in_a_sentence_and_there_as_a_table(
    open_console: OpenAs, quiet: Stack
) -> None:
    office = Office(quiet.url)
    sam = open_console("sam", stack=quiet)
    go_to(sam, "Report")
    expect(sam.locator(".page")).to_contain_text("No handoff has ended yet.")

    for _ in range(3):
        ended = office.asks(somebody(), queue="sales")
        office.call("POST", f"{BOT}/conversations/{ended}/unpause", {"outcome": "cancelled"})
    report = f"{BOT}/report"
    token = office.token("sam")
    eventually(lambda: office.call("GET", report, token=token)["totals"]["handoffs"] == 3)
    sam.get_by_role("button", name="Last 7 days").click()

    expect(sam.locator(".figure b").first).to_have_text("3")
    expect(sam.get_by_role("img", name="Outcomes. Cancelled: 3")).to_be_visible()
    expect(sam.get_by_role("img", name="Queues. sales: 3")).to_be_visible()
    hours = sam.locator(".chart", has_text="Handoff requests by hour")
    hours.get_by_text("Show as table").click()
    expect(hours.locator("td")).to_have_text(["3"])
    expect(sam.locator(".chart", has_text="Time to claim")).to_contain_text("Nothing yet.")


def test_a_report_that_does_not_come_is_a_sentence(open_console: OpenAs) -> None:
    sam = open_console("sam")
    sam.route("**/report?*", lambda route: route.abort("connectionrefused"))

    go_to(sam, "Report")

    expect(sam.get_by_role("alert")).to_have_text("No connection. Try again in a moment.")
