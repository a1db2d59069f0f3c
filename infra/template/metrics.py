"""The metrics that alarms and the dashboard use: Baton's own, and AWS's metrics of our
resources."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.usecases.records.metrics import Metric
from chalicelib.wiring import NAMESPACE

GATE = "GET /api/v1/bots/{bot}/conversations/{id}/gate"
GATE_LATENCY, COLD_STARTS = "GateLatency", "ColdStarts"
"""Metric filters on the log compute these two, because a gate call records no metric itself."""
Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """The logical names of the resources. `rest_api` and `rest_stage` are real names, because API
    Gateway's metrics use them. The keys of `functions` and `log_groups` are the functions' names in
    app.py; `api_handler` serves the REST API."""

    stage: str
    functions: Mapping[str, str]
    log_groups: Mapping[str, str]
    table: str
    webhook_queue: str
    dead_letters: Mapping[str, str]
    rest_api: str
    rest_stage: str
    topic: str
    socket_api: str


@dataclass(frozen=True, slots=True)
class AwsMetric:
    """A CloudWatch metric. A dimension's value is text or a CloudFormation function such as Ref."""

    namespace: str
    name: str
    dimensions: Mapping[str, object] = field(default_factory=dict)


def own(names: Names, name: Metric | str) -> AwsMetric:
    return AwsMetric(f"{NAMESPACE}/{names.stage}", str(name))


def of_function(names: Names, function: str, name: str) -> AwsMetric:
    return AwsMetric("AWS/Lambda", name, {"FunctionName": {"Ref": names.functions[function]}})


def of_account(name: str) -> AwsMetric:
    """A metric over all functions of the account in this region, which share one quota."""
    return AwsMetric("AWS/Lambda", name)


def of_queue(logical_name: str, name: str) -> AwsMetric:
    queue = {"Fn::GetAtt": [logical_name, "QueueName"]}
    return AwsMetric("AWS/SQS", name, {"QueueName": queue})


def of_topic(names: Names, name: str) -> AwsMetric:
    topic = {"Fn::GetAtt": [names.topic, "TopicName"]}
    return AwsMetric("AWS/SNS", name, {"TopicName": topic})


def of_sockets(names: Names, name: str) -> AwsMetric:
    dimensions = {"ApiId": {"Ref": names.socket_api}, "Stage": names.rest_stage}
    return AwsMetric("AWS/ApiGateway", name, dimensions)


def of_table(names: Names, operation: str, name: str) -> AwsMetric:
    """Includes throttled indexes, because DynamoDB then refuses the write to the table."""
    dimensions = {"TableName": {"Ref": names.table}, "Operation": operation}
    return AwsMetric("AWS/DynamoDB", name, dimensions)


def of_rest(names: Names, name: str) -> AwsMetric:
    dimensions = {"ApiName": names.rest_api, "Stage": names.rest_stage}
    return AwsMetric("AWS/ApiGateway", name, dimensions)


def log_metrics(names: Names) -> dict[str, Resource]:
    """Metric filters by logical name; CloudWatch Logs computes their metrics from the log lines."""
    gate = f'{{ $.event = "request" && $.route = "{GATE}" }}'
    cold = "{ $.cold_start IS TRUE }"
    return {"GateLatencyFilter": _filter(names, "api_handler", gate, GATE_LATENCY, "$.ms")} | {
        f"ColdStarts{names.functions[function]}": _filter(names, function, cold, COLD_STARTS, "1")
        for function in names.log_groups
    }


def _filter(names: Names, function: str, pattern: str, name: str, value: str) -> Resource:
    metric = own(names, name)
    unit = "Count" if value == "1" else "Milliseconds"
    return {
        "Type": "AWS::Logs::MetricFilter",
        "Condition": "IsWatchedFully",
        "Properties": {
            "LogGroupName": {"Ref": names.log_groups[function]},
            "FilterPattern": pattern,
            "MetricTransformations": [
                {
                    "MetricNamespace": metric.namespace,
                    "MetricName": metric.name,
                    "MetricValue": value,
                    "Unit": unit,
                }
            ],
        },
    }
