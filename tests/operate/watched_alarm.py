"""Evaluates an alarm as CloudWatch's documentation says.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MINUTE = 60
ACTIONS = {
    "OK": "OKActions",
    "ALARM": "AlarmActions",
    "INSUFFICIENT_DATA": "InsufficientDataActions",
}
COMPARISONS = {"LessThanThreshold": float.__lt__, "GreaterThanThreshold": float.__gt__}
CONDITION = re.compile(r'\$\.(\w+) = "([^"]+)"')


@dataclass(frozen=True, slots=True)
class DataPoint:
    """A value of a metric. A dimension's value is text or a function of CloudFormation."""

    namespace: str
    name: str
    value: float
    dimensions: Mapping[str, object] = field(default_factory=dict)

    @property
    def metric(self) -> tuple[str, str, str]:
        return self.namespace, self.name, json.dumps(self.dimensions, sort_keys=True)


def points_in(lines: Iterable[Mapping[str, Any]]) -> Iterator[DataPoint]:
    """The metrics in log lines of the embedded metric format."""
    for line in lines:
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", ()):
            assert directive["Dimensions"] == [[]]
            for metric in directive["Metrics"]:
                for value in line[metric["Name"]]:
                    yield DataPoint(directive["Namespace"], metric["Name"], float(value))


def points_of_filter(
    properties: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]
) -> Iterator[DataPoint]:
    """The metrics that a filter makes of log lines. It compares fields with texts."""
    wanted = dict(CONDITION.findall(properties["FilterPattern"]))
    (made,) = properties["MetricTransformations"]
    for line in lines:
        if all(line.get(name) == value for name, value in wanted.items()):
            value = line[made["MetricValue"].removeprefix("$.")]
            yield DataPoint(made["MetricNamespace"], made["MetricName"], float(value))


class WatchedAlarm:
    """An alarm with its properties in the template, evaluated each minute from its creation on.
    `parameters` are those of the stack. `told` lists the states that its actions have told."""

    def __init__(
        self, properties: Mapping[str, Any], parameters: Mapping[str, float] | None = None
    ) -> None:
        self._alarm, self._share_of = properties, 0.0
        watched: Mapping[str, Any] = properties
        if "Metrics" in properties:
            used, share = properties["Metrics"]
            found = re.fullmatch(r"100 \* used / \$\{(\w+)\}", share["Expression"]["Fn::Sub"])
            assert found
            self._share_of = (parameters or {})[found[1]]
            watched = {**used["MetricStat"]["Metric"], **used["MetricStat"]}
        self.statistic = (
            watched.get("Stat") or watched.get("ExtendedStatistic") or watched["Statistic"]
        )
        self.period = watched["Period"] // MINUTE
        dimensions = {each["Name"]: each["Value"] for each in watched["Dimensions"]}
        named = watched["Namespace"], watched["MetricName"]
        self.metric = DataPoint(*named, 0, dimensions).metric
        self.times: int = properties["EvaluationPeriods"]
        self._minutes: list[list[float]] = []
        self.state = "INSUFFICIENT_DATA"
        self.told: list[str] = []

    def minute(self, points: Iterable[DataPoint]) -> None:
        """One minute passes, in which CloudWatch has received these values."""
        self._minutes.append([each.value for each in points if each.metric == self.metric])
        state = self._evaluated()
        if state == self.state:
            return
        self.state = state
        if self._alarm.get(ACTIONS[state]):
            self.told.append(state)

    @property
    def values(self) -> list[list[float]]:
        """The values that it has received in each minute."""
        return self._minutes

    def _evaluated(self) -> str:
        periods = list(self._periods())
        if not any(periods) and self._alarm["TreatMissingData"] == "missing":
            return "INSUFFICIENT_DATA"
        known = [each for each in periods if each or self._alarm["TreatMissingData"] != "missing"]
        return "ALARM" if all(map(self._breaches, known)) else "OK"

    def _periods(self) -> Iterator[list[float]]:
        """The values of the last periods, the newest first."""
        for number in range(self.times):
            end = len(self._minutes) - number * self.period
            parts = self._minutes[max(0, end - self.period) : max(0, end)]
            yield [value for part in parts for value in part]

    def _breaches(self, values: Sequence[float]) -> bool:
        if not values:
            treated = {"breaching": True, "notBreaching": False}
            return treated[self._alarm["TreatMissingData"]]
        value = float(_statistic(self.statistic, values))
        if self._share_of:
            value = 100 * value / self._share_of
        compare = COMPARISONS[self._alarm["ComparisonOperator"]]
        return compare(value, float(self._alarm["Threshold"]))


def _statistic(name: str, values: Sequence[float]) -> float:
    if name.startswith("p"):
        rank = int(float(name.removeprefix("p")) / 100 * len(values))
        return sorted(values)[min(rank, len(values) - 1)]
    assert name in ("Sum", "Maximum"), name
    return sum(values) if name == "Sum" else max(values)
