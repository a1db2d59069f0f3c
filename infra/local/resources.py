"""The table, as local engines and tests get it. On AWS the template creates it."""

from typing import Any

TTL_ATTRIBUTE = "x"

INDEXES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("board", "i", "bk", ("q", "o")),
    ("recent", "i", "rk", ()),
    ("name", "i", "nk", ()),
    ("due", "d", "dk", ()),
)
"""Name, partition key, sort key, and what the index shows beside the keys."""

NUMBERS = frozenset({"dk"})
"""Key attributes are strings, but for these."""


def table_definition() -> dict[str, Any]:
    """What CreateTable, and a template's `AWS::DynamoDB::Table`, need; without a name."""
    keys = ["pk", "sk", *(name for _, pk, sk, _ in INDEXES for name in (pk, sk))]
    return {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": "N" if name in NUMBERS else "S"}
            for name in dict.fromkeys(keys)
        ],
        "KeySchema": _key_schema("pk", "sk"),
        "GlobalSecondaryIndexes": [
            {
                "IndexName": name,
                "KeySchema": _key_schema(pk, sk),
                "Projection": _projection(shown),
            }
            for name, pk, sk, shown in INDEXES
        ],
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    }


def create_table(client: Any, name: str) -> None:
    """`client` is a DynamoDB client. Returns when the table can be used."""
    client.create_table(TableName=name, **table_definition())
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    client.update_time_to_live(
        TableName=name,
        TimeToLiveSpecification={"Enabled": True, "AttributeName": TTL_ATTRIBUTE},
    )


def _key_schema(pk: str, sk: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": pk, "KeyType": "HASH"},
        {"AttributeName": sk, "KeyType": "RANGE"},
    ]


def _projection(shown: tuple[str, ...]) -> dict[str, Any]:
    if not shown:
        return {"ProjectionType": "KEYS_ONLY"}
    return {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(shown)}
