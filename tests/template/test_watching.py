"""Alarms, metrics and the dashboard cost money while nothing happens, so they are a parameter.

Fact 22 of docs/aws.md.
"""

from collections import Counter

import pytest

from chalicelib.settings import WATCHING
from chalicelib.usecases.records.metrics import RECORDED
from infra.template.rollout import AT_ONCE
from tests.template.expansion import Template, evaluated, packaged_template

WATCHED = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard", "AWS::Logs::MetricFilter")


@pytest.fixture(scope="module")
def prod() -> Template:
    return packaged_template("prod")


def counted(template: Template) -> list[int]:
    kinds = Counter(each["Type"] for each in template["Resources"].values())
    return [kinds[kind] for kind in WATCHED]


def test_each_value_of_the_parameter_watches_less(prod: Template) -> None:
    full, basic, off = (
        counted(evaluated(prod, Watching=each, Rollout=AT_ONCE)) for each in WATCHING
    )

    assert full[0] > 2 * basic[0] > 0
    assert full[1:] > [0, 0] == basic[1:]
    assert off == [0, 0, 0]


def test_no_resource_refers_to_one_that_does_not_exist(prod: Template) -> None:
    for watching in WATCHING:
        made = evaluated(prod, Watching=watching, Rollout=AT_ONCE, AlarmEmail="a@example.com")
        names = made["Resources"].keys()
        alarms = [
            each["Properties"]
            for each in made["Resources"].values()
            if each["Type"] in ("AWS::CloudWatch::Alarm", "AWS::SNS::Subscription")
        ]
        targets = {
            action["Ref"]
            for each in alarms
            for action in (*each.get("AlarmActions", ()), each.get("TopicArn"))
            if action
        }
        assert targets <= names, watching


def test_the_functions_record_what_the_parameter_says(prod: Template) -> None:
    variables = evaluated(prod, Watching="basic", LogLevel="WARNING")["Resources"]["OnMinute"][
        "Properties"
    ]["Environment"]["Variables"]

    assert (variables["BATON_WATCHING"], variables["BATON_LOG_LEVEL"]) == ("basic", "WARNING")
    assert set(RECORDED) == set(WATCHING)


def test_the_streams_reader_may_list_the_streams(prod: Template) -> None:
    """Fact 4: Lambda's own policies grant it, and its error text names it."""
    (policy,) = evaluated(prod)["Resources"]["OnChangeRole"]["Properties"]["Policies"]
    actions = {
        action
        for statement in policy["PolicyDocument"]["Statement"]
        if "/stream/" in str(statement["Resource"])
        for action in statement["Action"]
    }

    assert actions == {
        f"dynamodb:{name}"
        for name in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
    }
