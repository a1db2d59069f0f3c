"""Many conversations of one bot wait for its few delivery slots, and none loses an attempt.

Fact 18 of docs/aws.md.
"""

import json
from collections import Counter
from collections.abc import Mapping
from heapq import heappop, heappush
from typing import Any

import pytest
from msgspec import Struct

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import AgentMessage, Claim, Pause
from chalicelib.domain.conversation.entries import Body
from chalicelib.entrypoints.events import webhook_queue
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.ports.webhooks import Unreachable
from chalicelib.usecases.records.webhooks import CHANNEL
from chalicelib.usecases.webhooks import worker
from chalicelib.usecases.webhooks.worker import LONGEST_BUSY_WAIT
from infra.local.aws.messaging import MAX_RECEIVES
from tests.support.clock import ManualClock
from tests.support.fakes import FakeWebhookClient, FakeWebhookQueue, SeededRandom
from tests.support.services import MemoryServices

CONVERSATIONS = 1000
TIMEOUT = 1000
"""Milliseconds until a connection to a dead host fails."""
ATTEMPTS = len(worker.WAITS) + 1
BOT = Caller("demo", "Demo bot", Role.BOT, "demo")


class OrderedMessage(Struct, order=True):
    """In the queue by the time at which it is visible, in milliseconds since 1970 (UTC)."""

    visible_at: int
    conversation_id: str
    receives: int = 0


class TimedQueue(FakeWebhookQueue):
    """One message for each conversation, received in the order in which they become visible."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self._waiting: list[OrderedMessage] = []
        self._in_flight: dict[str, OrderedMessage] = {}
        self._time = clock

    def enqueue(self, bot: str, conversation_id: str, seq: int, webhook: str = CHANNEL) -> None:
        heappush(self._waiting, OrderedMessage(self._time.now(), conversation_id))

    def delay(self, receipt: str, seconds: int) -> None:
        self._in_flight[receipt].visible_at = self._time.now() + seconds * 1000

    def next_visible(self) -> int | None:
        return self._waiting[0].visible_at if self._waiting else None

    def take(self) -> OrderedMessage:
        message = heappop(self._waiting)
        message.receives += 1
        self._in_flight[message.conversation_id] = message
        return message

    def finish(self, message: OrderedMessage, *, is_done: bool) -> None:
        del self._in_flight[message.conversation_id]
        if not is_done:
            heappush(self._waiting, message)


class DeadHost(FakeWebhookClient):
    """While one call waits for its timeout, the other workers go on."""

    def __init__(self, workers: "Workers") -> None:
        super().__init__()
        self._workers = workers
        self.attempts = Counter[str]()

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        conversation_id, _, _ = headers["webhook-id"].rpartition(":")
        self.attempts[conversation_id] += 1
        self._workers.run_until(self._workers.clock.now() + TIMEOUT)
        raise Unreachable("connect timeout")


class SlowHost(FakeWebhookClient):
    """Answers after a second, in which the other workers go on. `delivered` has the webhook ids and
    the times."""

    def __init__(self, workers: "Workers") -> None:
        super().__init__()
        self._workers = workers
        self.delivered: dict[str, int] = {}

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self._workers.run_until(self._workers.clock.now() + TIMEOUT)
        self.delivered[headers["webhook-id"]] = self._workers.clock.now()
        return 200


class Workers:
    """The real handler of the queue, for each message as soon as it is visible."""

    def __init__(self) -> None:
        self.services = MemoryServices("https://bot.test/")
        self.clock = self.services.clock
        self.services.random = SeededRandom(1)
        self.services.webhook_queue = self.queue = TimedQueue(self.clock)
        self.services.webhook_client = self.host = DeadHost(self)
        self.most_receives = 0

    def run_until(self, until: int | None = None) -> None:
        while (at := self.queue.next_visible()) is not None and (until is None or at < until):
            self.clock.advance(max(0, at - self.clock.now()))
            self._handle(self.queue.take())
        if until is not None:
            self.clock.advance(max(0, until - self.clock.now()))

    def _handle(self, message: OrderedMessage) -> None:
        self.most_receives = max(self.most_receives, message.receives)
        record = {
            "messageId": "m",
            "receiptHandle": message.conversation_id,
            "attributes": {"ApproximateReceiveCount": str(message.receives)},
            "body": json.dumps({"bot": "demo", "conversation_id": message.conversation_id}),
        }
        answer: Any = webhook_queue.handle(self.services, {"Records": [record]})
        self.queue.finish(message, is_done=not answer["batchItemFailures"])


def test_a_thousand_conversations_behind_a_dead_host_get_all_their_attempts() -> None:
    workers = Workers()
    for number in range(CONVERSATIONS):
        place = Address("demo", "web", f"user-{number}")
        execute(workers.services, BOT, place, Pause())
        workers.queue.enqueue("demo", place.conversation_id, 1)
    began = workers.clock.now()

    workers.run_until()

    assert len(workers.host.attempts) == CONVERSATIONS
    assert set(workers.host.attempts.values()) == {ATTEMPTS}
    assert len(workers.queue.dead_letters) == CONVERSATIONS
    assert workers.most_receives < MAX_RECEIVES / 4
    # The five slots were in use nearly all the time until the long waits.
    hours = (workers.clock.now() - began) / 3_600_000
    assert hours < 12


def test_a_wait_for_a_slot_grows_with_jitter_up_to_two_minutes() -> None:
    services = MemoryServices("https://bot.test/")

    def waits(receives: int) -> set[int]:
        return {worker._busy_wait(services, receives) for _ in range(200)}

    assert waits(1) == {1, 2}
    assert max(waits(5)) < min(waits(15))
    for receives in (30, MAX_RECEIVES, 10**6):
        assert min(waits(receives)) >= LONGEST_BUSY_WAIT / 2
        assert max(waits(receives)) <= LONGEST_BUSY_WAIT
        assert len(waits(receives)) > 20


ANA = Caller("p_ana", "Ana", Role.AGENT, "demo")
OUTAGE = 3_600_000
SOON = 10_000
"""Milliseconds within which a fresh reply must be delivered; one attempt takes a second."""


@pytest.mark.parametrize("has_old_entries", [False, True])
def test_a_fresh_reply_does_not_wait_behind_a_thousand_old_deliveries(
    has_old_entries: bool,
) -> None:
    """Also in a conversation that has old entries: they go first, and at once."""
    workers = Workers()
    workers.services.webhook_client = host = SlowHost(workers)
    places = [Address("demo", "web", f"user-{number}") for number in range(CONVERSATIONS)]
    for place in places:
        execute(workers.services, BOT, place, Pause())
    fresh = places[-1] if has_old_entries else Address("demo", "web", "somebody-else")
    workers.clock.advance(OUTAGE)
    for place in places:
        workers.queue.enqueue("demo", place.conversation_id, 1)
    ended = workers.clock.now()
    workers.run_until(ended + 5000)

    if not has_old_entries:
        execute(workers.services, BOT, fresh, Pause())
    execute(workers.services, ANA, fresh.conversation_id, Claim())
    execute(workers.services, ANA, fresh.conversation_id, AgentMessage(Body(text="Here I am.")))
    written = workers.clock.now()
    seq = workers.services.conversations.entries_after("demo", fresh.conversation_id, 0, 9)[-1].seq
    if not has_old_entries:
        workers.queue.enqueue("demo", fresh.conversation_id, seq)
    workers.run_until()

    mine = [id for id in host.delivered if id.startswith(fresh.conversation_id)]
    reply = host.delivered[f"{fresh.conversation_id}:{seq}"]
    assert mine == [f"{fresh.conversation_id}:{number}" for number in range(1, seq + 1)]
    assert len(host.delivered) == CONVERSATIONS + seq - has_old_entries
    # In SQS, a second message of the conversation waits until the first is handled.
    assert reply - written < (LONGEST_BUSY_WAIT * 1000 if has_old_entries else SOON)
    assert max(host.delivered.values()) - ended > 200_000, "the backlog took minutes"
