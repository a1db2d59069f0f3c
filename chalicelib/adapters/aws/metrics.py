"""Metrics as log lines in the Embedded Metric Format, from which CloudWatch reads them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html
"""

import json
import logging
from collections.abc import Collection, Mapping

from chalicelib.adapters.log_lines import METRICS
from chalicelib.usecases.records.metrics import Metric

SECONDS = frozenset({Metric.OLDEST_WAIT, Metric.TIME_TO_CLAIM, Metric.DELIVERY_AGE})
"""Metrics in seconds. All others are counts."""
log = logging.getLogger(METRICS)


class EmfMetrics:
    """The metrics have no dimensions: the namespace names the stage, and each value of another
    dimension would be billed as a metric of its own."""

    def __init__(self, namespace: str, recorded: Collection[Metric]) -> None:
        self._namespace = namespace
        self._recorded = recorded

    def record(self, values: Mapping[Metric, float], bot: str | None = None) -> None:
        wanted = {metric: value for metric, value in values.items() if metric in self._recorded}
        if not wanted:
            return
        # Imported here: it costs 26 million instructions, which no gate call needs.
        from aws_lambda_powertools.metrics import EphemeralMetrics

        metrics = EphemeralMetrics(namespace=self._namespace)
        for metric, value in wanted.items():
            unit = "Seconds" if metric in SECONDS else "Count"
            metrics.add_metric(metric.value, unit, value)
        if bot is not None:
            metrics.add_metadata("bot", bot)
        log.info(json.dumps(metrics.serialize_metric_set()))
