"""The metrics for operators."""

from chalicelib.entrypoints.events import minute
from chalicelib.usecases.live.sockets import CONNECTION_LIFE_MS
from chalicelib.usecases.ports.conversations import Commit, CommitConflict
from chalicelib.usecases.records.metrics import Metric
from chalicelib.usecases.webhooks.worker import LATE, WAITS, deliver
from tests.api.conversation_setup import BOT, begun, id_of, message, ok, owned, waiting
from tests.api.live.socket_client import SocketClient
from tests.api.simulation import run_reactions
from tests.support.api import DEMO_KEY, Api
from tests.support.fakes import FakeWebhookClient, RecordedMetrics
from tests.support.memory import MemoryConversations
from tests.support.services import MemoryServices

SECOND = 1000


def test_the_first_claim_records_the_users_wait(
    services: MemoryServices, bot: Api, ana: Api, bo: Api
) -> None:
    path = waiting(bot)
    services.clock.advance(90 * SECOND)
    ok(ana.post(f"{path}/claim", {}))
    services.clock.advance(60 * SECOND)
    ok(ana.post(f"{path}/release", {}))
    ok(bo.post(f"{path}/claim", {}))
    run_reactions(services, path)

    assert services.metrics.recorded == [RecordedMetrics({Metric.TIME_TO_CLAIM: 90.0}, "demo")]


def test_taking_a_conversation_from_the_bot_records_no_wait(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    path = begun(bot)
    ok(ana.post(f"{path}/pause", {"agent": "ana@example.test"}))
    run_reactions(services, path)

    assert services.metrics.recorded == []


def test_a_leak_is_counted_with_its_bot(services: MemoryServices, bot: Api, ana: Api) -> None:
    path = owned(bot, ana)
    assert bot.post(f"{path}/messages", {"from": "bot", "text": "Me!"}).status == 409
    run_reactions(services, path)

    assert services.metrics.of(Metric.LEAKS) == [1.0]


class Contested(MemoryConversations):
    """Others are faster, so many times."""

    losses = 0

    def commit(self, commit: Commit) -> None:
        if self.losses:
            self.losses -= 1
            raise CommitConflict
        super().commit(commit)


def test_each_retried_commit_conflict_is_counted(services: MemoryServices, bot: Api) -> None:
    path = begun(bot)
    services.conversations = contested = Contested(services.memory, services.clock)
    contested.losses = 3

    ok(bot.post(f"{path}/pause", {}))

    assert services.metrics.of(Metric.CONFLICTS_RETRIED) == [1.0] * 3


def test_a_delivery_that_is_given_up_is_counted() -> None:
    services = MemoryServices("https://bot.test/")
    services.webhook_client = FakeWebhookClient(otherwise=500)
    path = waiting(Api(services, DEMO_KEY))
    for _ in range(len(WAITS) + 1):
        assert services.metrics.of(Metric.DELIVERIES_DEAD) == []
        deliver(services, "demo", id_of(path), "receipt")

    assert services.metrics.of(Metric.DELIVERIES_DEAD) == [1.0]


def test_a_late_delivery_records_when_its_entry_is_tried_next() -> None:
    """Fact 15 of docs/aws.md."""
    services = MemoryServices("https://bot.test/")
    services.webhook_client = FakeWebhookClient([500] * 6, otherwise=200)
    path = waiting(Api(services, DEMO_KEY))
    services.webhook_queue.enqueue("demo", id_of(path), 1)
    began = services.clock.now()
    ages: list[float] = []
    while True:
        message = services.webhook_queue.receive()
        assert message
        ended = deliver(services, "demo", id_of(path), message.receipt)
        next_at = services.clock.now() if ended else message.visible_at
        if (age := (next_at - began) // SECOND) >= LATE:
            ages.append(age)
        if ended:
            break
        services.clock.advance(message.visible_at - services.clock.now())

    assert services.metrics.of(Metric.DELIVERY_AGE) == ages
    assert ages[0] < 30 * 60 < ages[-1], "the alarm comes before the delivery"


def test_a_delivery_in_time_records_no_age() -> None:
    services = MemoryServices("https://bot.test/")
    path = waiting(Api(services, DEMO_KEY))

    deliver(services, "demo", id_of(path), "receipt")

    assert services.metrics.of(Metric.DELIVERY_AGE) == []


def test_every_minute_records_the_current_counts(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    SocketClient(services, ana, "a")
    SocketClient(services, ana, "b")
    waiting(bot)
    services.clock.advance(5 * SECOND)
    ok(bot.post(f"{BOT}/pause", {"channel": "web", "user": "u-2"}))
    services.clock.advance(10 * SECOND)

    minute.every_minute(services)

    assert services.metrics.recorded[-1] == RecordedMetrics(
        {
            Metric.SWEEPS: 1,
            Metric.HANDOFFS_WAITING: 2,
            Metric.OLDEST_WAIT: 15,
            Metric.SOCKETS: 2,
            Metric.DEADLINES_FAILED: 0,
        },
        "demo",
    )


def test_the_bot_whose_user_has_waited_longest_is_named(
    services: MemoryServices, bot: Api, other_bot: Api
) -> None:
    ok(other_bot.post("/bots/other/pause", {"channel": "web", "user": "u-1"}))
    services.clock.advance(SECOND)
    waiting(bot)

    minute.every_minute(services)

    assert services.metrics.recorded[-1].bot == "other"


def test_the_metrics_name_no_bot_if_no_user_waits(services: MemoryServices) -> None:
    minute.every_minute(services)

    told = services.metrics.recorded[-1]
    assert (told.bot, told.values[Metric.OLDEST_WAIT]) == (None, 0)


def test_stale_connections_are_not_counted(services: MemoryServices, ana: Api) -> None:
    SocketClient(services, ana, "a")
    services.clock.advance(CONNECTION_LIFE_MS)

    minute.every_minute(services)

    assert services.metrics.of(Metric.SOCKETS) == [0.0]


def test_a_wait_that_begins_in_the_future_counts_as_zero(
    services: MemoryServices, bot: Api
) -> None:
    """Another container's clock is ahead of this one's."""
    services.clock.advance(60 * SECOND)
    ok(bot.post(f"{BOT}/messages", message()))
    waiting(bot)
    services.clock.advance(-60 * SECOND)

    minute.every_minute(services)

    assert services.metrics.of(Metric.OLDEST_WAIT) == [0.0]
