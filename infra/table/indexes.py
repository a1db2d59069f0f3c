"""The rule for changes of a table's indexes: DynamoDB creates or deletes one in each update of the
table, and CloudFormation makes one update of all changes of the table.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-dynamodb-table.html
"""

from collections.abc import Mapping
from typing import Any

TABLE = "AWS::DynamoDB::Table"
INDEXES = "GlobalSecondaryIndexes"
SHAPE = ("KeySchema", "Projection")
"""DynamoDB cannot change these: CloudFormation deletes the index and creates it again."""


def refusal(before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
    """Returns why a stack's template must not change so, or None."""
    for name in _tables(before).keys() & _tables(after).keys():
        old, new = _indexes(_tables(before)[name]), _indexes(_tables(after)[name])
        created = sorted(index for index in new if new[index] != old.get(index))
        deleted = sorted(index for index in old if old[index] != new.get(index))
        if len(created) + len(deleted) > 1:
            return (
                f"DynamoDB creates or deletes one index in each update of a table. This package "
                f"would create {_listed(created)} and delete {_listed(deleted)} of {name}. Deploy "
                "the releases between this one and the present one, one after the other. In a "
                f"package of your own, change one entry of {INDEXES} in its template.json and "
                "deploy, then the next one: first what is new, last what no function uses any more."
            )
    return None


def _tables(template: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    resources = template.get("Resources", {})
    return {name: each for name, each in resources.items() if each["Type"] == TABLE}


def _indexes(table: Mapping[str, Any]) -> dict[str, object]:
    listed = table.get("Properties", {}).get(INDEXES, ())
    return {each["IndexName"]: [each.get(part) for part in SHAPE] for each in listed}


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none"
