"""The table, and reading and writing its rows.

A row whose `expires` has passed is absent, whether DynamoDB has removed it yet or not: that takes
it up to days. Reads are strongly consistent.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from botocore.config import Config
from msgspec import Struct
from pynamodb.connection.base import MetaTable
from pynamodb.connection.table import TableConnection
from pynamodb.exceptions import PynamoDBException
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb.errors import CONDITION_FAILED, answered, unavailable
from chalicelib.adapters.dynamodb.keys import RowKey
from chalicelib.adapters.dynamodb.rows import Row, row_of
from chalicelib.adapters.dynamodb.schema import table_definition
from chalicelib.usecases.ports.system import Clock

CONNECT_TIMEOUT, READ_TIMEOUT = 1.0, 3.0
"""Seconds."""
RETRIES = 2
"""By the SDK itself, after the first attempt."""
USER_AGENT = "baton"
KEYS_PER_READ = 100
KEYS_PER_DELETE = 25
ROUNDS = 6
FIRST_PAUSE = 20
"""Milliseconds before what DynamoDB left unprocessed is asked for again; doubled each round."""

R = TypeVar("R", bound=Row)
RawItem = dict[str, dict[str, Any]]
Found = dict[RowKey, Row]


class Table(Struct, frozen=True):
    connection: TableConnection
    shards: int = 1
    """So many partitions each list is read from."""
    filled: int | None = None
    """Into so many of them rows are put, where it is not all: while their number is raised."""

    @property
    def filled_shards(self) -> int:
        return self.filled or self.shards

    @property
    def client(self) -> Any:
        """The one botocore client behind all rows."""
        return self.connection.connection.client


def open_table(
    name: str,
    region: str,
    host: str | None = None,
    *,
    shards: int = 1,
    filled: int | None = None,
    connections: int = 64,
) -> Table:
    """`shards` is the number of partitions per list; it may be raised, never lowered."""
    connection = TableConnection(
        name,
        region=region,
        host=host,
        connect_timeout_seconds=CONNECT_TIMEOUT,
        read_timeout_seconds=READ_TIMEOUT,
        max_retry_attempts=RETRIES,
        max_pool_connections=connections,
        meta_table=MetaTable({"TableName": name, **table_definition()}),
    )
    # Else the SDK writes a description of this machine, twice for each call: a fifth of its work.
    connection.connection.session.set_default_client_config(Config(user_agent=USER_AGENT))
    table = Table(connection, shards, filled)
    # Made now: two threads that make it at once would make two.
    _ = table.client
    return table


def named(found: Found, kind: type[R], key: RowKey | None) -> R | None:
    row = found.get(key) if key else None
    assert row is None or isinstance(row, kind)
    return row


class Rows:
    def __init__(self, table: Table, clock: Clock) -> None:
        self.table = table
        self._clock = clock

    @property
    def seconds(self) -> int:
        return self._clock.now() // 1000

    def expiry(self, life: int) -> int:
        """When something ends that lives for so many milliseconds from now, in seconds."""
        return -(-(self._clock.now() + life) // 1000)

    def is_absent(self, kind: type[Row]) -> Condition:
        """The condition under which such a row may be put: there is none, or it has expired."""
        expired = kind.expires <= self.seconds
        absent: Condition = kind.pk.does_not_exist() | expired
        return absent

    def get(self, kind: type[R], key: RowKey) -> R | None:
        with answered():
            answer = self.table.connection.get_item(key.pk, key.sk, consistent_read=True)
        return named(self._alive([answer["Item"]] if "Item" in answer else []), kind, key)

    def get_all(self, keys: Iterable[RowKey | None]) -> Found:
        """One round trip per 100 keys."""
        wanted = list(dict.fromkeys(key for key in keys if key))
        found: Found = {}
        for start in range(0, len(wanted), KEYS_PER_READ):
            found |= self._alive(self._batch(wanted[start : start + KEYS_PER_READ]))
        return found

    def page(
        self,
        pk: str,
        condition: Condition | None,
        *,
        limit: int | None = None,
        backwards: bool = False,
        after: RawItem | None = None,
    ) -> tuple[list[Row], RawItem | None]:
        """At most 1 MB of one partition, and where the next page begins."""
        with answered():
            answer = self.table.connection.query(
                pk,
                range_key_condition=condition,
                consistent_read=True,
                scan_index_forward=not backwards,
                limit=limit,
                exclusive_start_key=after,
            )
        return list(self._alive(answer["Items"]).values()), answer.get("LastEvaluatedKey")

    def every(self, kind: type[R], pk: str, condition: Condition | None) -> Iterator[R]:
        """All rows of one kind, as many pages as that takes."""
        rows, after = self.page(pk, condition)
        while True:
            yield from (row for row in rows if isinstance(row, kind))
            if after is None:
                return
            rows, after = self.page(pk, condition, after=after)

    def put(self, row: Row, condition: Condition | None = None) -> bool:
        """False where the condition did not hold."""
        connection, item = self.table.connection, row.serialize()
        return self._holds(
            lambda: connection.put_item(row.pk, row.sk, attributes=item, condition=condition)
        )

    def update(
        self, row: Row, actions: Sequence[Action], condition: Condition | None = None
    ) -> bool:
        """Brings `row` up to date as well; False where the condition did not hold."""

        def write() -> None:
            answer = self.table.connection.update_item(
                row.pk,
                row.sk,
                actions=[type(row).kind.set(type(row)), *actions],
                condition=condition,
                return_values="ALL_NEW",
            )
            row.deserialize(answer["Attributes"])

        return self._holds(write)

    def take(self, kind: type[R], key: RowKey) -> R | None:
        """Removes the row and returns it: of any number of callers one gets it."""
        with answered():
            answer = self.table.connection.delete_item(key.pk, key.sk, return_values="ALL_OLD")
        old = answer.get("Attributes")
        return named(self._alive([old] if old else []), kind, key)

    def delete(self, keys: Iterable[RowKey]) -> None:
        wanted: list[Any] = [key._asdict() for key in keys]
        for start in range(0, len(wanted), KEYS_PER_DELETE):
            self._delete_batch(wanted[start : start + KEYS_PER_DELETE])

    def _holds(self, write: Callable[[], object]) -> bool:
        try:
            with answered():
                write()
        except PynamoDBException as error:
            if error.cause_response_code == CONDITION_FAILED:
                return False
            raise
        return True

    def _alive(self, items: Iterable[RawItem]) -> Found:
        now = self._clock.now()
        rows = (row_of(item) for item in items)
        return {r.key: r for r in rows if r and (not r.expires or r.expires * 1000 > now)}

    def _batch(self, keys: Sequence[RowKey]) -> list[RawItem]:
        name, found = self.table.connection.table_name, []
        asked: Any = [key._asdict() for key in keys]
        for round_ in range(ROUNDS):
            with answered():
                answer = self.table.connection.batch_get_item(asked, consistent_read=True)
            found += answer["Responses"].get(name, [])
            asked = answer.get("UnprocessedKeys", {}).get(name, {}).get("Keys")
            if not asked:
                return found
            self._clock.sleep(FIRST_PAUSE * 2**round_)
        raise unavailable()

    def _delete_batch(self, keys: list[Any]) -> None:
        for round_ in range(ROUNDS):
            with answered():
                answer = self.table.connection.batch_write_item(delete_items=keys)
            left = answer.get("UnprocessedItems", {}).get(self.table.connection.table_name)
            if not left:
                return
            keys = [request["DeleteRequest"]["Key"] for request in left]
            self._clock.sleep(FIRST_PAUSE * 2**round_)
        raise unavailable()
