"""How CloudWatch evaluates an alarm on a metric of ours, by its documentation.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

MINUTE = 60
ACTIONS = {
    "OK": "OKActions",
    "ALARM": "AlarmActions",
    "INSUFFICIENT_DATA": "InsufficientDataActions",
}
COMPARISONS = {"LessThanThreshold": float.__lt__, "GreaterThanThreshold": float.__gt__}


class WatchedAlarm:
    """An alarm with one metric, the statistic Sum and one period. It is evaluated each minute, from
    its creation on. `told` lists the states that its actions have told."""

    def __init__(self, properties: Mapping[str, Any]) -> None:
        assert properties["Statistic"] == "Sum"
        assert properties["EvaluationPeriods"] == 1
        self._alarm = properties
        self._minutes: list[float | None] = []
        self._state = "INSUFFICIENT_DATA"
        self.told: list[str] = []

    def minute(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """One minute passes, in which the functions have written these log lines."""
        name, namespace = self._alarm["MetricName"], self._alarm["Namespace"]
        values = [
            float(value)
            for line in lines
            for directive in line.get("_aws", {}).get("CloudWatchMetrics", ())
            if directive["Namespace"] == namespace
            for value in line.get(name, ())
        ]
        self._minutes.append(sum(values) if values else None)
        self._evaluate()

    def _evaluate(self) -> None:
        period = self._alarm["Period"] // MINUTE
        values = [each for each in self._minutes[-period:] if each is not None]
        state = self._of(sum(values)) if values else self._of_silence()
        if state == self._state:
            return
        self._state = state
        if self._alarm.get(ACTIONS[state]):
            self.told.append(state)

    def _of(self, value: float) -> str:
        breaches = COMPARISONS[self._alarm["ComparisonOperator"]]
        return "ALARM" if breaches(value, float(self._alarm["Threshold"])) else "OK"

    def _of_silence(self) -> str:
        treated = {"breaching": "ALARM", "notBreaching": "OK", "missing": "INSUFFICIENT_DATA"}
        return treated.get(self._alarm["TreatMissingData"], self._state)
