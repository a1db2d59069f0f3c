"""Each alarm is raised when its metric crosses the threshold, and ends when it comes back.

The metrics of Baton are log lines that the code writes here. Those of AWS have the dimensions of
AWS's documentation (`AWS_METRICS` in test_monitoring.py).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.adapters.aws.metrics import EmfMetrics
from chalicelib.entrypoints.events.minute import every_minute
from chalicelib.usecases.ports.conversations import Commit, CommitConflict
from chalicelib.usecases.records.metrics import RECORDED
from chalicelib.usecases.webhooks.worker import deliver
from infra.template.alarms import ALARMS, OPERATIONS, Alarm, alarm_name
from infra.template.metrics import log_metrics
from infra.template.names import FUNCTIONS
from tests.api.conversation_setup import begun, id_of, ok, owned, waiting
from tests.api.live.socket_client import SocketClient
from tests.api.simulation import Simulation
from tests.operate.conftest import NAMES
from tests.operate.test_monitoring import AWS_METRICS
from tests.operate.watched_alarm import DataPoint, WatchedAlarm, points_in, points_of_filter
from tests.support.api import DEMO_KEY, Api
from tests.support.fakes import FakeWebhookClient
from tests.support.log_lines import written
from tests.support.memory import MemoryConversations
from tests.support.services import MemoryServices

MINUTE, SECOND = 60_000, 1000
QUOTA = 500
"""The account's concurrent executions in these tests."""
VALUES: Mapping[str, list[object]] = {
    "ApiId": [{"Ref": NAMES.socket_api}],
    "ApiName": [NAMES.rest_api],
    "FunctionName": [{"Ref": logical} for logical in FUNCTIONS.values()],
    "Operation": [*OPERATIONS],
    "QueueName": [
        {"Fn::GetAtt": [queue, "QueueName"]}
        for queue in (NAMES.webhook_queue, *NAMES.dead_letters.values())
    ],
    "Stage": [NAMES.rest_stage],
    "TableName": [{"Ref": NAMES.table}],
    "TopicName": [{"Fn::GetAtt": [NAMES.topic, "TopicName"]}],
}
"""The dimensions' values of the stack's resources."""
Alarms = Mapping[str, WatchedAlarm]


@pytest.fixture
def watched(monitoring_resources: dict[str, Any]) -> Alarms:
    return {
        name: WatchedAlarm(each["Properties"], {"LambdaConcurrency": QUOTA})
        for name, each in monitoring_resources.items()
        if each["Type"] == "AWS::CloudWatch::Alarm"
    }


def pass_minute(alarms: Alarms, points: Iterable[DataPoint]) -> None:
    all_points = [*points]
    for alarm in alarms.values():
        alarm.minute(all_points)


def raised(alarms: Alarms) -> list[str]:
    return [name for name, alarm in alarms.items() if alarm.state == "ALARM"]


def emitted_by_aws() -> Iterator[DataPoint]:
    """One value of each metric of AWS for each resource of the stack."""
    for namespace, metrics in AWS_METRICS.items():
        for name, kinds in metrics.items():
            for kind in kinds:
                for values in product(*(VALUES[dimension] for dimension in kind)):
                    yield DataPoint(namespace, name, 0, dict(zip(kind, values, strict=True)))


OF_AWS = [
    (alarm, which)
    for alarm in ALARMS
    for which, metric in alarm.metrics(NAMES).items()
    if metric.namespace.startswith("AWS/")
]


@pytest.mark.parametrize(
    ("alarm", "which"), OF_AWS, ids=[alarm_name(each.logical_name, of) for each, of in OF_AWS]
)
def test_an_alarm_on_a_metric_of_aws_is_raised_alone_and_ends(
    watched: Alarms, alarm: Alarm, which: str
) -> None:
    mine = watched[alarm_name(alarm.logical_name, which)]
    quiet = [*emitted_by_aws()]
    (wanted,) = [each for each in quiet if each.metric == mine.metric]
    at_threshold = alarm.threshold * (QUOTA / 100 if alarm.share_of else 1)

    def minutes(value: float) -> None:
        """As many as the alarm looks at; each period has this value once."""
        for number in range(mine.period * mine.times):
            points = [*quiet]
            if number % mine.period == 0:
                dimensions = wanted.dimensions
                points.append(DataPoint(wanted.namespace, wanted.name, value, dimensions))
            pass_minute(watched, points)

    minutes(at_threshold)
    assert raised(watched) == []
    minutes(at_threshold + 1)
    assert raised(watched) == [alarm_name(alarm.logical_name, which)]
    minutes(0)
    assert raised(watched) == []
    assert mine.told == ["OK", "ALARM", "OK"]


class Story:
    """The events of each minute while the metric is bad, and after that. `raises` is the state
    that tells of it, and `within` the minutes after which it must be told, and not before half of
    them."""

    raises, within = "ALARM", 10

    def __init__(self) -> None:
        self.services = MemoryServices("https://bot.test/")
        vars(self.services)["metrics"] = EmfMetrics("Baton/prod", RECORDED["full"])
        self.bot = Api(self.services, DEMO_KEY)
        self.ana = self.bot.login("ana")
        self.simulation = Simulation(self.services)

    def bad(self, minute: int) -> None: ...

    def good(self, minute: int) -> None: ...

    def emitted(self, act: Callable[[int], None], minute: int) -> list[DataPoint]:
        """The metrics that CloudWatch makes of this minute's log lines; the sweep runs once."""
        with written() as lines:
            act(minute)
            every_minute(self.services)
        self.services.clock.advance(MINUTE)
        gate = log_metrics(NAMES)["GateLatencyFilter"]["Properties"]
        return [*points_in(lines.all), *points_of_filter(gate, self.measured(lines.all))]

    def measured(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return lines


class OldestWait(Story):
    within = 15 + 3

    def bad(self, minute: int) -> None:
        if not minute:
            self.path = waiting(self.bot)

    def good(self, minute: int) -> None:
        if not minute:
            ok(self.ana.post(f"{self.path}/claim", {}))


class SweepMissing(Story):
    raises, within = "INSUFFICIENT_DATA", 5
    is_missing = False

    def bad(self, minute: int) -> None:
        self.is_missing = True

    def good(self, minute: int) -> None:
        self.is_missing = False

    def emitted(self, act: Callable[[int], None], minute: int) -> list[DataPoint]:
        found = super().emitted(act, minute)
        return [] if self.is_missing else found


class OutOfOrder(MemoryConversations):
    """Refuses each write while `is_broken`."""

    is_broken = False

    def commit(self, commit: Commit) -> None:
        if self.is_broken:
            raise OSError
        super().commit(commit)


class DeadlinesFailed(Story):
    within = 4

    def __init__(self) -> None:
        super().__init__()
        self.broken = OutOfOrder(self.services.memory, self.services.clock)
        self.services.conversations = self.broken
        waiting(self.bot)
        self.services.clock.advance(MINUTE)

    def bad(self, minute: int) -> None:
        self.broken.is_broken = True

    def good(self, minute: int) -> None:
        self.broken.is_broken = False


class DeliveriesLate(Story):
    within = 60

    def bad(self, minute: int) -> None:
        if not minute:
            self.services.webhook_client = FakeWebhookClient(otherwise=500)
            self.path = waiting(self.bot)
            self.services.webhook_queue.enqueue("demo", id_of(self.path), 1)
        message = self.services.webhook_queue.receive()
        if message:
            deliver(self.services, "demo", id_of(self.path), message.receipt)

    def good(self, minute: int) -> None:
        self.services.webhook_client = FakeWebhookClient(otherwise=200)
        message = self.services.webhook_queue.receive()
        if message:
            deliver(self.services, "demo", id_of(self.path), message.receipt)


class Contested(MemoryConversations):
    """Others are faster, so many times."""

    losses = 0

    def commit(self, commit: Commit) -> None:
        if self.losses:
            self.losses -= 1
            raise CommitConflict
        super().commit(commit)


class Conflicts(Story):
    def __init__(self) -> None:
        super().__init__()
        self.contested = Contested(self.services.memory, self.services.clock)
        self.services.conversations = self.contested
        self.path = begun(self.bot)

    def bad(self, minute: int) -> None:
        """Five commands, each decided again 15 times: 375 conflicts in five minutes."""
        for _ in range(5):
            self.contested.losses = 15
            ok(self.bot.post(f"{self.path}/messages", {"from": "bot", "text": "Hello"}))


class Leaks(Story):
    within = 5

    def __init__(self) -> None:
        super().__init__()
        self.path = owned(self.bot, self.ana)

    def bad(self, minute: int) -> None:
        for number in range(3):
            body = {"from": "bot", "text": f"{minute}-{number}"}
            assert self.bot.post(f"{self.path}/messages", body).status == 409
        self.simulation.run_reactions()


class GateSlow(Story):
    within = 15

    def __init__(self) -> None:
        super().__init__()
        self.path, self.seconds = begun(self.bot), 0.01

    def bad(self, minute: int) -> None:
        self.seconds = 1.2
        ok(self.bot.get(f"{self.path}/gate"))

    def good(self, minute: int) -> None:
        self.seconds = 0.01
        ok(self.bot.get(f"{self.path}/gate"))

    def measured(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The lines as if the calls had taken so long: their time is that of a real clock."""
        return [{**line, "ms": self.seconds * SECOND} if "ms" in line else line for line in lines]


class ManySockets(Story):
    within = 5

    def __init__(self) -> None:
        super().__init__()
        SocketClient(self.services, self.ana, "a")
        (mine,) = self.services.connections.of_bot("demo")
        self.others = [replace(mine, id=f"c-{number}") for number in range(4000)]

    def bad(self, minute: int) -> None:
        for each in self.others if not minute else ():
            self.services.connections.put(each)

    def good(self, minute: int) -> None:
        for each in self.others if not minute else ():
            self.services.connections.remove(each)


STORIES: tuple[type[Story], ...] = (
    OldestWait,
    SweepMissing,
    DeadlinesFailed,
    DeliveriesLate,
    Conflicts,
    Leaks,
    GateSlow,
    ManySockets,
)


@pytest.mark.parametrize("story", STORIES)
def test_an_alarm_on_a_metric_of_ours_is_raised_by_what_the_code_emits_and_ends(
    watched: Alarms, story: type[Story]
) -> None:
    told, mine = story(), watched[f"{story.__name__}Alarm"]
    length = mine.period * mine.times

    for minute in range(length):
        mine.minute(told.emitted(told.good if story is GateSlow else _nothing, minute))
    assert mine.state == "OK"
    for minute in range(told.within + 1):
        mine.minute(told.emitted(told.bad, minute))
        if mine.state == told.raises:
            break
    assert mine.state == told.raises, mine.values
    assert minute >= told.within // 3, "one bad minute is no alarm"
    for number in range(length + 1):
        mine.minute(told.emitted(told.good, number))

    assert mine.told == ["OK", told.raises, "OK"]


def _nothing(minute: int) -> None: ...


def test_each_alarm_is_in_one_of_the_two_tests() -> None:
    ours = {f"{story.__name__}Alarm" for story in STORIES}
    of_aws = {alarm_name(alarm.logical_name, which) for alarm, which in OF_AWS}

    assert ours | of_aws == {
        alarm_name(alarm.logical_name, which) for alarm in ALARMS for which in alarm.metrics(NAMES)
    }
    assert not ours & of_aws
