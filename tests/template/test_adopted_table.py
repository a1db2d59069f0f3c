"""A stack that uses an existing table instead of one of its own."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.adapters.dynamodb.schema import INDEXES
from infra.template.storage import adopting
from tests.support.stack import ROOT
from tests.template.expansion import Evaluation, Template, evaluated, expanded, packaged_template

STREAM = "arn:aws:dynamodb:eu-west-1:000000000000:table/restored/stream/2026-01-31T10:00:00.000"


def adopted() -> Template:
    return evaluated(packaged_template("dev"), ExistingTable="restored", ExistingStream=STREAM)


def mentions(value: Any) -> Iterator[Any]:
    """Each reference to the stack's own table."""
    if isinstance(value, list):
        for each in value:
            yield from mentions(each)
    elif isinstance(value, dict):
        if value == {"Ref": "Table"} or (value.get("Fn::GetAtt") or [""])[0] == "Table":
            yield value
        if "${Table}" in str(value.get("Fn::Sub")) or "${Table." in str(value.get("Fn::Sub")):
            yield value
        for each in value.values():
            yield from mentions(each)


def of_type(template: Template, kind: str) -> list[Any]:
    return [each["Properties"] for each in template["Resources"].values() if each["Type"] == kind]


def test_a_stack_that_adopts_a_table_makes_none_and_mentions_none() -> None:
    template = adopted()

    assert of_type(template, "AWS::DynamoDB::Table") == []
    assert list(mentions([template["Resources"], template["Outputs"]])) == []


def test_functions_policies_alarms_and_outputs_name_the_adopted_table() -> None:
    template = adopted()
    tables = {
        function["Environment"]["Variables"]["BATON_TABLE"]
        for function in of_type(template, "AWS::Lambda::Function")
    }
    text = json.dumps(of_type(template, "AWS::IAM::Role"))

    assert tables == {"restored"}
    assert template["Outputs"]["TableName"]["Value"] == "restored"
    assert "table/restored" in text
    assert '"${TheTableArn}/stream/*"' in text
    assert '"restored"' in json.dumps(of_type(template, "AWS::CloudWatch::Alarm"))


def test_the_event_source_of_an_adopted_table_tells_nothing_again() -> None:
    def source(template: Template) -> Any:
        found = of_type(template, "AWS::Lambda::EventSourceMapping")
        (mapping,) = [each for each in found if "StartingPosition" in each]
        return mapping["StartingPosition"], mapping["EventSourceArn"]

    assert source(adopted()) == ("LATEST", STREAM)
    own = {"Fn::GetAtt": ["Table", "StreamArn"]}
    assert source(evaluated(packaged_template("dev"))) == ("TRIM_HORIZON", own)


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({}, False),
        ({"ExistingTable": "restored"}, True),
        ({"ExistingStream": STREAM}, True),
        ({"ExistingTable": "restored", "ExistingStream": STREAM}, False),
    ],
)
def test_table_and_stream_are_given_together(given: dict[str, str], refused: bool) -> None:
    template = packaged_template("dev")
    rule = template["Rules"]["TableWithStream"]
    evaluation = Evaluation(template, given)

    applies = evaluation.value(rule["RuleCondition"])
    holds = all(evaluation.value(each["Assert"]) for each in rule["Assertions"])

    assert (applies and not holds) is refused


def test_the_runbook_names_the_stages_limits_and_rule_of_the_template() -> None:
    page = (ROOT / "docs/operations.md").read_text()
    section = page.split("### Restore a table", 1)[1].split("\n### ", 1)[0]
    template = expanded(packaged_template("prod"), {})
    (stage,) = of_type(template, "AWS::ApiGatewayV2::Stage")
    limits = stage["DefaultRouteSettings"]
    (rule,) = [
        n for n, each in template["Resources"].items() if each["Type"] == "AWS::Events::Rule"
    ]
    rest = of_type(template, "AWS::ApiGateway::Stage")[0]

    assert {"RestAPIId", "WebsocketAPIId", "TableName"} <= set(template["Outputs"])
    assert f"--logical-resource-id {rule} " in section
    assert {stage["StageName"], rest["StageName"]} == {"api"}
    assert section.count("--stage-name api ") == 4
    assert (
        ",".join(f"{name}={value}" for name, value in sorted(limits.items(), reverse=True))
        in section
    )
    for name, key in (("rateLimit", "ThrottlingRateLimit"), ("burstLimit", "ThrottlingBurstLimit")):
        assert f"throttling/{name},value={limits[key]}" in section


def test_references_in_texts_are_rewritten_too() -> None:
    given = {"Fn::Sub": ["${Table.Arn}/index/${Name} of ${Table}", {"Name": "board"}]}

    (text, variables) = adopting(given)["Fn::Sub"]

    assert text == "${TheTableArn}/index/${Name} of ${TheTable}"
    assert set(variables) == {"Name", "TheTable", "TheTableArn"}
    assert adopting({"Fn::Sub": "${AWS::Region}"}) == {"Fn::Sub": "${AWS::Region}"}


def test_a_release_changes_at_most_one_index() -> None:
    """DynamoDB creates or deletes one index for each update of a table, so CloudFormation fails
    with two. Release them one after the other, and keep the template of each release."""
    newest = max((ROOT / "tests/deploy/releases").glob("*.json.gz"))
    released = json.loads(gzip.decompress(newest.read_bytes()))
    (table,) = of_type(released, "AWS::DynamoDB::Table")
    before = {each["IndexName"] for each in table["GlobalSecondaryIndexes"]}

    assert len(before ^ set(INDEXES)) <= 1
