"""Alarms and the dashboard: they speak of what there is, and lead to what to do."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chalicelib.entrypoints.http import blueprints
from chalicelib.usecases.records.reports import Metric
from infra.local.aws.engine import Engine
from infra.template.alarms import ALARMS, RUNBOOK, Alarm
from infra.template.dashboard import graphs
from infra.template.metrics import COLD_STARTS, GATE, GATE_LATENCY, Measure, log_metrics
from tests.operate.conftest import NAMES
from tests.support.api import DEMO_KEY, Api
from tests.support.log_lines import written
from tests.support.services import MemoryServices
from tests.support.stack import ROOT

OF_AWS = {
    "AWS/Lambda": {"ConcurrentExecutions", "Errors", "IteratorAge", "Throttles"},
    "AWS/SQS": {
        "ApproximateAgeOfOldestMessage",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesVisible",
    },
    "AWS/DynamoDB": {"SystemErrors", "ThrottledRequests"},
    "AWS/ApiGateway": {"5XXError"},
}
"""As AWS documents them, service by service, under "metrics"."""
OURS = {*Metric, GATE_LATENCY, COLD_STARTS}
NEEDS_NO_ALARM = {Metric.HANDOFFS_WAITING, Metric.TIME_TO_CLAIM, Metric.DELIVERIES_DEAD}
"""The first two are told by the oldest wait, the third by its dead letter."""


def of_alarms() -> list[Measure]:
    return [measure for alarm in ALARMS for measure in alarm.measures(NAMES).values()]


def of_dashboard() -> list[Measure]:
    return [measure for graph in graphs(NAMES) for measure, _ in graph.lines]


def unknown(measures: list[Measure]) -> list[str]:
    known = {**OF_AWS, "Baton/prod": OURS}
    return [m.name for m in measures if m.name not in known.get(m.namespace, set())]


@pytest.mark.parametrize("measures", [of_alarms(), of_dashboard()], ids=["alarms", "dashboard"])
def test_every_metric_is_one_that_is_measured(measures: list[Measure]) -> None:
    assert unknown(measures) == []


@pytest.mark.parametrize(
    "measure",
    [
        Measure("Baton/prod", "OldestWayt"),
        Measure("AWS/Lambda", "Leaks"),
        Measure("AWS/X", "Leaks"),
    ],
)
def test_a_metric_that_nobody_measures_is_found(measure: Measure) -> None:
    assert unknown([measure]) == [measure.name]


def test_every_metric_of_ours_can_be_seen_and_almost_all_raise_an_alarm() -> None:
    assert {m.name for m in of_dashboard() if m.namespace == "Baton/prod"} == OURS
    watched = {m.name for m in of_alarms() if m.namespace == "Baton/prod"}
    assert watched == OURS - NEEDS_NO_ALARM - {COLD_STARTS}


def test_every_alarm_has_its_section_in_the_runbook_and_every_section_its_alarm() -> None:
    page = (ROOT / RUNBOOK).read_text()
    part = page.partition("\n## Alarms\n")[2].partition("\n## ")[0]

    headings = re.findall(r"^### (.+)$", part, re.MULTILINE)

    assert headings == [alarm.title for alarm in ALARMS]


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.section)
def test_an_alarm_says_what_is_wrong_and_where_to_read_on(
    alarm: Alarm, watching: dict[str, Any]
) -> None:
    mine = [
        each["Properties"]
        for each in watching.values()
        if each["Type"] == "AWS::CloudWatch::Alarm"
        and each["Properties"]["AlarmName"].startswith(f"baton-prod-{alarm.section}")
    ]

    assert mine
    for each in mine:
        assert each["AlarmDescription"] == f"{alarm.says} docs/operations.md#{alarm.section}"
        assert each["AlarmActions"] == each["OKActions"] == [{"Ref": "AlarmTopic"}]


def test_silence_is_an_alarm_where_something_has_to_happen_every_minute(
    watching: dict[str, Any],
) -> None:
    silent = [
        each["Properties"]["AlarmName"]
        for each in watching.values()
        if each.get("Properties", {}).get("TreatMissingData") == "breaching"
    ]

    assert silent == ["baton-prod-sweep-missing"]


def test_the_latency_of_the_gate_is_read_from_lines_as_they_are_written() -> None:
    """The route's own line has each field that the filter asks for, by that very value."""
    properties = log_metrics(NAMES)["GateLatencyFilter"]["Properties"]
    wanted = dict(re.findall(r'\$\.(\w+) = "([^"]+)"', properties["FilterPattern"]))
    (transformation,) = properties["MetricTransformations"]

    assert wanted == {"event": "request", "route": GATE}
    assert tuple(GATE.split(" ")) in {r for room in blueprints.BLUEPRINTS for r in room.resources}
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


def test_cfn_lint_finds_nothing(template: dict[str, Any], tmp_path: Path) -> None:
    assert lint(template, tmp_path) == ""


def test_cfn_lint_finds_what_is_wrong(template: dict[str, Any], tmp_path: Path) -> None:
    template["Resources"]["LeaksAlarm"]["Properties"]["Statistic"] = "Sums"
    template["Resources"]["Dashboard"]["Properties"]["DashboardBody"] = {"Fn::Sub": "${Nobody}"}

    found = lint(template, tmp_path)

    assert "Sums" in found
    assert "Nobody" in found


def test_an_engine_takes_it_and_has_the_alarms(template: dict[str, Any], engine: Engine) -> None:
    formation, watch = engine.client("cloudformation"), engine.client("cloudwatch")

    formation.create_stack(StackName="watching", TemplateBody=json.dumps(template))
    formation.get_waiter("stack_create_complete").wait(
        StackName="watching", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )

    names = {each["AlarmName"] for each in watch.describe_alarms()["MetricAlarms"]}
    assert {
        f"baton-prod-{alarm.section}" for alarm in ALARMS if len(alarm.measures(NAMES)) == 1
    } < (names)
    body = json.loads(watch.get_dashboard(DashboardName="baton-prod")["DashboardBody"])
    lines = [line for widget in body["widgets"] for line in widget["properties"]["metrics"]]
    assert len(lines) == len(of_dashboard())
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
