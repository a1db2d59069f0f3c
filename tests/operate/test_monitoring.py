"""Alarms and the dashboard use metrics that exist, and each alarm has a section in the runbook."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chalicelib.adapters.aws.metrics import EmfMetrics
from chalicelib.entrypoints.events.minute import every_minute
from chalicelib.entrypoints.http.router import all_routes
from chalicelib.usecases.records.metrics import RECORDED, Metric
from infra.local.aws.engine import REGION, Engine
from infra.template.alarms import ALARMS, RUNBOOK, Alarm
from infra.template.dashboard import graphs
from infra.template.metrics import COLD_STARTS, GATE, GATE_LATENCY, AwsMetric, log_metrics
from infra.template.policies import table_operations
from tests.operate.conftest import NAMES
from tests.operate.watched_alarm import WatchedAlarm, points_in
from tests.support.api import DEMO_KEY, Api
from tests.support.log_lines import written
from tests.support.services import MemoryServices
from tests.support.stack import ROOT

FUNCTION, ACCOUNT, QUEUE = ("FunctionName",), (), ("QueueName",)
REST, SOCKETS = ("ApiName", "Stage"), ("ApiId", "Stage")
AWS_METRICS: dict[str, dict[str, tuple[tuple[str, ...], ...]]] = {
    "AWS/Lambda": {
        "ClaimedAccountConcurrency": (ACCOUNT,),
        "Errors": (FUNCTION, ACCOUNT),
        "IteratorAge": (FUNCTION,),
        "Throttles": (FUNCTION, ACCOUNT),
    },
    "AWS/SQS": {
        "ApproximateNumberOfMessagesNotVisible": (QUEUE,),
        "ApproximateNumberOfMessagesVisible": (QUEUE,),
    },
    "AWS/DynamoDB": {
        "SystemErrors": (("TableName", "Operation"),),
        "ThrottledRequests": (("TableName", "Operation"),),
    },
    "AWS/ApiGateway": {
        "5XXError": (REST,),
        "ExecutionError": (SOCKETS,),
        "IntegrationError": (SOCKETS,),
    },
    "AWS/SNS": {"NumberOfNotificationsFailed": (("TopicName",),)},
}
"""The metrics and the dimensions with which AWS emits them. An alarm on other dimensions never gets
a value. The sources:

* Lambda: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-concurrency.html (an account's
  metric has no dimension) and monitoring-metrics-types.html beside it
* SQS: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
* DynamoDB: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
* REST: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
* WebSocket: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html
* SNS: https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
"""
OURS = {*Metric, GATE_LATENCY, COLD_STARTS}
NEEDS_NO_ALARM = {Metric.HANDOFFS_WAITING, Metric.TIME_TO_CLAIM, Metric.DELIVERIES_DEAD}
"""The alarms on the oldest wait and on dead letters cover these."""


def alarm_metrics() -> list[AwsMetric]:
    return [metric for alarm in ALARMS for metric in alarm.metrics(NAMES).values()]


def dashboard_metrics() -> list[AwsMetric]:
    return [metric for graph in graphs(NAMES) for metric, _ in graph.lines]


def unknown(metrics: list[AwsMetric]) -> list[str]:
    ours: dict[str, tuple[tuple[str, ...], ...]] = dict.fromkeys(map(str, OURS), ((),))
    known = {**AWS_METRICS, "Baton/prod": ours}
    return [
        m.name
        for m in metrics
        if tuple(m.dimensions) not in known.get(m.namespace, {}).get(m.name, ())
    ]


@pytest.mark.parametrize(
    "metrics", [alarm_metrics(), dashboard_metrics()], ids=["alarms", "dashboard"]
)
def test_every_metric_is_one_that_exists(metrics: list[AwsMetric]) -> None:
    assert unknown(metrics) == []


@pytest.mark.parametrize(
    "metric",
    [
        AwsMetric("Baton/prod", "OldestWayt"),
        AwsMetric("AWS/Lambda", "Leaks"),
        AwsMetric("AWS/X", "Leaks"),
        AwsMetric("AWS/SNS", "NumberOfNotificationsFailed", {"Topic": "Events"}),
    ],
)
def test_the_check_finds_an_unknown_metric(metric: AwsMetric) -> None:
    assert unknown([metric]) == [metric.name]


def test_our_metrics_are_on_the_dashboard_and_have_alarms() -> None:
    assert {m.name for m in dashboard_metrics() if m.namespace == "Baton/prod"} == OURS
    watched = {m.name for m in alarm_metrics() if m.namespace == "Baton/prod"}
    assert watched == OURS - NEEDS_NO_ALARM - {COLD_STARTS}


@pytest.mark.parametrize("metric", [m for m in alarm_metrics() if m.name in list(Metric)])
def test_an_alarm_on_a_metric_of_ours_gets_what_the_code_emits(metric: AwsMetric) -> None:
    with written() as lines:
        EmfMetrics("Baton/prod", RECORDED["full"]).record({Metric(metric.name): 1})

    (line,) = lines.all
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == metric.namespace
    assert [each["Name"] for each in directive["Metrics"]] == [metric.name]
    assert directive["Dimensions"] == [list(metric.dimensions)]


def test_the_alarm_on_concurrency_is_relative_to_the_accounts_quota(
    monitoring_resources: dict[str, Any],
) -> None:
    used, share = monitoring_resources["ConcurrencyAlarm"]["Properties"]["Metrics"]

    assert share["Expression"] == {"Fn::Sub": "100 * used / ${LambdaConcurrency}"}
    assert used["MetricStat"]["Metric"]["MetricName"] == "ClaimedAccountConcurrency"


def test_all_operations_that_the_functions_may_call_are_watched() -> None:
    watched = {m.dimensions["Operation"] for m in alarm_metrics() if m.namespace == "AWS/DynamoDB"}

    assert {"PutItem", "UpdateItem", "BatchWriteItem", "TransactWriteItems"} < watched
    assert watched == table_operations() - {"ConditionCheckItem"} | {"TransactWriteItems"}


def test_every_alarm_that_exists_if_watching_is_basic_has_its_metric(
    monitoring_resources: dict[str, Any],
) -> None:
    basic = {m.name for alarm in ALARMS if alarm.basic for m in alarm.metrics(NAMES).values()}

    assert basic & OURS == {str(metric) for metric in RECORDED["basic"]}
    conditions = {each.get("Condition") for each in monitoring_resources.values()}
    assert conditions == {"IsWatched", "IsWatchedFully", "HasAlarmEmail"}


def test_the_runbook_has_one_section_for_each_alarm() -> None:
    page = (ROOT / RUNBOOK).read_text()
    part = page.partition("\n## Alarms\n")[2].partition("\n## ")[0]

    headings = re.findall(r"^### (.+)$", part, re.MULTILINE)

    assert headings == [alarm.title for alarm in ALARMS]


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.section)
def test_an_alarm_describes_the_problem_and_names_its_runbook_section(
    alarm: Alarm, monitoring_resources: dict[str, Any]
) -> None:
    mine = [
        each["Properties"]
        for each in monitoring_resources.values()
        if each["Type"] == "AWS::CloudWatch::Alarm"
        and each["Properties"]["AlarmName"].startswith(f"baton-prod-{alarm.section}")
    ]

    assert mine
    for each in mine:
        assert each["AlarmDescription"] == f"{alarm.description} docs/operations.md#{alarm.section}"
        assert each["AlarmActions"] == each["OKActions"] == [{"Ref": "AlarmTopic"}]


class TestTheSweepAlarm:
    """The sweep's own log lines, minute by minute, as CloudWatch sees them."""

    @pytest.fixture
    def services(self) -> MemoryServices:
        return MemoryServices()

    @pytest.fixture
    def alarm(self, monitoring_resources: dict[str, Any]) -> WatchedAlarm:
        return WatchedAlarm(monitoring_resources["SweepMissingAlarm"]["Properties"])

    def test_a_new_stage_tells_nobody_before_its_first_sweep(
        self, services: MemoryServices, alarm: WatchedAlarm
    ) -> None:
        for _ in range(30):
            alarm.minute([])
        assert alarm.told == []

        for _ in range(10):
            alarm.minute(points_in(swept(services)))
        assert alarm.told == ["OK"]

    def test_a_sweep_that_ends_is_told_once(
        self, services: MemoryServices, alarm: WatchedAlarm
    ) -> None:
        for _ in range(10):
            alarm.minute(points_in(swept(services)))
        alarm.told.clear()

        for _ in range(20):
            alarm.minute([])

        assert alarm.told == ["INSUFFICIENT_DATA"]

    def test_one_missing_sweep_is_no_alarm(
        self, services: MemoryServices, alarm: WatchedAlarm
    ) -> None:
        for minute in range(30):
            alarm.minute([] if minute == 15 else points_in(swept(services)))

        assert alarm.told == ["OK"]

    def test_only_this_alarm_reports_the_end_of_its_metric(
        self, monitoring_resources: dict[str, Any]
    ) -> None:
        alarms = {
            name: each["Properties"]
            for name, each in monitoring_resources.items()
            if each["Type"] == "AWS::CloudWatch::Alarm"
        }

        reporting = [name for name, each in alarms.items() if each.get("InsufficientDataActions")]
        quiet = {each["TreatMissingData"] for name, each in alarms.items() if name not in reporting}
        assert reporting == ["SweepMissingAlarm"]
        assert quiet == {"notBreaching"}


def swept(services: MemoryServices) -> list[dict[str, Any]]:
    with written() as lines:
        vars(services)["metrics"] = EmfMetrics("Baton/prod", RECORDED["basic"])
        every_minute(services)
    return lines.all


def test_the_latency_filter_matches_the_gates_log_line() -> None:
    properties = log_metrics(NAMES)["GateLatencyFilter"]["Properties"]
    wanted = dict(re.findall(r'\$\.(\w+) = "([^"]+)"', properties["FilterPattern"]))
    (transformation,) = properties["MetricTransformations"]

    assert wanted == {"event": "request", "route": GATE}
    assert GATE in {str(route) for route in all_routes()}
    line = gate_line()
    assert {name: line[name] for name in wanted} == wanted
    assert isinstance(line[transformation["MetricValue"].removeprefix("$.")], float)
    assert isinstance(line["cold_start"], bool)


def gate_line() -> dict[str, Any]:
    bot = Api(MemoryServices(), DEMO_KEY)
    with written() as lines:
        bot.get("/bots/demo/conversations/c_aaaaaaaaaaaaaaaaaaaaaaaaaa/gate")
    (line,) = lines.of("request")
    return line


def test_cfn_lint_accepts_the_monitoring_template(template: dict[str, Any], tmp_path: Path) -> None:
    assert lint(template, tmp_path) == ""


def test_cfn_lint_finds_planted_faults(template: dict[str, Any], tmp_path: Path) -> None:
    template["Resources"]["LeaksAlarm"]["Properties"]["Statistic"] = "Sums"
    template["Resources"]["Dashboard"]["Properties"]["DashboardBody"] = {"Fn::Sub": "${Nobody}"}

    found = lint(template, tmp_path)

    assert "Sums" in found
    assert "Nobody" in found


def test_the_engine_creates_the_alarms_and_the_dashboard(
    template: dict[str, Any], engine: Engine
) -> None:
    # The engine has no metric math.
    del template["Resources"]["ConcurrencyAlarm"]
    formation, watch = engine.client("cloudformation"), engine.client("cloudwatch")

    formation.create_stack(StackName="monitoring", TemplateBody=json.dumps(template))
    formation.get_waiter("stack_create_complete").wait(
        StackName="monitoring", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )

    names = {each["AlarmName"] for each in watch.describe_alarms()["MetricAlarms"]}
    single = [
        each for each in ALARMS if len(each.metrics(NAMES)) == 1 and each.title != "Concurrency"
    ]
    assert {f"baton-prod-{alarm.section}" for alarm in single} < names
    body = json.loads(watch.get_dashboard(DashboardName=f"baton-prod-{REGION}")["DashboardBody"])
    lines = [line for widget in body["widgets"] for line in widget["properties"]["metrics"]]
    assert len(lines) == len(dashboard_metrics())
    assert "${" not in json.dumps(lines)


def lint(template: dict[str, Any], folder: Path) -> str:
    file = folder / "template.json"
    file.write_text(json.dumps(template))
    ran = subprocess.run(
        [str(Path(sys.executable).with_name("cfn-lint")), "--template", str(file)],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    return ran.stdout + ran.stderr
