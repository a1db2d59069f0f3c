"""The CloudWatch dashboard: whether users are served, and which part is slow if they are not."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.usecases.records.metrics import Metric
from infra.template.alarms import OPERATIONS, WATCHED_FULLY
from infra.template.metrics import (
    COLD_STARTS,
    GATE_LATENCY,
    AwsMetric,
    Names,
    Resource,
    of_function,
    of_queue,
    of_rest,
    of_table,
    own,
)

WIDTH, HEIGHT, PER_ROW = 8, 6, 3
"""The size of a graph on CloudWatch's grid of 24 columns, and the graphs per row."""


@dataclass(frozen=True, slots=True)
class Graph:
    title: str
    lines: tuple[tuple[AwsMetric, str], ...]
    """Pairs of a metric and its statistic."""


def graphs(names: Names) -> list[Graph]:
    """The graphs in this order: users, bots, our functions, AWS services."""

    def mine(statistic: str, *metrics: Metric | str) -> tuple[tuple[AwsMetric, str], ...]:
        return tuple((own(names, metric), statistic) for metric in metrics)

    def each(name: str, statistic: str = "Sum") -> tuple[tuple[AwsMetric, str], ...]:
        return tuple((of_function(names, f, name), statistic) for f in names.functions)

    gate = mine("p50", GATE_LATENCY) + mine("p99", GATE_LATENCY)
    to_claim = mine("p50", Metric.TIME_TO_CLAIM) + mine("p90", Metric.TIME_TO_CLAIM)
    queues = [names.webhook_queue, *names.dead_letters.values()]
    stream = of_function(names, "on_change", "IteratorAge")
    table = [(n, o) for n in ("ThrottledRequests", "SystemErrors") for o in OPERATIONS]
    return [
        Graph("Handoffs waiting", mine("Maximum", Metric.HANDOFFS_WAITING)),
        Graph("Oldest wait (s)", mine("Maximum", Metric.OLDEST_WAIT)),
        Graph("Time to claim (s)", to_claim),
        Graph("Gate latency (ms)", gate),
        Graph("Leaks and conflicts", mine("Sum", Metric.LEAKS, Metric.CONFLICTS_RETRIED)),
        Graph("Sockets", mine("Maximum", Metric.SOCKETS)),
        Graph("Deliveries pending, dead letters", _pending(queues)),
        Graph("Late deliveries (s)", mine("Maximum", Metric.DELIVERY_AGE)),
        Graph("Dead deliveries", mine("Sum", Metric.DELIVERIES_DEAD)),
        Graph("Stream lag (ms)", ((stream, "Maximum"),)),
        Graph("Sweeps", mine("Sum", Metric.SWEEPS, Metric.DEADLINES_FAILED)),
        Graph("REST 5xx answers", ((of_rest(names, "5XXError"), "Sum"),)),
        Graph("Function errors", each("Errors")),
        Graph("Cold starts", mine("Sum", COLD_STARTS)),
        Graph(
            "Table throttles and errors", tuple((of_table(names, o, n), "Sum") for n, o in table)
        ),
    ]


def _pending(queues: Iterable[str]) -> tuple[tuple[AwsMetric, str], ...]:
    """Messages in progress or waiting for their next attempt count as "not visible"."""
    shown = ("ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible")
    return tuple((of_queue(queue, name), "Maximum") for queue in queues for name in shown)


def dashboard(names: Names) -> dict[str, Resource]:
    widgets = [_widget(number, graph) for number, graph in enumerate(graphs(names))]
    body = json.dumps({"widgets": widgets})
    return {
        "Dashboard": {
            "Type": "AWS::CloudWatch::Dashboard",
            "Condition": WATCHED_FULLY,
            "Properties": {
                # Dashboards belong to the account, not to a region.
                "DashboardName": {"Fn::Sub": f"baton-{names.stage}-${{AWS::Region}}"},
                "DashboardBody": {"Fn::Sub": body},
            },
        }
    }


def _widget(number: int, graph: Graph) -> Resource:
    row, column = divmod(number, PER_ROW)
    return {
        "type": "metric",
        "x": column * WIDTH,
        "y": row * HEIGHT,
        "width": WIDTH,
        "height": HEIGHT,
        "properties": {
            "title": graph.title,
            "region": "${AWS::Region}",
            "period": 60,
            "metrics": [_line(metric, statistic) for metric, statistic in graph.lines],
        },
    }


def _line(metric: AwsMetric, statistic: str) -> list[object]:
    dimensions = [part for n, v in metric.dimensions.items() for part in (n, _substituted(v))]
    return [metric.namespace, metric.name, *dimensions, {"stat": statistic}]


def _substituted(value: object) -> str:
    """The value in the syntax of `Fn::Sub`, because the body of a dashboard is text."""
    if isinstance(value, dict):
        ((function, target),) = value.items()
        return f"${{{target if function == 'Ref' else '.'.join(target)}}}"
    return str(value)
