"""When somebody has to look, and where docs/operations.md says what to do.

Each alarm is on one metric, so that its name says what is wrong with what.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.usecases.records.reports import Metric
from infra.template.metrics import (
    GATE_LATENCY,
    Measure,
    Names,
    Resource,
    of_account,
    of_function,
    of_queue,
    of_rest,
    of_table,
    own,
)

RUNBOOK = "docs/operations.md"
TOPIC = "AlarmTopic"
"""Logical name of the topic that tells operators; who subscribes is theirs to say."""
HOT_PATH = ("GetItem", "BatchGetItem", "Query", "TransactWriteItems")
"""What commands, gates and lists are made of."""
MINUTE = 60
Measures = Callable[[Names], Mapping[str, Measure]]
"""By what tells them apart; "" where there is one."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Raised where `statistic` of `minutes` at a time is beyond `threshold`, `times` in a row.
    `title` is its heading in the runbook."""

    title: str
    says: str
    measures: Measures
    threshold: float
    statistic: str = "Sum"
    minutes: int = 1
    times: int = 1
    below: bool = False
    """It is raised below the threshold, and where nothing is measured at all."""

    @property
    def section(self) -> str:
        """As GitHub makes an anchor of a heading."""
        return re.sub(r"[^a-z0-9 -]", "", self.title.lower()).replace(" ", "-")

    @property
    def logical_name(self) -> str:
        return "".join(word.capitalize() for word in self.section.split("-"))


def _one(measure: Callable[[Names], Measure]) -> Measures:
    return lambda names: {"": measure(names)}


def _own(metric: Metric | str) -> Measures:
    return _one(lambda names: own(names, metric))


ALARMS = (
    Alarm(
        "Oldest wait",
        "A user has waited for a person for a quarter of an hour.",
        _own(Metric.OLDEST_WAIT),
        threshold=15 * 60,
        statistic="Maximum",
        times=3,
    ),
    Alarm(
        "Sweep missing",
        "Deadlines have not been looked after for five minutes.",
        _own(Metric.SWEEPS),
        threshold=1,
        minutes=5,
        below=True,
    ),
    Alarm(
        "Deadlines failed",
        "The sweep cannot look after a conversation whose time has come.",
        _own(Metric.DEADLINES_FAILED),
        threshold=0,
        times=3,
    ),
    Alarm(
        "Dead letters",
        "Something was given up and waits for somebody to look at it.",
        lambda names: {
            name: of_queue(queue, "ApproximateNumberOfMessagesVisible")
            for name, queue in names.dead_letters.items()
        },
        threshold=0,
        statistic="Maximum",
    ),
    Alarm(
        "Deliveries late",
        "The oldest delivery to a bot's webhook has waited for half an hour.",
        _one(lambda names: of_queue(names.webhook_queue, "ApproximateAgeOfOldestMessage")),
        threshold=30 * 60,
        statistic="Maximum",
        times=3,
    ),
    Alarm(
        "Stream late",
        "Agents are told of what happened more than a minute late.",
        _one(lambda names: of_function(names, "on_change", "IteratorAge")),
        threshold=60_000,
        statistic="Maximum",
        times=3,
    ),
    Alarm(
        "Function errors",
        "A function has failed as a whole.",
        lambda names: {
            function: of_function(names, function, "Errors") for function in names.functions
        },
        threshold=2,
        minutes=5,
    ),
    Alarm(
        "Functions throttled",
        "Lambda has refused calls: the account's concurrency is used up.",
        _one(lambda names: of_account("Throttles")),
        threshold=0,
        times=2,
    ),
    Alarm(
        "Concurrency",
        "Four fifths of the 1,000 calls at a time that an account has by default are in use.",
        _one(lambda names: of_account("ConcurrentExecutions")),
        threshold=800,
        statistic="Maximum",
        times=3,
    ),
    Alarm(
        "Server errors",
        "Callers have got answers with a status of 500 and more.",
        _one(lambda names: of_rest(names, "5XXError")),
        threshold=5,
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
        "DynamoDB has refused requests for being too many.",
        lambda names: {
            operation: of_table(names, operation, "ThrottledRequests") for operation in HOT_PATH
        },
        threshold=0,
        times=3,
    ),
    Alarm(
        "Table errors",
        "DynamoDB has failed.",
        lambda names: {
            operation: of_table(names, operation, "SystemErrors") for operation in HOT_PATH
        },
        threshold=0,
        times=3,
    ),
    Alarm(
        "Conflicts",
        "Many commands meet others on the same conversations.",
        _own(Metric.CONFLICTS_RETRIED),
        threshold=300,
        minutes=5,
        times=2,
    ),
    Alarm(
        "Leaks",
        "A bot goes on speaking while people do.",
        _own(Metric.LEAKS),
        threshold=10,
        minutes=5,
    ),
    Alarm(
        "Many sockets",
        "More agents are connected than one push should reach one by one.",
        _own(Metric.SOCKETS),
        threshold=4000,
        statistic="Maximum",
        times=5,
    ),
)


def alarms(names: Names) -> dict[str, Resource]:
    """CloudFormation resources by logical name: the operators' topic, and what is told there."""
    topic = {
        "Type": "AWS::SNS::Topic",
        "Properties": {"DisplayName": f"Baton {names.stage} alarms"},
    }
    return {TOPIC: topic} | {
        f"{alarm.logical_name}{_word(which)}Alarm": _resource(names, alarm, which, measure)
        for alarm in ALARMS
        for which, measure in alarm.measures(names).items()
    }


def _resource(names: Names, alarm: Alarm, which: str, measure: Measure) -> Resource:
    is_percentile = alarm.statistic.startswith("p")
    name = "-".join(filter(None, ("baton", names.stage, alarm.section, which)))
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmName": name,
            "AlarmDescription": f"{alarm.says} {RUNBOOK}#{alarm.section}",
            "Namespace": measure.namespace,
            "MetricName": measure.name,
            "Dimensions": [{"Name": n, "Value": v} for n, v in measure.dimensions.items()],
            "ExtendedStatistic" if is_percentile else "Statistic": alarm.statistic,
            "Period": alarm.minutes * MINUTE,
            "EvaluationPeriods": alarm.times,
            "Threshold": alarm.threshold,
            "ComparisonOperator": "LessThanThreshold" if alarm.below else "GreaterThanThreshold",
            "TreatMissingData": "breaching" if alarm.below else "notBreaching",
            "AlarmActions": [{"Ref": TOPIC}],
            "OKActions": [{"Ref": TOPIC}],
        },
    }


def _word(which: str) -> str:
    """As a part of a logical name, which holds letters and digits only."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]", which))
