"""`python -m infra.table.prepare TABLE`: makes a table ready to be adopted by a stage.

A table that was restored from a backup has no stream, no expiry of rows, no protection and no
point-in-time recovery, and lacks indexes that later releases have added. Prints the parameters
with which `make deploy` adopts the table. It is safe to run twice.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.dynamodb.schema import TTL_ATTRIBUTE, table_definition
from infra.deployment.account import DeployError, session
from infra.template.storage import EXISTING_STREAM, EXISTING_TABLE

POLL_SECONDS = 5.0
Description = Mapping[str, Any]


class TableNotFit(Exception):
    """The table cannot become a table of Baton."""


class Preparation:
    """`client` is a DynamoDB client. Says each step that it takes to `say`."""

    def __init__(
        self, client: Any, table: str, say: Callable[[str], None], poll: float = POLL_SECONDS
    ) -> None:
        self._client, self._table, self._say, self._poll = client, table, say, poll
        self._definition = table_definition()

    def run(self) -> str:
        """The ARN of the table's stream. Raises TableNotFit before it changes anything."""
        found = self._settled()
        self._require_keys(found)
        self._add_indexes(found)
        self._update("deletion protection", "DeletionProtectionEnabled", True)
        if "LatestStreamArn" not in found or not found.get("StreamSpecification"):
            stream = self._definition["StreamSpecification"]
            self._update("the stream", "StreamSpecification", stream)
        elif found["StreamSpecification"] != self._definition["StreamSpecification"]:
            raise TableNotFit(f"The stream of {self._table} has other images. Disable it first.")
        self._expire_rows()
        self._say("Point-in-time recovery")
        self._client.update_continuous_backups(
            TableName=self._table,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )
        return str(self._settled()["LatestStreamArn"])

    def _require_keys(self, found: Description) -> None:
        wanted = _keys(self._definition)
        if _keys(found) != wanted:
            keys = ", ".join(_keys(found))
            raise TableNotFit(f"{self._table} is not a table of Baton: its keys are {keys}.")

    def _add_indexes(self, found: Description) -> None:
        """DynamoDB creates one index for each update of a table."""
        known = {each["IndexName"] for each in found.get("GlobalSecondaryIndexes", [])}
        for index in self._definition["GlobalSecondaryIndexes"]:
            if index["IndexName"] in known:
                continue
            self._say(f"Index {index['IndexName']}")
            self._client.update_table(
                TableName=self._table,
                AttributeDefinitions=self._attributes_of([*known, index["IndexName"]]),
                GlobalSecondaryIndexUpdates=[{"Create": index}],
            )
            known.add(index["IndexName"])
            self._settled()

    def _attributes_of(self, indexes: list[str]) -> list[dict[str, str]]:
        """DynamoDB refuses the definition of an attribute that no key uses."""
        schemas = [
            self._definition["KeySchema"],
            *(
                each["KeySchema"]
                for each in self._definition["GlobalSecondaryIndexes"]
                if each["IndexName"] in indexes
            ),
        ]
        used = {key["AttributeName"] for schema in schemas for key in schema}
        defined: list[dict[str, str]] = self._definition["AttributeDefinitions"]
        return [each for each in defined if each["AttributeName"] in used]

    def _update(self, what: str, setting: str, value: object) -> None:
        """Does nothing if the table has the setting: DynamoDB refuses a stream that is enabled."""
        if self._settled().get(setting) == value:
            return
        self._say(what[0].upper() + what[1:])
        self._client.update_table(TableName=self._table, **{setting: value})

    def _expire_rows(self) -> None:
        found = self._client.describe_time_to_live(TableName=self._table)
        if found["TimeToLiveDescription"].get("TimeToLiveStatus") in ("ENABLED", "ENABLING"):
            return
        self._say("Expiry of rows")
        expiry = {"Enabled": True, "AttributeName": TTL_ATTRIBUTE}
        self._client.update_time_to_live(TableName=self._table, TimeToLiveSpecification=expiry)

    def _settled(self) -> Description:
        """Waits until the table and its indexes are active: a restore takes from minutes to hours,
        and `aws dynamodb wait` gives up after 500 seconds."""
        while True:
            found: Description = self._client.describe_table(TableName=self._table)["Table"]
            indexes = found.get("GlobalSecondaryIndexes", [])
            states = {
                found["TableStatus"],
                *(each.get("IndexStatus", "ACTIVE") for each in indexes),
            }
            if states == {"ACTIVE"}:
                return found
            if "DELETING" in states:
                raise TableNotFit(f"{self._table} is being deleted.")
            time.sleep(self._poll)


def _keys(table: Description) -> list[str]:
    kinds = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
    return [f"{key['AttributeName']} ({kinds[key['AttributeName']]})" for key in table["KeySchema"]]


@click.command(help=__doc__)
@click.argument("table")
def main(table: str) -> None:
    try:
        client = session().client("dynamodb")
        stream = Preparation(client, table, lambda step: click.echo(f"{step} …", err=True)).run()
    except (TableNotFit, DeployError, ClientError, BotoCoreError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"--parameter {EXISTING_TABLE}={table} --parameter {EXISTING_STREAM}={stream}")


if __name__ == "__main__":
    main()
