"""Lost connections, server restarts and expired tokens. No message is lost or sent twice."""

import json
import signal
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, WebSocket, expect

from tests.browser.bot_client import BOT, BotClient, eventually, unique_name
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import (
    claim_new_conversation,
    log,
    press,
    row,
    stored_replies,
    write,
)
from tests.support.stack import Stack

REFRESH = """() => {
    import("./connection/api.js").then((api) => api.checkSession())
        .then(() => { window.isRefreshed = true; });
}"""
SLOW_MESSAGES = """() => {
    const { postMessage } = BroadcastChannel.prototype;
    BroadcastChannel.prototype.postMessage = function (message) {
        setTimeout(() => postMessage.call(this, message), 1000);
    };
}"""


def tabs_of_one_session(open_console: OpenConsole) -> tuple[Page, Page]:
    """The second starts with a copy of the first one's storage, as a duplicated tab does."""
    first = open_console("ana")
    stored = first.evaluate("({...sessionStorage})")
    second = first.context.new_page()
    second.goto(f"{first.url.rpartition('/')[0]}/icon.svg")
    second.evaluate("stored => void Object.assign(sessionStorage, stored)", stored)
    second.goto(first.url)
    expect(second.locator(".panes")).to_be_visible()
    return first, second


def test_messages_written_without_a_connection_are_sent_once_after_it_returns(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    name, conversation = claim_new_conversation(page, bot)

    page.context.set_offline(True)
    expect(page.locator(".banner")).to_contain_text("Connection lost")
    write(page, "Still here.")
    write(page, "And here.")
    expect(page.locator(".message.outgoing").first).to_contain_text("waiting for the connection")
    bot.send_message(name, "Are you there?")
    page.context.set_offline(False)

    expect(page.locator(".banner")).to_have_count(0)
    expect(log(page)).to_contain_text("Are you there?")
    expect(page.locator(".message.outgoing")).to_have_count(0)
    assert bot.message_texts(conversation)[-2:] == ["Still here.", "And here."]


def test_queued_messages_survive_a_reload(open_console: OpenConsole, bot: BotClient) -> None:
    page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)
    page.context.set_offline(True)
    expect(page.locator(".banner")).to_be_visible()
    write(page, "Written before the reload.")

    page.context.set_offline(False)
    page.reload()

    expect(stored_replies(page)).to_contain_text("Written before the reload.")
    expect(page.locator(".message.outgoing")).to_have_count(0)
    assert bot.message_texts(conversation).count("Written before the reload.") == 1


def test_a_message_whose_reply_is_lost_is_stored_once(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    page.route_web_socket("**/ws", lose_the_first_reply)
    page.reload()
    expect(page.locator(".rows .skeletons")).to_have_count(0)
    _, conversation = claim_new_conversation(page, bot)
    page.clock.install()

    write(page, "Did that arrive?")
    eventually(lambda: bot.message_texts(conversation).count("Did that arrive?") == 1)
    page.clock.fast_forward("00:12")
    page.clock.fast_forward("00:03")

    expect(page.locator(".message.outgoing")).to_have_count(0, timeout=10_000)
    assert bot.message_texts(conversation).count("Did that arrive?") == 1


def lose_the_first_reply(route: Any) -> None:
    """Drops the reply to the first `message` action and the event with its entry."""
    server = route.connect_to_server()
    asked: list[str] = []
    dropped: list[str] = []

    def sent(text: str) -> None:
        frame = json.loads(text)
        if frame["action"] == "message" and not asked:
            asked.append(frame["id"])
        server.send(text)

    def received(text: str) -> None:
        frame = json.loads(text)
        is_answer = bool(asked) and frame.get("reply_to") == asked[0] and not dropped
        is_news = frame.get("event") == "entry" and frame["entry"]["kind"] == "message"
        if is_answer or is_news:
            dropped.append(text)
        else:
            route.send(text)

    route.on_message(sent)
    server.on_message(received)


def test_a_connection_that_the_server_does_not_know_is_replaced(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    asked: list[str] = []
    page.route_web_socket("**/ws", lambda route: refuse_the_first_two_syncs(route, asked))
    page.reload()
    eventually(lambda: len(asked) == 3, page=page)
    expect(page.locator(".banner")).to_have_count(0)

    claim_new_conversation(page, bot)


def refuse_the_first_two_syncs(route: Any, asked: list[str]) -> None:
    server = route.connect_to_server()

    def sent(text: str) -> None:
        frame = json.loads(text)
        if frame["action"] == "sync":
            asked.append(frame["id"])
        if frame["action"] == "sync" and len(asked) < 3:
            error = {"status": 401, "code": "unauthenticated", "detail": "Not known."}
            route.send(json.dumps({"reply_to": frame["id"], "ok": False, "error": error}))
        else:
            server.send(text)

    route.on_message(sent)


def test_the_console_continues_after_the_server_was_killed_and_restarted(
    open_console: OpenConsole, code: Path, tmp_path: Path
) -> None:
    with Stack(tmp_path / "state", root=code) as own:
        bot = BotClient(own.url)
        page = open_console("ana", stack=own)
        name, conversation = claim_new_conversation(page, bot)

        own.stop(signal.SIGTERM)
        expect(page.locator(".banner")).to_contain_text("Connection lost")
        write(page, "Written meanwhile.")
        own.start()
        page.get_by_role("button", name="Try now").click()

        expect(page.locator(".banner")).to_have_count(0)
        eventually(lambda: bot.message_texts(conversation).count("Written meanwhile.") == 1)
        expect(page.locator(".message.outgoing")).to_have_count(0)
        bot.send_message(name, "I am still here, too.")
        expect(log(page)).to_contain_text("I am still here, too.")


def test_a_reload_while_the_server_is_down_keeps_the_session(open_console: OpenConsole) -> None:
    page = open_console("ana")
    page.route("**/api/v1/**", lambda route: route.abort("connectionrefused"))

    page.reload()
    expect(page.get_by_role("alert")).to_have_text("No connection. Try again in a moment.")
    page.unroute("**/api/v1/**")
    page.get_by_role("button", name="Try now").click()

    expect(page.locator(".panes")).to_be_visible()


def test_a_conversation_that_began_to_wait_during_an_outage_is_unread_afterwards(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    page.context.set_offline(True)
    expect(page.locator(".banner")).to_be_visible()
    name = unique_name()
    bot.request_handoff(name, priority=9)

    page.context.set_offline(False)

    expect(row(page, name).locator(".badge")).to_have_text("1")


def record_sockets(page: Page) -> list[tuple[WebSocket, list[str]]]:
    """The sockets that the page opens from now on, each with the actions sent over it."""
    found: list[tuple[WebSocket, list[str]]] = []

    def opened(socket: WebSocket) -> None:
        actions: list[str] = []
        socket.on("framesent", lambda text: actions.append(json.loads(text)["action"]))
        found.append((socket, actions))

    page.on("websocket", opened)
    return found


def test_a_ping_is_sent_before_the_idle_timeout_of_ten_minutes(
    open_console: OpenConsole,
) -> None:
    page = open_console("ana")
    sockets = record_sockets(page)
    page.clock.install()
    page.reload()
    expect(page.locator(".panes")).to_be_visible()
    page.wait_for_timeout(500)

    page.clock.fast_forward("09:00")

    eventually(lambda: sockets[0][1].count("ping") == 2, page=page)
    expect(page.locator(".banner")).to_have_count(0)
    assert len(sockets) == 1


def test_a_connection_is_replaced_without_interruption_before_two_hours(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    name, conversation = claim_new_conversation(page, bot)
    sockets = record_sockets(page)
    page.clock.install()
    page.reload()
    expect(page.locator(".panes")).to_be_visible()
    expect(log(page)).to_contain_text("claimed the conversation")

    page.clock.fast_forward("01:51:00")

    eventually(lambda: len(sockets) == 2, page=page)
    eventually(sockets[0][0].is_closed, page=page)
    expect(page.locator(".banner")).to_have_count(0)
    bot.send_message(name, "Over the new connection.")
    expect(log(page)).to_contain_text("Over the new connection.")
    write(page, "I hear you.")
    eventually(lambda: bot.message_texts(conversation)[-1] == "I hear you.")


def test_a_token_is_refreshed_before_it_expires(open_console: OpenConsole, bot: BotClient) -> None:
    page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)
    renewed = calls(page, "/auth/refresh")
    page.clock.install()

    page.clock.fast_forward("14:30")
    page.get_by_label("Add a tag").fill("late")
    page.get_by_label("Add a tag").press("Enter")

    expect(page.locator(".tags li")).to_have_text(["late"])
    assert len(renewed) >= 1
    assert bot.head(conversation)["tags"] == ["late"]


def test_a_refused_token_is_refreshed_and_the_call_repeated(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    claim_new_conversation(page, bot)
    renewed = calls(page, "/auth/refresh")
    page.route("**/tags", refuse_once())

    page.get_by_label("Add a tag").fill("again")
    page.get_by_label("Add a tag").press("Enter")

    expect(page.locator(".tags li")).to_have_text(["again"])
    assert len(renewed) == 1


def test_a_duplicated_tab_goes_on_with_the_session_of_the_first(open_console: OpenConsole) -> None:
    """A refresh token is good for one use, and both tabs have the same one."""
    tabs = tabs_of_one_session(open_console)

    for page in tabs:
        page.evaluate(REFRESH)
    for page in tabs:
        eventually(partial(page.evaluate, "window.isRefreshed"), page=page)
        page.reload()

    for page in tabs:
        expect(page.locator(".panes")).to_be_visible()


def test_tabs_share_a_session_although_their_messages_are_slow(open_console: OpenConsole) -> None:
    """The second tab must not use the token again: the server would end the session."""
    first, second = tabs_of_one_session(open_console)
    first.evaluate(SLOW_MESSAGES)

    first.evaluate(REFRESH)
    eventually(partial(first.evaluate, "window.isRefreshed"), page=first)
    second.evaluate(REFRESH)
    eventually(partial(second.evaluate, "window.isRefreshed"), page=second)

    for page in (first, second):
        page.reload()
        expect(page.locator(".panes")).to_be_visible()


def test_a_session_that_was_ended_elsewhere_leads_to_the_sign_in_page(
    open_console: OpenConsole,
) -> None:
    page = open_console("bo")
    page.route("**/auth/refresh", lambda route: route.fulfill(status=401, json={"detail": "Over."}))
    page.route(
        "**/socket/ticket", lambda route: route.fulfill(status=401, json={"detail": "Over."})
    )

    page.context.set_offline(True)
    expect(page.locator(".banner")).to_be_visible()
    page.context.set_offline(False)

    expect(page.get_by_label("Password")).to_be_visible()
    assert "baton.session" not in page.evaluate("() => Object.keys(sessionStorage)")


def test_the_delay_between_reconnects_grows(open_console: OpenConsole) -> None:
    page = open_console("ana")
    page.clock.install()
    page.route("**/socket/ticket", lambda route: route.abort("connectionrefused"))
    tried: list[float] = []
    page.on("request", lambda r: tried.append(now(page)) if "ticket" in r.url else None)
    start = now(page)
    page.context.set_offline(True)
    page.context.set_offline(False)

    # The console waits a random part of two seconds, as all browsers of an office do.
    assert not tried
    for _ in range(480):
        page.clock.run_for(250)
    pauses = [after - before for before, after in pairwise([start, *tried])]

    assert 6 <= len(tried) <= 14, tried
    assert pauses[-1] > 10_000 > 2_250 > max(pauses[:2])
    assert max(pauses) < 32_000


def now(page: Page) -> float:
    moment: float = page.evaluate("() => Date.now()")
    return moment


def calls(page: Page, path: str) -> list[str]:
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url) if path in request.url else None)
    return found


def refuse_once() -> Callable[[Route], None]:
    refused: list[Route] = []

    def answer(route: Route) -> None:
        if refused:
            route.continue_()
        else:
            refused.append(route)
            route.fulfill(status=401, json={"status": 401, "detail": "No longer valid."})

    return answer


def test_changes_by_another_agent_during_an_outage_are_shown_afterwards(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)
    page.context.set_offline(True)
    expect(page.locator(".banner")).to_be_visible()

    path = f"{BOT}/conversations/{conversation}/transfer"
    bot.call("POST", path, {"agent": "sam@example.test"}, bot.token("sam"))
    page.context.set_offline(False)

    expect(page.locator(".owner")).to_have_text("with Sam")
    expect(log(page)).to_contain_text("Transferred to Sam")


def test_two_consoles_of_the_same_agent_show_the_same_state(
    open_console: OpenConsole, bot: BotClient
) -> None:
    one, two = open_console("ana"), open_console("ana")
    name, conversation = claim_new_conversation(one, bot)
    two.get_by_role("tab", name="Mine").click()
    row(two, name).click()
    write(one, "From the first.")
    expect(stored_replies(two)).to_contain_text("From the first.")
    write(two, "From the second.")

    expect(stored_replies(one)).to_contain_text(["From the first.", "From the second."])
    assert bot.message_texts(conversation)[-2:] == ["From the first.", "From the second."]
    press(one, "Hand back to bot")
    expect(two.locator(".owner")).to_have_text("with the bot")
