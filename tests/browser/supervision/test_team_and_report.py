"""The team view and the report of supervisors."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.bot_client import BOT, BotClient, eventually, unique_name
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import (
    claim_new_conversation,
    open_conversation,
    open_view,
    press,
    row,
)
from tests.support.stack import Stack


@pytest.mark.parametrize("name", ["Team", "Report"])
def test_only_supervisors_see_the_team_and_the_report(open_console: OpenConsole, name: str) -> None:
    sam, ana = open_console("sam"), open_console("ana")

    open_view(sam, name)

    expect(sam.locator(".page h1")).to_have_text(name)
    expect(ana.get_by_role("navigation").get_by_role("button", name=name)).to_have_count(0)


def test_the_team_view_shows_the_load_of_each_queue_and_agent(
    open_console: OpenConsole, bot: BotClient
) -> None:
    queue = f"q-{unique_name()[-6:]}"
    for _ in range(2):
        bot.request_handoff(unique_name(), queue=queue)
    ana, sam = open_console("ana"), open_console("sam")
    claim_new_conversation(ana, bot)

    open_view(sam, "Team")

    load = sam.locator(".queue-card", has_text=queue)
    expect(load).to_contain_text("2 Waiting")
    expect(load).to_contain_text("Nobody can serve it")
    colleague = sam.locator(".agent-card", has_text="Ana")
    expect(colleague).to_contain_text("Online")
    expect(colleague.get_by_role("meter")).not_to_have_js_property("value", 0)


def test_a_supervisor_sets_a_colleague_away_who_sees_who_did_it(open_console: OpenConsole) -> None:
    bo, sam = open_console("bo"), open_console("sam")
    status = bo.get_by_label("My status")
    expect(status).to_have_value("online")
    open_view(sam, "Team")
    colleague = sam.locator(".agent-card", has_text="Bo")

    colleague.get_by_role("button", name="Bo: Set away").click()

    expect(status).to_have_value("away")
    expect(bo.locator(".toast")).to_contain_text("Sam set you away.")
    expect(colleague).to_contain_text("Away")
    expect(colleague.get_by_role("button", name="Bo: Set away")).to_have_count(0)
    status.select_option("online")
    expect(colleague.get_by_role("button", name="Bo: Set away")).to_be_visible(timeout=15_000)


def test_a_supervisor_assigns_a_waiting_conversation(
    open_console: OpenConsole, bot: BotClient
) -> None:
    open_console("bo")
    sam = open_console("sam")
    name = unique_name()
    conversation = bot.request_handoff(name, priority=9)
    open_view(sam, "Team")

    sam.get_by_label(f"Assign to … {name}").select_option(label="Bo")

    eventually(lambda: bot.head(conversation)["owner_name"] == "Bo")
    expect(sam.get_by_role("row", name=name)).to_contain_text("Bo")


def test_a_supervisor_finds_sorts_and_reassigns_several_conversations_at_once(
    open_console: OpenConsole, bot: BotClient
) -> None:
    open_console("bo")
    sam = open_console("sam")
    group = unique_name()
    names = [f"{group} {letter}" for letter in "BA"]
    conversations = [bot.request_handoff(name) for name in names]
    open_view(sam, "Team")
    sam.get_by_label("Find").fill(group)
    rows = sam.locator("tbody tr")
    expect(rows).to_have_count(2)
    sam.get_by_role("columnheader", name="User").get_by_role("button").click()
    expect(rows.first).to_contain_text(names[1])
    sam.get_by_label("Select all").check()
    expect(sam.locator(".selection")).to_contain_text("2 selected")

    sam.get_by_role("button", name="Tag …").click()
    sam.get_by_role("dialog").get_by_label("Tag").fill("vip")
    sam.get_by_role("dialog").get_by_role("button", name="Apply").click()
    expect(sam.locator(".toast")).to_have_text("2 conversations changed.")
    sam.get_by_label("Select all").check()
    sam.get_by_label("Reassign to …").select_option(label="Bo")

    eventually(lambda: all(bot.head(each)["owner_name"] == "Bo" for each in conversations))
    assert [bot.head(each)["tags"] for each in conversations] == [["vip"], ["vip"]]
    expect(sam.locator(".selection")).to_have_count(0)


def test_a_supervisor_claims_a_conversation_from_an_agent(
    open_console: OpenConsole, bot: BotClient
) -> None:
    ana, sam = open_console("ana"), open_console("sam")
    name, conversation = claim_new_conversation(ana, bot)
    open_conversation(sam, name, "Others")

    press(sam, "Claim")

    expect(sam.locator(".owner")).to_have_text("with you")
    expect(ana.locator(".owner")).to_have_text("with Sam")
    expect(ana.locator(".composer textarea")).to_be_disabled()
    assert bot.head(conversation)["owner_name"] == "Sam"


def test_an_agent_cannot_act_on_a_conversation_of_another_agent(
    open_console: OpenConsole, bot: BotClient
) -> None:
    ana, bo = open_console("ana"), open_console("bo")
    name, _ = claim_new_conversation(ana, bot)

    open_conversation(bo, name, "Others")

    expect(bo.locator(".thread-top .actions button")).to_have_count(0)


def test_a_name_in_the_team_view_opens_the_conversation(
    open_console: OpenConsole, bot: BotClient
) -> None:
    sam = open_console("sam")
    name = unique_name()
    bot.request_handoff(name, priority=9)
    open_view(sam, "Team")

    sam.get_by_role("row", name=name).get_by_role("button", name=name, exact=True).click()

    expect(sam.locator(".thread h1")).to_have_text(name)
    expect(row(sam, name)).to_have_attribute("aria-current", "true")


@pytest.fixture(scope="module")
def quiet(code: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A new stack without handoffs."""
    with Stack(tmp_path_factory.mktemp("quiet") / "state", root=code) as stack:
        yield stack


def test_the_report_shows_charts_with_a_text_alternative_and_a_table(
    open_console: OpenConsole, quiet: Stack
) -> None:
    bot = BotClient(quiet.url)
    sam = open_console("sam", stack=quiet)
    open_view(sam, "Report")
    expect(sam.locator(".page")).to_contain_text("No handoff has ended yet.")

    for _ in range(3):
        ended = bot.request_handoff(unique_name(), queue="sales")
        bot.call("POST", f"{BOT}/conversations/{ended}/unpause", {"outcome": "cancelled"})
    report = f"{BOT}/report"
    token = bot.token("sam")
    eventually(lambda: bot.call("GET", report, token=token)["totals"]["handoffs"] == 3)
    sam.get_by_role("button", name="Last 7 days").click()

    expect(sam.locator(".figure b").first).to_have_text("3")
    expect(sam.get_by_role("img", name="Outcomes. Cancelled: 3")).to_be_visible()
    expect(sam.get_by_role("row", name="sales 3")).to_be_visible()
    expect(sam.locator(".figures")).not_to_contain_text("period before")
    with sam.expect_download() as download:
        sam.get_by_role("button", name="Download CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert [line for line in lines if line.startswith("queue,sales,3,")]
    assert [line for line in lines if line.startswith("channel,")]
    assert [line for line in lines if line.startswith("requested,") and line.endswith("UTC,3")]
    hours = sam.get_by_role("region", name="Handoff requests by weekday and hour (UTC)")
    expect(hours.locator("tbody td[data-shade='4']")).to_have_text("3")
    expect(hours.locator("tfoot td").last).to_have_text("3")
    expect(sam.locator(".chart", has_text="Time to claim")).to_contain_text("Nothing yet.")


def test_a_report_that_fails_to_load_shows_a_message(open_console: OpenConsole) -> None:
    sam = open_console("sam")
    sam.route("**/report?*", lambda route: route.abort("connectionrefused"))

    open_view(sam, "Report")

    expect(sam.get_by_role("alert")).to_have_text("No connection. Try again in a moment.")
