"""Opens the table, and reads and writes its rows.

Reads are strongly consistent. A row whose `expires` has passed counts as absent, because DynamoDB
takes up to days to delete it.
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

from chalicelib.adapters.dynamodb.errors import CONDITION_FAILED, translate_errors, unavailable
from chalicelib.adapters.dynamodb.keys import RowKey
from chalicelib.adapters.dynamodb.rows import Row, row_of
from chalicelib.adapters.dynamodb.schema import table_definition
from chalicelib.usecases.ports.system import Clock

CONNECT_TIMEOUT, READ_TIMEOUT = 1.0, 3.0
"""Seconds."""
RETRIES = 2
"""Retries of the SDK after the first attempt."""
USER_AGENT = "baton"
KEYS_PER_READ = 100
ROWS_PER_WRITE = 25
ROUNDS = 6
FIRST_PAUSE = 20
"""Milliseconds before the first retry of unprocessed keys; doubled for each further retry."""

R = TypeVar("R", bound=Row)
RawItem = dict[str, dict[str, Any]]
Found = dict[RowKey, Row]


class Table(Struct, frozen=True):
    connection: TableConnection
    shards: int = 1
    """Number of partitions from which each list is read."""
    filled: int | None = None
    """Number of shards that are written to; smaller than `shards` during resharding. None: all."""

    @property
    def filled_shards(self) -> int:
        return self.filled or self.shards

    @property
    def client(self) -> Any:
        """The botocore client that all stores share."""
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
    # Otherwise botocore describes the machine twice per call, which is a fifth of its work.
    connection.connection.session.set_default_client_config(Config(user_agent=USER_AGENT))
    table = Table(connection, shards, filled)
    # Created now, because two concurrent threads would create two clients.
    _ = table.client
    return table


def row_at(found: Found, kind: type[R], key: RowKey | None) -> R | None:
    """The row with this key, which must be of this kind. None if there is no key or no row."""
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
        """The time in seconds at which a row expires; `life` is in milliseconds from now."""
        return -(-(self._clock.now() + life) // 1000)

    def is_absent(self, kind: type[Row]) -> Condition:
        """The condition that such a row does not exist, or has expired."""
        expired = kind.expires <= self.seconds
        absent: Condition = kind.pk.does_not_exist() | expired
        return absent

    def get(self, kind: type[R], key: RowKey) -> R | None:
        with translate_errors():
            answer = self.table.connection.get_item(key.pk, key.sk, consistent_read=True)
        return row_at(self._alive([answer["Item"]] if "Item" in answer else []), kind, key)

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
        """Returns at most 1 MB of one partition, and the key after which the next page begins."""
        with translate_errors():
            answer = self.table.connection.query(
                pk,
                range_key_condition=condition,
                consistent_read=True,
                scan_index_forward=not backwards,
                limit=limit,
                exclusive_start_key=after,
            )
        return list(self._alive(answer["Items"]).values()), answer.get("LastEvaluatedKey")

    def query_all(self, kind: type[R], pk: str, condition: Condition | None) -> Iterator[R]:
        """Yields all rows of one kind; one round trip per 1 MB."""
        rows, after = self.page(pk, condition)
        while True:
            yield from (row for row in rows if isinstance(row, kind))
            if after is None:
                return
            rows, after = self.page(pk, condition, after=after)

    def put(self, row: Row, condition: Condition | None = None) -> bool:
        """False if the condition does not hold."""
        connection, item = self.table.connection, row.serialize()
        return self._holds(
            lambda: connection.put_item(row.pk, row.sk, attributes=item, condition=condition)
        )

    def update(
        self, row: Row, actions: Sequence[Action], condition: Condition | None = None
    ) -> bool:
        """Also updates the attributes of `row`. False if the condition does not hold."""

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

    def pop(self, kind: type[R], key: RowKey) -> R | None:
        """Deletes the row and returns it. Only one of several concurrent callers gets it."""
        with translate_errors():
            answer = self.table.connection.delete_item(key.pk, key.sk, return_values="ALL_OLD")
        old = answer.get("Attributes")
        return row_at(self._alive([old] if old else []), kind, key)

    def delete_if(self, key: RowKey, condition: Condition) -> bool:
        """False if the condition does not hold."""
        connection = self.table.connection
        return self._holds(lambda: connection.delete_item(key.pk, key.sk, condition=condition))

    def delete(self, keys: Iterable[RowKey]) -> None:
        wanted: list[Any] = [key._asdict() for key in keys]
        for start in range(0, len(wanted), ROWS_PER_WRITE):
            self._delete_batch(wanted[start : start + ROWS_PER_WRITE])

    def put_all(self, rows: Iterable[Row]) -> None:
        """Replaces rows that are there. Of two with one key, the last counts."""
        items = list({row.key: row.serialize() for row in rows}.values())
        for start in range(0, len(items), ROWS_PER_WRITE):
            self._put_batch(items[start : start + ROWS_PER_WRITE])

    def _holds(self, write: Callable[[], object]) -> bool:
        try:
            with translate_errors():
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
            with translate_errors():
                answer = self.table.connection.batch_get_item(asked, consistent_read=True)
            found += answer["Responses"].get(name, [])
            asked = answer.get("UnprocessedKeys", {}).get(name, {}).get("Keys")
            if not asked:
                return found
            self._clock.sleep(FIRST_PAUSE * 2**round_)
        raise unavailable()

    def _put_batch(self, items: list[Any]) -> None:
        for round_ in range(ROUNDS):
            with translate_errors():
                answer = self.table.connection.batch_write_item(put_items=items)
            left = answer.get("UnprocessedItems", {}).get(self.table.connection.table_name)
            if not left:
                return
            items = [request["PutRequest"]["Item"] for request in left]
            self._clock.sleep(FIRST_PAUSE * 2**round_)
        raise unavailable()

    def _delete_batch(self, keys: list[Any]) -> None:
        for round_ in range(ROUNDS):
            with translate_errors():
                answer = self.table.connection.batch_write_item(delete_items=keys)
            left = answer.get("UnprocessedItems", {}).get(self.table.connection.table_name)
            if not left:
                return
            keys = [request["DeleteRequest"]["Key"] for request in left]
            self._clock.sleep(FIRST_PAUSE * 2**round_)
        raise unavailable()
