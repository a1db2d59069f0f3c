"""What operators watch, recorded where it happens."""

from chalicelib.entrypoints import timers
from chalicelib.usecases.delivery import WAITS, deliver
from chalicelib.usecases.ports import Commit, Lost
from chalicelib.usecases.records import Metric
from chalicelib.usecases.sockets import CONNECTION_LIFE
from tests.api.live import Client
from tests.api.scene import BOT, begun, id_of, message, ok, owned, waiting
from tests.api.settling import settle
from tests.support.api import DEMO_KEY, Api
from tests.support.fakes import FakeReceiver, Recorded
from tests.support.memory import MemoryConversations
from tests.support.world import MemoryWorld

SECOND = 1000


def test_the_first_claim_says_how_long_the_user_had_to_wait(
    world: MemoryWorld, bot: Api, ana: Api, bo: Api
) -> None:
    path = waiting(bot)
    world.clock.advance(90 * SECOND)
    ok(ana.post(f"{path}/claim", {}))
    world.clock.advance(60 * SECOND)
    ok(ana.post(f"{path}/release", {}))
    ok(bo.post(f"{path}/claim", {}))
    settle(world, path)

    assert world.metrics.recorded == [Recorded({Metric.TIME_TO_CLAIM: 90.0}, "demo")]


def test_who_takes_a_conversation_from_the_bot_leaves_nobody_waiting(
    world: MemoryWorld, bot: Api, ana: Api
) -> None:
    path = begun(bot)
    ok(ana.post(f"{path}/pause", {"agent": "ana@example.test"}))
    settle(world, path)

    assert world.metrics.recorded == []


def test_a_leak_is_counted_with_its_bot(world: MemoryWorld, bot: Api, ana: Api) -> None:
    path = owned(bot, ana)
    assert bot.post(f"{path}/messages", {"from": "bot", "text": "Me!"}).status == 409
    settle(world, path)

    assert world.metrics.of(Metric.LEAKS) == [1.0]


class Contested(MemoryConversations):
    """Others are faster, so many times."""

    losses = 0

    def commit(self, commit: Commit) -> None:
        if self.losses:
            self.losses -= 1
            raise Lost
        super().commit(commit)


def test_each_race_that_is_lost_and_run_again_is_counted(world: MemoryWorld, bot: Api) -> None:
    path = begun(bot)
    world.conversations = contested = Contested(world.memory, world.clock)
    contested.losses = 3

    ok(bot.post(f"{path}/pause", {}))

    assert world.metrics.of(Metric.CONFLICTS_RETRIED) == [1.0] * 3


def test_a_delivery_that_is_given_up_is_counted() -> None:
    world = MemoryWorld("https://bot.test/")
    world.receiver = FakeReceiver(otherwise=500)
    path = waiting(Api(world, DEMO_KEY))
    for _ in range(len(WAITS) + 1):
        assert world.metrics.of(Metric.DELIVERIES_DEAD) == []
        deliver(world, "demo", id_of(path), "receipt")

    assert world.metrics.of(Metric.DELIVERIES_DEAD) == [1.0]


def test_every_minute_says_how_things_stand(world: MemoryWorld, bot: Api, ana: Api) -> None:
    Client(world, ana, "a")
    Client(world, ana, "b")
    waiting(bot)
    world.clock.advance(5 * SECOND)
    ok(bot.post(f"{BOT}/pause", {"channel": "web", "user": "u-2"}))
    world.clock.advance(10 * SECOND)

    timers.every_minute(world)

    assert world.metrics.recorded[-1] == Recorded(
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
    world: MemoryWorld, bot: Api, other_bot: Api
) -> None:
    ok(other_bot.post("/bots/other/pause", {"channel": "web", "user": "u-1"}))
    world.clock.advance(SECOND)
    waiting(bot)

    timers.every_minute(world)

    assert world.metrics.recorded[-1].bot == "other"


def test_where_nobody_waits_no_bot_is_named(world: MemoryWorld) -> None:
    timers.every_minute(world)

    told = world.metrics.recorded[-1]
    assert (told.bot, told.values[Metric.OLDEST_WAIT]) == (None, 0)


def test_connections_whose_end_nobody_announced_are_not_counted(
    world: MemoryWorld, ana: Api
) -> None:
    Client(world, ana, "a")
    world.clock.advance(CONNECTION_LIFE)

    timers.every_minute(world)

    assert world.metrics.of(Metric.SOCKETS) == [0.0]


def test_a_wait_that_begins_in_our_future_is_none(world: MemoryWorld, bot: Api) -> None:
    """Another container's clock is ahead of this one's."""
    world.clock.advance(60 * SECOND)
    ok(bot.post(f"{BOT}/messages", message()))
    waiting(bot)
    world.clock.advance(-60 * SECOND)

    timers.every_minute(world)

    assert world.metrics.of(Metric.OLDEST_WAIT) == [0.0]
