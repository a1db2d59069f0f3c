"""The table, as local engines and tests get it. On AWS the template creates it."""

from typing import Any

from chalicelib.adapters.dynamodb.schema import TTL_ATTRIBUTE, table_definition


def create_table(client: Any, name: str) -> None:
    """`client` is a DynamoDB client. Returns when the table can be used; one that exists stays."""
    try:
        client.create_table(TableName=name, **table_definition())
    except client.exceptions.ResourceInUseException:
        return
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    client.update_time_to_live(
        TableName=name,
        TimeToLiveSpecification={"Enabled": True, "AttributeName": TTL_ATTRIBUTE},
    )
