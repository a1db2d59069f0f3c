"""Creates the table for local engines and tests. On AWS the template creates it."""

from typing import Any

from chalicelib.adapters.dynamodb.schema import TTL_ATTRIBUTE, table_definition


def create_table(client: Any, name: str) -> None:
    """Returns when the table can be used; an existing table is kept. `client` is a DynamoDB
    client."""
    try:
        client.create_table(TableName=name, **table_definition())
    except client.exceptions.ResourceInUseException:
        return
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    client.update_time_to_live(
        TableName=name,
        TimeToLiveSpecification={"Enabled": True, "AttributeName": TTL_ATTRIBUTE},
    )
