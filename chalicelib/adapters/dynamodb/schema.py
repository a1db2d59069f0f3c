"""The definition of the table: keys, indexes and stream."""

from typing import Any

TTL_ATTRIBUTE = "x"

BOARD, RECENT, NAME, DUE, HANDOFFS = "board", "recent", "name", "due", "handoffs"

INDEXES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    BOARD: ("i", "bk", ("q", "o")),
    RECENT: ("i", "rk", ()),
    NAME: ("i", "nk", ()),
    DUE: ("d", "dk", ()),
    HANDOFFS: ("hi", "hk", ()),
}
"""Partition key, sort key and projected attributes of each index. Three indexes share a partition
key; a head is in those whose sort key it has. `due` holds the heads with a deadline, for the sweep.
`handoffs` holds the handoffs by the time of their request."""

NUMBERS = frozenset({"dk"})
"""The key attributes that are numbers; all others are strings."""


def table_definition() -> dict[str, Any]:
    """The arguments of CreateTable, except for the name."""
    keys = ["pk", "sk", *(name for pk, sk, _ in INDEXES.values() for name in (pk, sk))]
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
            for name, (pk, sk, shown) in INDEXES.items()
        ],
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    }


def _key_schema(pk: str, sk: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": pk, "KeyType": "HASH"},
        {"AttributeName": sk, "KeyType": "RANGE"},
    ]


def _projection(shown: tuple[str, ...]) -> dict[str, Any]:
    if not shown:
        return {"ProjectionType": "KEYS_ONLY"}
    return {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(shown)}
