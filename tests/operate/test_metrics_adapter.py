"""One contract for both adapters of the metrics port: log lines for CloudWatch, and the fake."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from chalicelib.adapters.aws.metrics import EmfMetrics
from chalicelib.usecases.ports.reports import Metrics
from chalicelib.usecases.records.metrics import RECORDED, Metric
from tests.support.fakes import FakeMetrics
from tests.support.log_lines import Lines, written
from tests.support.stack import ROOT

Kept = list[tuple[Mapping[str, float], str | None]]
Recorder = tuple[Metrics, Callable[[], Kept]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    with written() as lines:
        yield lines


@pytest.fixture(params=["emf", "fake"])
def recorder(request: pytest.FixtureRequest, lines: Lines) -> Recorder:
    """An adapter, and a function that returns what it recorded."""
    if request.param == "emf":
        return EmfMetrics("Baton/test", RECORDED["full"]), lambda: [
            _of_line(line) for line in lines.all
        ]
    fake = FakeMetrics()
    return fake, lambda: [
        ({metric.value: value for metric, value in each.values.items()}, each.bot)
        for each in fake.recorded
    ]


def test_metrics_are_recorded_in_order_and_with_their_bot(recorder: Recorder) -> None:
    metrics, kept = recorder

    metrics.record({Metric.LEAKS: 1}, "demo")
    metrics.record({Metric.SOCKETS: 3, Metric.OLDEST_WAIT: 1.5})

    assert kept() == [({"Leaks": 1.0}, "demo"), ({"Sockets": 3.0, "OldestWait": 1.5}, None)]


@pytest.mark.parametrize("metric", Metric)
def test_every_metric_can_be_recorded(recorder: Recorder, metric: Metric) -> None:
    metrics, kept = recorder

    metrics.record({metric: 7})

    assert kept() == [({metric.value: 7.0}, None)]


def test_a_bot_is_never_a_dimension(lines: Lines) -> None:
    EmfMetrics("Baton/test", RECORDED["full"]).record({Metric.TIME_TO_CLAIM: 12.5}, "_aws")

    (line,) = lines.all
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive == {
        "Namespace": "Baton/test",
        "Dimensions": [[]],
        "Metrics": [{"Name": "TimeToClaim", "Unit": "Seconds"}],
    }


def test_metrics_do_not_depend_on_the_log_level() -> None:
    """Otherwise the alarm on missing sweeps would always be raised."""
    with written("WARNING") as lines:
        EmfMetrics("Baton/test", RECORDED["full"]).record({Metric.LEAKS: 1})

    assert [line["Leaks"] for line in lines.all] == [[1.0]]


@pytest.mark.parametrize(
    ("watching", "names"), [("full", ["Leaks", "Sweeps"]), ("basic", ["Sweeps"]), ("off", [])]
)
def test_only_the_metrics_of_the_chosen_watching_are_written(
    lines: Lines, watching: str, names: list[str]
) -> None:
    EmfMetrics("Baton/test", RECORDED[watching]).record({Metric.SWEEPS: 1, Metric.LEAKS: 2})

    found = [metric for line in lines.all for metric in ("Leaks", "Sweeps") if metric in line]
    assert found == names


def test_the_metrics_library_is_loaded_with_the_first_metric() -> None:
    program = """
import logging, sys
from chalicelib.adapters.aws.metrics import EmfMetrics
from chalicelib.usecases.records.metrics import RECORDED, Metric
logging.getLogger("baton").setLevel("INFO")
metrics = EmfMetrics("Baton/test", RECORDED["full"])
before = "aws_lambda_powertools" in sys.modules
metrics.record({Metric.LEAKS: 1})
print(before, "aws_lambda_powertools" in sys.modules)
"""
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )

    assert ran.stdout.split() == ["False", "True"]


def _of_line(line: Mapping[str, Any]) -> tuple[Mapping[str, float], str | None]:
    """The metrics and the bot of a log line, as CloudWatch reads them."""
    (directive,) = json.loads(json.dumps(line))["_aws"]["CloudWatchMetrics"]
    names = [metric["Name"] for metric in directive["Metrics"]]
    return {name: sum(line[name]) for name in names}, line.get("bot")
