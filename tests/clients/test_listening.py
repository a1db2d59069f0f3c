"""`listen`: both Python clients receive the webhook's events over a WebSocket of the real app."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from baton_client import AsyncBaton, Baton, Forbidden, RetryPolicy, WebhookEvent
from baton_client.inbox import WebhookInbox
from baton_client.listening.feed import WAITS, EventFeed
from chalicelib.domain.access import Scope
from chalicelib.usecases.accounts.authenticate import hash_secret
from chalicelib.usecases.records.bots import BotKey
from tests.clients.app_server import AppServer

QUICK = RetryPolicy(first_wait=0.02, random=lambda: 0.01)
CLIENTS = ("blocking", "asynchronous")


class ListeningBot:
    """`got` are the events that its handler has received, of one user's conversation."""

    def __init__(self, server: AppServer, kind: str, user: str) -> None:
        self.server, self.got, self.failures = server, list[WebhookEvent](), 0
        self._arrived = threading.Condition()
        self.baton: Any = (Baton if kind == "blocking" else AsyncBaton)(
            server.url, server.key, retries=QUICK
        )
        with Baton(server.url, server.key) as speaker:
            self.conversation_id = speaker.heard("web", user, text="Hi").conversation_id
        self.baton.on("agent.message", "conversation.returned")(self._handle)

    def _handle(self, event: WebhookEvent) -> None:
        if event.conversation_id != self.conversation_id:
            return
        if self.failures:
            self.failures -= 1
            raise RuntimeError("planted")
        with self._arrived:
            self.got.append(event)
            self._arrived.notify_all()

    def wait_for(self, *texts: str | None) -> None:
        with self._arrived:
            self._arrived.wait_for(lambda: len(self.got) >= len(texts), timeout=10)
        assert [event.text for event in self.got] == list(texts)

    def as_ana(self, path: str, body: dict[str, Any], **more: object) -> None:
        full = f"/bots/demo/conversations/{self.conversation_id}/{path}"
        with self.server.lock:
            self.server.control({"ana": ["POST", full, body], **more})

    def says(self, text: str) -> None:
        self.as_ana("messages", {"text": text})

    @contextmanager
    def listening(self, **more: Any) -> Iterator[None]:
        before = self.server.sockets.opened

        def run() -> None:
            if isinstance(self.baton, Baton):
                self.baton.listen(**more)
            else:
                asyncio.run(self.baton.listen(**more))

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self.wait_until(lambda: self.is_connected(before))
        try:
            yield
        finally:
            self.baton.stop()
            thread.join(timeout=10)
        assert not thread.is_alive()

    def is_connected(self, before: int) -> bool:
        open_now = self.server.services.connections.of_bot("demo")
        return self.server.sockets.opened > before and all(each.events for each in open_now)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        waiting = threading.Event()
        for _ in range(500):
            if condition():
                return
            waiting.wait(0.02)
        raise AssertionError("waited too long")


@pytest.fixture(params=CLIENTS)
def bot(server: AppServer, request: pytest.FixtureRequest) -> ListeningBot:
    return ListeningBot(server, request.param, request.node.name)


def test_each_event_reaches_its_handler_once_and_in_order(bot: ListeningBot) -> None:
    with bot.listening():
        bot.as_ana("pause", {"agent": "ana@example.test"})
        bot.says("Hello.")  # the app pushes all earlier events again with each call
        bot.says("Still there?")
        bot.as_ana("unpause", {})

        bot.wait_until(lambda: len(bot.got) >= 3)
    assert [event.text for event in bot.got[:2]] == ["Hello.", "Still there?"]
    assert [event.type for event in bot.got] == [*["agent.message"] * 2, "conversation.returned"]


def test_a_bot_connects_again_and_reads_what_it_missed(bot: ListeningBot) -> None:
    with bot.listening():
        bot.as_ana("pause", {"agent": "ana@example.test"})
        before = bot.server.sockets.opened
        bot.as_ana("messages", {"text": "While you were away."}, cut=True)
        bot.wait_until(lambda: bot.server.sockets.opened > before)

        bot.wait_for("While you were away.")


def test_what_happened_before_the_start_is_read_on_request(bot: ListeningBot) -> None:
    bot.as_ana("pause", {"agent": "ana@example.test"})
    bot.says("Before.")
    began = datetime.fromtimestamp(bot.server.services.clock.now() / 1000, UTC)

    with bot.listening(since=began - timedelta(minutes=1)):
        bot.wait_for("Before.")


def test_a_bot_that_connects_again_reads_nothing_from_before_its_start(bot: ListeningBot) -> None:
    bot.as_ana("pause", {"agent": "ana@example.test"})
    bot.says("Another process has shown this.")
    bot.server.services.clock.advance(1000)
    with bot.listening():
        bot.as_ana("messages", {"text": "New."}, cut=True)
        bot.wait_for("New.")


def test_a_handler_that_fails_runs_again_before_later_events(bot: ListeningBot) -> None:
    with bot.listening():
        bot.failures = 2
        bot.as_ana("pause", {"agent": "ana@example.test"})
        bot.says("One.")
        bot.says("Two.")

        bot.wait_for("One.", "Two.")


def test_a_key_that_may_not_listen_is_told(server: AppServer) -> None:
    key = BotKey("mute", "demo", hash_secret("s"), frozenset({Scope.MESSAGES}))
    server.services.directory.put_key(key)

    with Baton(server.url, "bk_mute_s") as baton, pytest.raises(Forbidden, match="scope read"):
        baton.listen()


def test_the_start_needs_a_time_zone(server: AppServer) -> None:
    with Baton(server.url, server.key) as baton, pytest.raises(ValueError, match="time zone"):
        baton.listen(since=datetime(2026, 1, 1))  # noqa: DTZ001


def test_an_event_is_given_up_after_the_last_attempt_and_the_next_one_follows() -> None:
    now = [0.0]
    feed = EventFeed(WebhookInbox(None), RetryPolicy(clock=lambda: now[0], random=lambda: 1.0))
    body = {"type": "agent.message", "timestamp": "t", "data": {"conversation_id": "c"}}
    for event_id in ("c:1", "c:2", "c:1"):
        feed.add(event_id, body)
    tried = []
    while (event := feed.next_event()) is not None:
        tried.append(event.id)
        feed.settle(event, RuntimeError() if event.id == "c:1" else None)
        now[0] += feed.seconds_until_due(1000.0)

    assert tried == ["c:1"] * (len(WAITS) + 1) + ["c:2"]
    assert feed.seconds_until_due(60.0) == 60.0
