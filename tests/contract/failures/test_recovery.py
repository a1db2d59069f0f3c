"""The stream loses records, the queue loses messages, the webhook is off: the sweep makes up for
it."""

import json
from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from chalicelib.adapters.cached_directory import CachedDirectory
from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import Address, person_id
from chalicelib.domain.conversation.commands import (
    AgentMessage,
    BotMessage,
    Claim,
    Pause,
    Unpause,
    UserMessage,
)
from chalicelib.domain.conversation.entries import Body, Entry
from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.domain.report import local_day, sum_tallies
from chalicelib.entrypoints.events import minute, stream, webhook_queue
from chalicelib.usecases.admin import notifications
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.notifications import Notification
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.records.webhooks import Progress, Webhook
from chalicelib.usecases.webhooks import admin, replay
from chalicelib.usecases.webhooks.replay import DeliveryOutcome
from chalicelib.usecases.webhooks.worker import deliver
from infra.local.seed import WEBHOOK_SECRET
from tests.support.engines import Stores
from tests.support.fakes import FakeTopic, FakeWebhookClient, FakeWebhookQueue
from tests.support.store_services import StoreServices

BOT = Caller("demo", "Demo bot", Role.BOT, "demo")
ANA = Caller(person_id("ana@example.test"), "Ana", Role.AGENT, "demo")
ADMIN = Caller("owner", "Owner", Role.OWNER, "demo")
URL = "https://bot.example.test/hook"
MINUTE = 60_000
LIFE = 24 * 60 * MINUTE


@pytest.fixture
def services(stores: Stores) -> StoreServices:
    """Services whose bot has a webhook and whose agent Ana is connected."""
    services = StoreServices(stores)
    bot = services.directory.bot("demo")
    assert bot
    webhook = Webhook(URL, (WEBHOOK_SECRET,), services.clock.now())
    services.directory.put_bot(replace(bot, webhook=webhook))
    person, now = services.directory.person(ANA.id), services.clock.now()
    assert person
    services.sockets.connect("ana")
    services.connections.put(
        SocketConnection("ana", ANA.id, person.token_version, ("demo",), now, now + LIFE)
    )
    services.webhook_queue = FakeWebhookQueue(stores.clock)
    return services


@pytest.fixture
def many(stores: Stores) -> int:
    """More than one page. The other engines become slow with the size of the table."""
    return 120 if stores.table is None else 5


class AwayTopic(FakeTopic):
    is_away = True

    def publish(self, message: Mapping[str, object], attributes: Mapping[str, str]) -> None:
        if self.is_away:
            raise TemporarilyUnavailable("SNS did not answer.", retry_after=1)
        super().publish(message, attributes)


def place(number: int) -> Address:
    return Address("demo", "web", f"user-{number}")


def own(services: StoreServices, number: int) -> str:
    execute(services, BOT, place(number), UserMessage(Body(text="Help")))
    execute(services, BOT, place(number), Pause())
    cid = place(number).conversation_id
    execute(services, ANA, cid, Claim())
    return cid


def say(services: StoreServices, cid: str, text: str = "Hello") -> None:
    execute(services, ANA, cid, AgentMessage(Body(text=text)))


def log(services: StoreServices, cid: str) -> list[Entry]:
    return services.conversations.entries_after("demo", cid, 0, 1000)


def sweep(services: StoreServices, minutes: int = 1) -> list[object]:
    """The numbers of entries that each sweep has recovered; the clock moves on by a minute before
    each sweep."""
    found = []
    for _ in range(minutes):
        services.clock.advance(MINUTE)
        found.append(minute.every_minute(services)["recovered"])
    return found


def drain(services: StoreServices) -> None:
    """Runs the webhook worker until the queue is empty."""
    while queued := services.webhook_queue.receive():
        if deliver(services, queued.bot, queued.conversation_id, queued.receipt):
            services.webhook_queue.done(queued.receipt)


def delivered(services: StoreServices) -> list[str]:
    return [request.headers["webhook-id"] for request in services.webhook_client.requests]


def pushed(services: StoreServices) -> list[int]:
    """The numbers of the entries that Ana's console has received."""
    frames = [json.loads(frame) for frame in services.sockets.frames.get("ana", [])]
    return [frame["entry"]["seq"] for frame in frames if frame["event"] == "entry"]


def test_the_sweep_alone_delivers_everything_if_the_stream_is_lost(
    services: StoreServices, many: int
) -> None:
    cid = own(services, 1)
    for number in range(many):
        say(services, cid, str(number))
    execute(services, BOT, cid, UserMessage(Body(text="Thanks")))
    execute(services, ANA, cid, Unpause())

    assert sweep(services, 3) == [many + 4, 0, 0]
    drain(services)

    # The bot knows what its user says: the first entry and the last but one.
    assert delivered(services) == [f"{cid}:{seq}" for seq in [*range(2, many + 4), many + 5]]
    assert [p.message["type"] for p in services.topic.published] == ["handoff.requested"]
    day = local_day(services.clock.now())
    total = sum_tallies(each.tally for each in services.reports.by_queue("demo", day, day))
    assert total["handoffs"] == 1


def test_the_owners_console_receives_the_lost_words_of_the_user(services: StoreServices) -> None:
    cid = own(services, 1)
    execute(services, BOT, cid, UserMessage(Body(text="Are you there?")))

    sweep(services)

    assert pushed(services) == [2, 3, 4]


def test_only_what_follows_a_lost_record_is_run_again(services: StoreServices) -> None:
    cid = own(services, 1)
    for _ in range(4):
        say(services, cid)
    for entry in log(services, cid):
        if entry.seq != 5:
            react(services, CommittedEntry("demo", cid, entry))
    services.sockets.frames.clear()

    assert sweep(services, 2) == [3, 0]

    assert pushed(services) == [5, 6, 7]
    assert services.deliveries.progress("demo", [cid])[cid].handled == 7


def test_an_entry_that_the_stream_has_just_brought_is_left_to_it(services: StoreServices) -> None:
    cid = own(services, 1)
    services.clock.advance(44_000)

    assert minute.every_minute(services)["recovered"] == 0
    assert sweep(services) == [2]
    assert services.deliveries.progress("demo", [cid])[cid].handled == 3


def test_a_record_that_comes_late_is_not_handled_a_second_time(services: StoreServices) -> None:
    cid = own(services, 1)
    sweep(services)
    services.topic.published.clear()
    records = [
        {"dynamodb": {"SequenceNumber": str(e.seq)}, "committed": CommittedEntry("demo", cid, e)}
        for e in log(services, cid)
    ]

    answer = stream.handle(services, lambda record: record["committed"], {"Records": records})

    assert answer == {"batchItemFailures": []}
    types = [p.message["type"] for p in services.topic.published]
    assert "handoff.requested" not in types


def notify(services: StoreServices, message: str) -> Notification:
    return notifications.notify(services, BOT, message, "info")


def pushed_notifications(services: StoreServices) -> list[str]:
    frames = [json.loads(frame) for frame in services.sockets.frames.get("ana", [])]
    return [f["notification"]["message"] for f in frames if f["event"] == "notification"]


def test_the_sweep_runs_the_reactions_to_a_notification_that_the_stream_has_lost(
    services: StoreServices,
) -> None:
    notify(services, "Lost.")
    services.clock.advance(30_000)
    react(services, notify(services, "Not lost."))

    assert sweep(services, 3) == [1, 0, 0]

    assert pushed_notifications(services) == ["Not lost.", "Lost."]
    published = [p.message["message"] for p in services.topic.published]
    assert published == ["Not lost.", "Lost."]


def test_a_late_record_of_a_recovered_notification_is_passed_over(services: StoreServices) -> None:
    late = {"dynamodb": {"SequenceNumber": "1"}, "event": notify(services, "Lost.")}
    sweep(services)

    answer = stream.handle(services, lambda record: record["event"], {"Records": [late]})

    assert answer == {"batchItemFailures": []}
    assert pushed_notifications(services) == ["Lost."]


def test_a_notification_whose_reactions_fail_is_repeated_by_the_sweep(
    services: StoreServices,
) -> None:
    services.topic = topic = AwayTopic()
    record = {"dynamodb": {"SequenceNumber": "1"}, "event": notify(services, "Hard to send.")}

    def failed() -> object:
        answer = stream.handle(services, lambda each: each["event"], {"Records": [record]})
        return answer["batchItemFailures"]

    assert failed() == [{"itemIdentifier": "1"}]
    services.clock.advance(21_000)
    assert failed() == []
    topic.is_away = False
    sweep(services)

    assert pushed_notifications(services) == ["Hard to send."]
    assert len(topic.published) == 1


def test_what_the_bot_handles_alone_leaves_no_mark(services: StoreServices) -> None:
    cid = place(1).conversation_id
    for _ in range(3):
        execute(services, BOT, place(1), UserMessage(Body(text="Hi")))
        execute(services, BOT, place(1), BotMessage(Body(text="Hello")))
    for entry in log(services, cid):
        react(services, CommittedEntry("demo", cid, entry))

    head = services.conversations.head("demo", cid)
    assert head
    assert head.owed_seq is None
    assert services.conversations.owing("demo", 0, None, 10).conversation_ids == []
    assert services.deliveries.progress("demo", [cid])[cid] == Progress()


def test_the_gap_is_found_behind_a_long_talk_with_the_bot(
    services: StoreServices, many: int
) -> None:
    cid = own(services, 1)
    execute(services, ANA, cid, Unpause())
    for entry in log(services, cid):
        react(services, CommittedEntry("demo", cid, entry))
    for _ in range(many):
        execute(services, BOT, place(1), BotMessage(Body(text="Anything else?")))
    execute(services, BOT, cid, Pause())
    services.topic.published.clear()

    assert sweep(services) == [1]

    assert [p.message["type"] for p in services.topic.published] == ["handoff.requested"]


def test_a_reaction_that_keeps_failing_is_left_to_the_sweep_and_delays_no_other_record(
    services: StoreServices,
) -> None:
    services.topic = topic = AwayTopic()
    cid = own(services, 1)
    records = [
        {"dynamodb": {"SequenceNumber": str(e.seq)}, "committed": CommittedEntry("demo", cid, e)}
        for e in log(services, cid)
    ]

    def failed() -> object:
        event = {"Records": records}
        return stream.handle(services, lambda r: r["committed"], event)["batchItemFailures"]

    assert failed() == [{"itemIdentifier": "2"}]
    services.clock.advance(21_000)
    assert failed() == []
    topic.is_away = False
    sweep(services)
    assert [p.message["type"] for p in topic.published] == ["handoff.requested"]
    assert services.deliveries.progress("demo", [cid])[cid].handled >= 3


def test_a_lost_queue_message_is_sent_again_after_a_minute(services: StoreServices) -> None:
    cid = own(services, 1)
    for entry in log(services, cid):
        react(services, CommittedEntry("demo", cid, entry))
    services.webhook_queue = FakeWebhookQueue(services.clock)

    sweep(services)
    drain(services)

    assert delivered(services) == [f"{cid}:2", f"{cid}:3"]


def test_words_written_while_the_webhook_was_off_are_delivered_once_it_is_set_again(
    services: StoreServices, many: int
) -> None:
    services.webhook_client = FakeWebhookClient([410])
    ids = [own(services, number) for number in range(many)]
    follow_all(services, ids)
    drain(services)
    for cid in ids:
        services.clock.advance(1)
        say(services, cid)
        for entry in log(services, cid)[-1:]:
            react(services, CommittedEntry("demo", cid, entry))
    drain(services)
    pending = replay.list_deliveries(services, ADMIN, DeliveryOutcome.PENDING, None, 100)[0]
    dead = replay.list_deliveries(services, ADMIN, DeliveryOutcome.DEAD, None, 100)[0]
    sent_while_on = len(services.webhook_client.requests)
    services.clock.advance(60 * MINUTE)

    admin.put_channel(services, ADMIN, admin.WebhookSettings(URL))
    drain(services)

    assert (len(pending), dead, sent_while_on) == (min(3 * many, 100), [], 1)
    sent = delivered(services)[1:]
    assert sorted(sent) == sorted(f"{cid}:{seq}" for cid in ids for seq in (2, 3, 4))
    for cid in ids:
        own_ids = [each for each in sent if each.startswith(cid)]
        assert own_ids == [f"{cid}:{seq}" for seq in (2, 3, 4)]
    assert replay.list_deliveries(services, ADMIN, DeliveryOutcome.PENDING, None, 100)[0] == []


def follow_all(services: StoreServices, ids: list[str]) -> None:
    for cid in ids:
        for entry in log(services, cid):
            react(services, CommittedEntry("demo", cid, entry))


def test_the_sweep_goes_on_with_the_backlog_that_the_call_did_not_finish(
    services: StoreServices,
) -> None:
    services.webhook_client = FakeWebhookClient([410])
    cid = own(services, 1)
    follow_all(services, [cid])
    drain(services)
    off_at = services.clock.now()
    services.clock.advance(24 * 60 * MINUTE)
    admin.put_channel(services, ADMIN, admin.WebhookSettings(URL))
    services.webhook_queue = FakeWebhookQueue(services.clock)

    assert services.deliveries.sweep_position().behind == {"demo": off_at}
    sweep(services)
    drain(services)

    # After a day without its owner, the conversation is also released.
    assert delivered(services)[1:3] == [f"{cid}:2", f"{cid}:3"]
    assert services.deliveries.sweep_position().behind == {}


def test_a_webhook_that_was_just_set_is_found_past_the_cache(services: StoreServices) -> None:
    cid = own(services, 1)
    services.deliveries.disable_webhook("demo", "410", services.clock.now())
    table = services.directory
    services.directory = cached = CachedDirectory(table, services.clock)  # type: ignore[assignment]
    found = cached.bot("demo")
    assert found
    assert found.webhook
    table.put_bot(replace(found, webhook=replace(found.webhook, disabled_reason=None)))

    follow_all(services, [cid])
    drain(services)

    assert delivered(services) == [f"{cid}:2", f"{cid}:3"]


def test_sweeps_that_were_missed_for_a_day_are_made_up_for(services: StoreServices) -> None:
    sweep(services)
    cid = own(services, 1)
    services.clock.advance(24 * 60 * MINUTE)

    sweep(services)
    drain(services)

    assert delivered(services)[:2] == [f"{cid}:2", f"{cid}:3"]


def test_an_error_in_one_conversation_does_not_stop_the_recovery_of_others(
    services: StoreServices,
) -> None:
    ids = [own(services, number) for number in range(3)]
    broken = ids[1]

    class Unreadable(type(services.conversations)):  # type: ignore[misc]
        def entries_before(self, bot: str, cid: str, seq: int | None, limit: int) -> list[Entry]:
            if cid == broken:
                raise TemporarilyUnavailable("no", retry_after=1)
            found: list[Entry] = super().entries_before(bot, cid, seq, limit)
            return found

    services.conversations.__class__ = Unreadable

    assert sweep(services) == [4]


@pytest.mark.parametrize("failures", [0, 3])
def test_a_word_that_met_a_passing_fault_is_tried_again_after_two_seconds(
    services: StoreServices, failures: int
) -> None:
    class SlowlyAnswering(FakeWebhookQueue):
        """Refuses to delay a message for a while."""

        left = failures

        def delay(self, receipt: str, seconds: int) -> None:
            if self.left:
                self.left -= 1
                raise TemporarilyUnavailable("no", retry_after=1)
            super().delay(receipt, seconds)

    services.webhook_queue = SlowlyAnswering(services.clock, visibility=120_000)
    cid = own(services, 1)
    follow_all(services, [cid])
    queued = services.webhook_queue.receive()
    assert queued
    table, services.directory = services.directory, None  # type: ignore[assignment]
    body = json.dumps({"bot": "demo", "conversation_id": cid, "seq": 2})
    record = {"messageId": "m", "receiptHandle": queued.receipt, "body": body}
    began = services.clock.now()

    webhook_queue.handle(services, {"Records": [record]})

    services.directory = table
    services.clock.advance(2000)
    assert services.webhook_queue.receive() is not None
    assert services.clock.now() - began < 10_000
