"""Every call reports a throttled table; every read is consistent, except on indexes."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from msgspec.structs import replace

from chalicelib.domain.bot_settings import BotSettings
from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.domain.limits import Rate
from chalicelib.domain.routing.members import Presence
from chalicelib.domain.routing.queues import Queue
from chalicelib.usecases.conversations.queries import PAUSED
from chalicelib.usecases.ports.conversations import BoardFilter, Query
from chalicelib.usecases.records.answers import IdempotencyKey
from chalicelib.usecases.records.bots import Bot, BotKey
from chalicelib.usecases.records.connections import SocketConnection, SocketTicket
from chalicelib.usecases.records.mail import PushKey, PushSubscription
from chalicelib.usecases.records.notifications import Notification
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.records.reports import EndedHandoff
from chalicelib.usecases.records.second_factor import SecondFactor
from chalicelib.usecases.records.webhooks import DeliveryAttempt, DeliveryCursor, Webhook
from tests.contract.failures.faults import FOR_EVER, Send, asked_for, faulty, refused
from tests.contract.store_setup import BOT, CID, member
from tests.support.clock import START
from tests.support.engines import Stores

KEY = IdempotencyKey("k1", "key", "f")
COMMIT = "TransactWriteItems"
CONNECTION = SocketConnection("s", "ana", 1, (BOT,), START, START + 60_000)
ENDED = EndedHandoff(BOT, "h_" + "a" * 26 + "_1", "2026-01-31", "sales", "ana", {"handoffs": 1})
LOGGED = DeliveryAttempt(BOT, CID, 1, 1, "t", START)
KNOWN = BotKey("k", BOT, "hash")
NOTIFICATION = Notification("n_1", BOT, "text", "info", START)
SUBSCRIPTION = PushSubscription("p", "s", 1, "https://push.test", "k", "a", START, START + 60_000)


@pytest.fixture
def stores(on_moto: Stores) -> Stores:
    return on_moto


READS = (".GetItem", ".BatchGetItem", ".Query")

CALLS: list[Callable[[Stores], object]] = [
    lambda s: s.conversations.load(Query(BOT, CID)),
    lambda s: s.conversations.head(BOT, CID),
    lambda s: s.conversations.heads(BOT, [CID]),
    lambda s: s.conversations.entries_after(BOT, CID, 0, 9),
    lambda s: s.conversations.entries_before(BOT, CID, None, 9),
    lambda s: s.conversations.ids_of_user(BOT, "web", "u1"),
    lambda s: s.conversations.ids_of_thread(BOT, "t1"),
    lambda s: s.conversations.board(BOT, BoardFilter(PAUSED), None, 9),
    lambda s: s.conversations.recent(BOT, None, 9),
    lambda s: s.conversations.by_user_name(BOT, "a", None, 9),
    lambda s: s.conversations.handoff(BOT, "h_" + "a" * 26 + "_1"),
    lambda s: s.directory.bot_and_key(BOT, "k"),
    lambda s: s.directory.bot_and_member(BOT, "p"),
    lambda s: s.directory.bot(BOT),
    lambda s: s.directory.person("p"),
    lambda s: s.directory.members(BOT),
    lambda s: s.directory.roster(BOT),
    lambda s: s.directory.bots_of_person("p"),
    lambda s: s.directory.person_state("p"),
    lambda s: s.directory.bot_ids(),
    lambda s: s.directory.presence("p"),
    lambda s: s.directory.set_presence("p", Presence()),
    lambda s: s.directory.put_bot(Bot(BOT, "Demo")),
    lambda s: s.directory.put_key(KNOWN),
    lambda s: s.directory.put_person(Person("p", "e", "n", "h")),
    lambda s: s.directory.put_member(BOT, member("ana")),
    lambda s: s.directory.end_sessions("p"),
    lambda s: s.directory.put_settings(BOT, BotSettings()),
    lambda s: s.directory.queues(BOT),
    lambda s: s.directory.queue(BOT, "sales"),
    lambda s: s.directory.put_queue(BOT, Queue("sales")),
    lambda s: s.directory.delete_queue(BOT, "sales"),
    lambda s: s.administration.keys(BOT),
    lambda s: s.administration.key(BOT, "k"),
    lambda s: s.administration.rotate_key(KNOWN, START, replace(KNOWN, id="l")),
    lambda s: s.administration.webhook(BOT),
    lambda s: s.administration.update_webhook(BOT, None, Webhook("https://x.test", ("s",))),
    lambda s: s.deliveries.latest_attempts(BOT, None, 9),
    lambda s: s.deliveries.attempt(BOT, LOGGED.id),
    lambda s: s.deliveries.progress(BOT, [CID]),
    lambda s: s.deliveries.mark_gone(BOT, CID, 1, 1),
    lambda s: s.reports.count_handoff(ENDED),
    lambda s: s.reports.by_queue(BOT, "2026-01-01", "2026-01-31"),
    lambda s: s.reports.by_agent(BOT, "2026-01-01", "2026-01-31"),
    lambda s: s.second_factors.get("p"),
    lambda s: s.second_factors.replace(None, SecondFactor("p", "secret")),
    lambda s: s.second_factors.remove("p"),
    lambda s: s.push_subscriptions.put(SUBSCRIPTION),
    lambda s: s.push_subscriptions.get("p", "s"),
    lambda s: s.push_subscriptions.of_person("p"),
    lambda s: s.push_subscriptions.remove("p", "s"),
    lambda s: s.push_subscriptions.holder("https://push.test"),
    lambda s: s.push_subscriptions.told_of_waiting(),
    lambda s: s.push_subscriptions.key(),
    lambda s: s.push_subscriptions.replace_key(None, PushKey("private", "public")),
    lambda s: s.login_attempts.count("a", START, 1000),
    lambda s: s.login_attempts.reset("a"),
    lambda s: s.buckets.take("a", Rate(1, 1, 9), 1000 * START, 1),
    lambda s: s.connections.add_ticket(SocketTicket("t", "p", 1, START + 1)),
    lambda s: s.connections.use_ticket("t", START),
    lambda s: s.connections.put(CONNECTION),
    lambda s: s.connections.get("s"),
    lambda s: s.connections.remove(CONNECTION),
    lambda s: s.connections.of_bot(BOT),
    lambda s: s.connections.of_person("ana"),
    lambda s: s.connections.get_all(["s"]),
    lambda s: s.connections.watch(BOT, CID, CONNECTION),
    lambda s: s.connections.unwatch(BOT, CID, "s"),
    lambda s: s.connections.watchers(BOT, CID),
    lambda s: s.notifications.add(NOTIFICATION, KEY),
    lambda s: s.notifications.find_by_key(BOT, KEY),
    lambda s: s.notifications.latest(BOT, None, 9),
    lambda s: s.notifications.mark_handled(BOT, "n_1"),
    lambda s: s.notifications.is_handled(BOT, "n_1"),
    lambda s: s.notifications.unhandled(BOT, 0, 1),
    lambda s: s.notifications.mark_read(BOT, "n_1", "ana", is_supervisor=False),
    lambda s: s.deliveries.cursor(BOT, CID),
    lambda s: s.deliveries.advance_cursor(BOT, CID, DeliveryCursor(), DeliveryCursor(1)),
    lambda s: s.deliveries.acquire_slot(BOT, START, 1000),
    lambda s: s.deliveries.release_slot(BOT, 0),
    lambda s: s.deliveries.record_attempt(LOGGED),
    lambda s: s.deliveries.disable_webhook(BOT, "x", 1),
]


def test_every_call_says_that_the_table_cannot_now(stores: Stores) -> None:
    # Of all codes that pass, the one that the SDK does not try again: it costs no time.
    busy = refused("TransactionConflictException")

    for call in CALLS:
        with faulty("*", busy, FOR_EVER) as attempts, pytest.raises(TemporarilyUnavailable):
            call(stores)
        assert len(attempts) == 1


def test_every_read_is_consistent_but_for_those_of_the_indexes(stores: Stores) -> None:
    reads: list[dict[str, Any]] = []

    def look(request: AWSPreparedRequest, send: Send) -> AWSResponse | None:
        asked = asked_for(request)
        target: Any = request.headers["X-Amz-Target"]
        if target.decode().endswith(READS):
            reads.extend(asked.get("RequestItems", {"": asked}).values())
        return send()

    for call in CALLS:
        with faulty("*", look, FOR_EVER):
            call(stores)

    assert len(reads) > 20
    assert all(read.get("ConsistentRead") or "IndexName" in read for read in reads)
