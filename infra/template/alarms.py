"""The alarms of a stage. docs/operations.md says what to do about each.

Each alarm watches one metric, so its name says what is wrong.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.usecases.records.metrics import Metric
from infra.template.metrics import (
    GATE_LATENCY,
    AwsMetric,
    Names,
    Resource,
    of_account,
    of_function,
    of_queue,
    of_rest,
    of_sockets,
    of_table,
    of_topic,
    own,
)
from infra.template.policies import table_operations

RUNBOOK = "docs/operations.md"
TOPIC = "AlarmTopic"
"""The logical name of the topic that alarms publish to; operators subscribe to it."""
IN_TRANSACTIONS = frozenset({"ConditionCheckItem"})
OPERATIONS = sorted(table_operations() - IN_TRANSACTIONS | {"TransactWriteItems"})
"""The DynamoDB operations that the functions call: those that they may, and transactions, for which
IAM has only the permissions of their steps."""
CONCURRENCY = "LambdaConcurrency"
MINUTE = 60
WATCHED, WATCHED_FULLY = "IsWatched", "IsWatchedFully"
"""Conditions: the parameter `Watching` is not `off`, and it is `full`."""
SILENCE: Resource = {
    "TreatMissingData": "missing",
    "InsufficientDataActions": [{"Ref": TOPIC}],
}
"""Reports the end of a metric by the state INSUFFICIENT_DATA, and not its absence before the first
value: a new alarm has this state already, and actions follow only a change from another state.
`breaching` would raise the alarm of each new stage before its first sweep.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html"""
MetricsByName = Callable[[Names], Mapping[str, AwsMetric]]
"""The metrics of an alarm, by a distinguishing name; "" if there is only one."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm is raised if `statistic` over `minutes` exceeds `threshold`, `times` periods in a
    row. `title` is its heading in the runbook; `description` is part of the notification."""

    title: str
    description: str
    metrics: MetricsByName
    threshold: float
    statistic: str = "Sum"
    minutes: int = 1
    times: int = 1
    below: bool = False
    """If true, the alarm is raised below the threshold, and tells its topic when the data ends."""
    basic: bool = False
    """If true, it also exists if the parameter `Watching` is `basic`."""
    share_of: str | None = None
    """A parameter: the alarm compares the percentage of it with the threshold."""

    @property
    def section(self) -> str:
        """The anchor that GitHub makes from the heading."""
        return re.sub(r"[^a-z0-9 -]", "", self.title.lower()).replace(" ", "-")

    @property
    def logical_name(self) -> str:
        return "".join(word.capitalize() for word in self.section.split("-"))


def _one(metric: Callable[[Names], AwsMetric]) -> MetricsByName:
    return lambda names: {"": metric(names)}


def _own(metric: Metric | str) -> MetricsByName:
    return _one(lambda names: own(names, metric))


ALARMS = (
    Alarm(
        "Oldest wait",
        "A user has waited for an agent for 15 minutes.",
        _own(Metric.OLDEST_WAIT),
        threshold=15 * 60,
        statistic="Maximum",
        times=3,
        basic=True,
    ),
    Alarm(
        "Sweep missing",
        "The sweep has not finished for five minutes, so no timers fire.",
        _own(Metric.SWEEPS),
        threshold=1,
        minutes=5,
        below=True,
        basic=True,
    ),
    Alarm(
        "Deadlines failed",
        "The sweep failed to process a conversation's due timers.",
        _own(Metric.DEADLINES_FAILED),
        threshold=0,
        times=3,
    ),
    Alarm(
        "Dead letters",
        "A dead-letter queue contains messages.",
        lambda names: {
            name: of_queue(queue, "ApproximateNumberOfMessagesVisible")
            for name, queue in names.dead_letters.items()
        },
        threshold=0,
        statistic="Maximum",
        basic=True,
    ),
    Alarm(
        "Deliveries late",
        "A webhook delivery will be more than 30 minutes late.",
        _own(Metric.DELIVERY_AGE),
        threshold=30 * 60,
        statistic="Maximum",
        minutes=5,
    ),
    Alarm(
        "Stream late",
        "Agents see changes more than a minute late.",
        _one(lambda names: of_function(names, "on_change", "IteratorAge")),
        threshold=60_000,
        statistic="Maximum",
        times=3,
        basic=True,
    ),
    Alarm(
        "Function errors",
        "A function invocation failed.",
        lambda names: {
            function: of_function(names, function, "Errors") for function in names.functions
        },
        threshold=2,
        minutes=5,
        basic=True,
    ),
    Alarm(
        "Functions throttled",
        "Lambda throttles invocations: the account's concurrency is used up.",
        _one(lambda names: of_account("Throttles")),
        threshold=0,
        times=2,
        basic=True,
    ),
    Alarm(
        "Concurrency",
        "Four fifths of the account's concurrent executions are in use or reserved.",
        _one(lambda names: of_account("ClaimedAccountConcurrency")),
        threshold=80,
        statistic="Maximum",
        times=3,
        share_of=CONCURRENCY,
    ),
    Alarm(
        "Server errors",
        "The REST API answered requests with a 5xx status.",
        _one(lambda names: of_rest(names, "5XXError")),
        threshold=5,
        minutes=5,
        basic=True,
    ),
    Alarm(
        "WebSocket errors",
        "The WebSocket API could not call a function, or a function failed.",
        lambda names: {
            name: of_sockets(names, name) for name in ("ExecutionError", "IntegrationError")
        },
        threshold=5,
        minutes=5,
    ),
    Alarm(
        "Notifications failed",
        "SNS could not deliver a handoff's notification to a subscriber.",
        _one(lambda names: of_topic(names, "NumberOfNotificationsFailed")),
        threshold=0,
        minutes=5,
    ),
    Alarm(
        "Gate slow",
        "One gate call in a hundred takes more than a second.",
        _own(GATE_LATENCY),
        threshold=1000,
        statistic="p99",
        minutes=5,
        times=3,
    ),
    Alarm(
        "Table throttled",
        "DynamoDB throttles requests.",
        lambda names: {
            operation: of_table(names, operation, "ThrottledRequests") for operation in OPERATIONS
        },
        threshold=0,
        times=3,
    ),
    Alarm(
        "Table errors",
        "DynamoDB reports system errors.",
        lambda names: {
            operation: of_table(names, operation, "SystemErrors") for operation in OPERATIONS
        },
        threshold=0,
        times=3,
    ),
    Alarm(
        "Conflicts",
        "Many commands conflict on the same conversations.",
        _own(Metric.CONFLICTS_RETRIED),
        threshold=300,
        minutes=5,
        times=2,
    ),
    Alarm(
        "Leaks",
        "A bot sends messages while an agent owns the conversation.",
        _own(Metric.LEAKS),
        threshold=10,
        minutes=5,
    ),
    Alarm(
        "Many sockets",
        "More connections are open than one push can reach quickly.",
        _own(Metric.SOCKETS),
        threshold=4000,
        statistic="Maximum",
        times=5,
    ),
)


def alarms(names: Names) -> dict[str, Resource]:
    """CloudFormation resources by logical name: the alarm topic and the alarms."""
    topic = {
        "Type": "AWS::SNS::Topic",
        "Condition": WATCHED,
        "Properties": {"DisplayName": f"Baton {names.stage} alarms"},
    }
    return {TOPIC: topic} | {
        alarm_name(alarm.logical_name, which): _resource(names, alarm, which, metric)
        for alarm in ALARMS
        for which, metric in alarm.metrics(names).items()
    }


def alarm_name(alarm: str, which: str = "") -> str:
    """The logical name of an alarm; `which` tells several alarms of one kind apart."""
    return f"{alarm}{_logical_part(which)}Alarm"


def _resource(names: Names, alarm: Alarm, which: str, metric: AwsMetric) -> Resource:
    is_percentile = alarm.statistic.startswith("p")
    name = "-".join(filter(None, ("baton", names.stage, alarm.section, which)))
    watched: Resource = {
        "Namespace": metric.namespace,
        "MetricName": metric.name,
        "Dimensions": [{"Name": n, "Value": v} for n, v in metric.dimensions.items()],
    }
    if alarm.share_of:
        measured: Resource = {"Metrics": _percentage(alarm, watched)}
    else:
        kind = "ExtendedStatistic" if is_percentile else "Statistic"
        measured = {**watched, kind: alarm.statistic, "Period": alarm.minutes * MINUTE}
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Condition": WATCHED if alarm.basic else WATCHED_FULLY,
        "Properties": {
            "AlarmName": name,
            "AlarmDescription": f"{alarm.description} {RUNBOOK}#{alarm.section}",
            **measured,
            "EvaluationPeriods": alarm.times,
            "Threshold": alarm.threshold,
            "ComparisonOperator": "LessThanThreshold" if alarm.below else "GreaterThanThreshold",
            **(SILENCE if alarm.below else {"TreatMissingData": "notBreaching"}),
            "AlarmActions": [{"Ref": TOPIC}],
            "OKActions": [{"Ref": TOPIC}],
        },
    }


def _percentage(alarm: Alarm, metric: Resource) -> list[Resource]:
    stat = {"Metric": metric, "Period": alarm.minutes * MINUTE, "Stat": alarm.statistic}
    share = {"Fn::Sub": f"100 * used / ${{{alarm.share_of}}}"}
    return [
        {"Id": "used", "MetricStat": stat, "ReturnData": False},
        {"Id": "share", "Expression": share, "Label": f"percent of {alarm.share_of}"},
    ]


def _logical_part(which: str) -> str:
    """Removes what a logical name may not contain: all but letters and digits."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]", which))
