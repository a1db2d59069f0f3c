"""One contract for whoever takes metrics: CloudWatch, by lines of the log, and the fake."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from chalicelib.adapters.aws.metrics import EmfMetrics
from chalicelib.usecases.ports.reports import Metrics
from chalicelib.usecases.records.reports import Metric
from tests.support.fakes import FakeMetrics
from tests.support.log_lines import Lines, written
from tests.support.stack import ROOT

Kept = list[tuple[Mapping[str, float], str | None]]
Taker = tuple[Metrics, Callable[[], Kept]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    with written() as lines:
        yield lines


@pytest.fixture(params=["emf", "fake"])
def taker(request: pytest.FixtureRequest, lines: Lines) -> Taker:
    """Metrics, and how to look at what they have kept."""
    if request.param == "emf":
        return EmfMetrics("Baton/test"), lambda: [_of_line(line) for line in lines.all]
    fake = FakeMetrics()
    return fake, lambda: [
        ({metric.value: value for metric, value in each.values.items()}, each.bot)
        for each in fake.recorded
    ]


def test_what_is_recorded_is_kept_in_order_and_with_its_bot(taker: Taker) -> None:
    metrics, kept = taker

    metrics.record({Metric.LEAKS: 1}, "demo")
    metrics.record({Metric.SOCKETS: 3, Metric.OLDEST_WAIT: 1.5})

    assert kept() == [({"Leaks": 1.0}, "demo"), ({"Sockets": 3.0, "OldestWait": 1.5}, None)]


@pytest.mark.parametrize("metric", Metric)
def test_every_metric_can_be_recorded(taker: Taker, metric: Metric) -> None:
    metrics, kept = taker

    metrics.record({metric: 7})

    assert kept() == [({metric.value: 7.0}, None)]


def test_a_bot_is_no_dimension_whatever_it_is_called(lines: Lines) -> None:
    EmfMetrics("Baton/test").record({Metric.TIME_TO_CLAIM: 12.5}, "_aws")

    (line,) = lines.all
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive == {
        "Namespace": "Baton/test",
        "Dimensions": [[]],
        "Metrics": [{"Name": "TimeToClaim", "Unit": "Seconds"}],
    }


def test_above_info_no_metric_is_written() -> None:
    with written("WARNING") as lines:
        EmfMetrics("Baton/test").record({Metric.LEAKS: 1})

    assert lines.text == ""


def test_the_library_is_loaded_with_the_first_metric_and_not_before() -> None:
    program = """
import logging, sys
from chalicelib.adapters.aws.metrics import EmfMetrics
from chalicelib.usecases.records.reports import Metric
logging.getLogger("baton").setLevel("INFO")
metrics = EmfMetrics("Baton/test")
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
    """As CloudWatch reads it."""
    (directive,) = json.loads(json.dumps(line))["_aws"]["CloudWatchMetrics"]
    names = [metric["Name"] for metric in directive["Metrics"]]
    return {name: sum(line[name]) for name in names}, line.get("bot")
