"""The ladder of attempts, from the first to the dead-letter queue, with a clock that a test moves:
the real worker and the real log of entries, in a world in memory."""

from itertools import pairwise

import pytest

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import (
    AgentMessage,
    Pause,
    PauseAndClaim,
    Unpause,
    UserMessage,
)
from chalicelib.domain.conversation.entries import Body
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.records.webhooks import CHANNEL, DeliveryAttempt, DeliveryCursor
from chalicelib.usecases.webhooks.worker import WAITS, deliver
from infra.local.aws.messaging import MAX_RECEIVES
from tests.support.fakes import FakeWebhookClient
from tests.support.memory import MemoryDeliveries
from tests.support.services import MemoryServices

PLACE = Address("demo", "web", "zoe")
BOT = Caller("demo", "Demo bot", Role.BOT, "demo")
ANA = Caller("p_ana", "Ana", Role.AGENT, "demo")
SECOND = 1000


class Died(BaseException):
    """No `except Exception` sees it, as none sees a kill."""


class WatchedDeliveries(MemoryDeliveries):
    """Notes what is logged; where it is told to, dies at the next move of a cursor."""

    def __init__(self, watched: MemoryDeliveries) -> None:
        # The same table: all that such a store has.
        vars(self).update(vars(watched))
        self.logged: list[DeliveryAttempt] = []
        self.dies_next = False

    def advance_cursor(
        self,
        bot: str,
        conversation_id: str,
        old: DeliveryCursor,
        new: DeliveryCursor,
        webhook: str = CHANNEL,
    ) -> bool:
        if self.dies_next:
            self.dies_next = False
            raise Died
        return super().advance_cursor(bot, conversation_id, old, new, webhook)

    def record_attempt(self, delivery: DeliveryAttempt) -> None:
        self.logged.append(delivery)


class Worker:
    """Plays the queue into the worker and notes when it tried what."""

    def __init__(self, receiver: FakeWebhookClient) -> None:
        self.services = MemoryServices("http://127.0.0.1:9/webhook")
        self.services.webhook_client = receiver
        self.deliveries = WatchedDeliveries(self.services.deliveries)
        self.services.deliveries = self.deliveries
        self.most_received = 0
        self.tried: list[tuple[int, str]] = []
        """Seconds since the beginning, and the webhook id."""

    def story(self) -> None:
        """Entries 2 to 5 are for the webhook: requested, claimed, an answer, returned."""
        for caller, command in (
            (BOT, UserMessage(Body(text="Hello"))),
            (BOT, Pause()),
            (ANA, PauseAndClaim()),
            (ANA, AgentMessage(Body(text="Here I am."))),
            (ANA, Unpause()),
        ):
            execute(self.services, caller, PLACE, command)
        log = self.services.conversations.entries_after("demo", PLACE.conversation_id, 0, 100)
        for entry in log:
            react(self.services, CommittedEntry("demo", PLACE.conversation_id, entry))

    def run(self) -> None:
        """Until the queue is empty, second by second."""
        receiver, seconds = self.services.webhook_client, 0
        while self.services.webhook_queue.waiting():
            queued = self.services.webhook_queue.receive()
            if queued is None:
                self.services.clock.advance(SECOND)
                seconds += 1
                continue
            self.most_received = max(self.most_received, queued.times_received)
            before = len(receiver.requests)
            done = deliver(self.services, queued.bot, queued.conversation_id, queued.receipt)
            for request in receiver.requests[before:]:
                self.tried.append((seconds, request.headers["webhook-id"]))
            if done:
                self.services.webhook_queue.done(queued.receipt)

    def ids(self) -> list[int]:
        """The entries that were tried, in order."""
        return [int(webhook_id.rpartition(":")[2]) for _, webhook_id in self.tried]


def test_each_entry_for_the_webhook_wakes_the_worker() -> None:
    worker = Worker(FakeWebhookClient())

    worker.story()

    assert [queued.seq for queued in worker.services.webhook_queue.waiting()] == [2, 3, 4, 5]


def test_accepted_entries_are_sent_once_and_in_order() -> None:
    worker = Worker(FakeWebhookClient())
    worker.story()

    worker.run()

    assert worker.ids() == [2, 3, 4, 5]
    assert worker.services.webhook_queue.dead_letters == []


def test_an_entry_is_tried_eight_times_at_the_documented_intervals_and_then_dead_lettered() -> None:
    worker = Worker(FakeWebhookClient([500] * (len(WAITS) + 1)))
    worker.story()

    worker.run()

    attempts = [at for at, webhook_id in worker.tried if webhook_id.endswith(":2")]
    waits = [later - earlier for earlier, later in pairwise(attempts)]
    assert len(attempts) == 8
    assert all(wait <= longest for wait, longest in zip(waits, WAITS, strict=True)), waits
    assert sum(waits) > sum(WAITS) / 20
    # The bot cannot be reached, and it would be its turn: entry 6 asks for a person again.
    assert worker.ids()[8:] == [3, 4, 5, 6]
    assert [(b["seq"], b["type"]) for b in worker.services.webhook_queue.dead_letters] == [
        (2, "handoff.requested")
    ]


def test_the_delivery_log_contains_the_outcome_of_each_attempt() -> None:
    worker = Worker(FakeWebhookClient([500, None] + [500] * (len(WAITS) - 1)))
    worker.story()

    worker.run()

    log = worker.deliveries.logged
    first = [(2, attempt) for attempt in range(1, 9)]
    assert [(d.seq, d.attempt) for d in log] == [*first, (3, 1), (4, 1), (5, 1), (6, 1)]
    assert [d.dead for d in log] == [False] * 7 + [True] + [False] * 4
    assert [d.status for d in log[:3]] == [500, None, 500]
    assert log[1].error


@pytest.mark.parametrize("status", [None, 199, 302, 400, 404, 429, 500, 503])
def test_every_status_except_2xx_is_a_failure(status: int | None) -> None:
    worker = Worker(FakeWebhookClient([status]))
    worker.story()

    worker.run()

    assert worker.ids() == [2, 2, 3, 4, 5]


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_status_is_a_success(status: int) -> None:
    worker = Worker(FakeWebhookClient(otherwise=status))
    worker.story()

    worker.run()

    assert worker.ids() == [2, 3, 4, 5]


def test_a_410_ends_all_deliveries_at_once() -> None:
    worker = Worker(FakeWebhookClient([200, 410]))
    worker.story()

    worker.run()

    bot = worker.services.directory.bot("demo")
    assert worker.ids() == [2, 3]
    assert bot
    assert bot.webhook
    assert bot.webhook.disabled_reason


def test_a_duplicate_queue_message_sends_no_entry_twice() -> None:
    worker = Worker(FakeWebhookClient())
    worker.story()
    worker.services.webhook_queue.enqueue("demo", PLACE.conversation_id, 2)

    worker.run()

    assert worker.ids() == [2, 3, 4, 5]


def test_a_worker_that_died_after_sending_repeats_with_the_same_id() -> None:
    worker = Worker(FakeWebhookClient())
    worker.story()
    worker.deliveries.dies_next = True
    with pytest.raises(Died):
        worker.run()

    worker.run()

    sent = [
        request.headers["webhook-id"][-2:] for request in worker.services.webhook_client.requests
    ]
    assert sent == [":2", ":2", ":3", ":4", ":5"]


def test_a_message_that_waits_for_a_delivery_slot_is_not_dead_lettered() -> None:
    worker = Worker(FakeWebhookClient())
    worker.story()
    for _ in range(5):
        worker.deliveries.acquire_slot("demo", worker.services.clock.now(), 15 * 60 * SECOND)

    worker.run()

    assert worker.ids() == [2, 3, 4, 5]
    assert worker.most_received < MAX_RECEIVES
