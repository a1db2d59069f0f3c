"""What is watched: Baton's own metrics, and those of AWS about what the template has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.usecases.records.reports import Metric
from chalicelib.wiring import NAMESPACE

GATE = "GET /api/v1/bots/{bot}/conversations/{id}/gate"
GATE_LATENCY, COLD_STARTS = "GateLatency", "ColdStarts"
"""Read from the lines of the log: a gate call records nothing."""
Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """Logical names, but for `stage`, and `rest_api` with `rest_stage`: API Gateway's metrics go
    by these. `functions` and `log_groups` are by the function's name in app.py; the HTTP half is
    `api_handler`."""

    stage: str
    functions: Mapping[str, str]
    log_groups: Mapping[str, str]
    table: str
    webhook_queue: str
    dead_letters: Mapping[str, str]
    rest_api: str
    rest_stage: str


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric. A dimension's value is text, or what CloudFormation makes of a logical name."""

    namespace: str
    name: str
    dimensions: Mapping[str, object] = field(default_factory=dict)


def own(names: Names, name: Metric | str) -> Measure:
    return Measure(f"{NAMESPACE}/{names.stage}", str(name))


def of_function(names: Names, function: str, name: str) -> Measure:
    return Measure("AWS/Lambda", name, {"FunctionName": {"Ref": names.functions[function]}})


def of_account(name: str) -> Measure:
    """All functions of the account in this region share one quota."""
    return Measure("AWS/Lambda", name)


def of_queue(logical_name: str, name: str) -> Measure:
    queue = {"Fn::GetAtt": [logical_name, "QueueName"]}
    return Measure("AWS/SQS", name, {"QueueName": queue})


def of_table(names: Names, operation: str, name: str) -> Measure:
    """A throttled index counts as well: DynamoDB refuses the request that would write it."""
    dimensions = {"TableName": {"Ref": names.table}, "Operation": operation}
    return Measure("AWS/DynamoDB", name, dimensions)


def of_rest(names: Names, name: str) -> Measure:
    dimensions = {"ApiName": names.rest_api, "Stage": names.rest_stage}
    return Measure("AWS/ApiGateway", name, dimensions)


def log_metrics(names: Names) -> dict[str, Resource]:
    """Metric filters, by logical name: CloudWatch Logs counts as it takes the lines in."""
    gate = f'{{ $.event = "request" && $.route = "{GATE}" }}'
    cold = "{ $.cold_start IS TRUE }"
    return {"GateLatencyFilter": _filter(names, "api_handler", gate, GATE_LATENCY, "$.ms")} | {
        f"ColdStarts{names.functions[function]}": _filter(names, function, cold, COLD_STARTS, "1")
        for function in names.log_groups
    }


def _filter(names: Names, function: str, pattern: str, name: str, value: str) -> Resource:
    measure = own(names, name)
    unit = "Count" if value == "1" else "Milliseconds"
    return {
        "Type": "AWS::Logs::MetricFilter",
        "Properties": {
            "LogGroupName": {"Ref": names.log_groups[function]},
            "FilterPattern": pattern,
            "MetricTransformations": [
                {
                    "MetricNamespace": measure.namespace,
                    "MetricName": measure.name,
                    "MetricValue": value,
                    "Unit": unit,
                }
            ],
        },
    }
