"""Makes ministack's tables, queues and topics durable: each request is stored before its answer.

ministack itself keeps everything in memory and writes it to disk only when it is stopped, so a kill
or a full disk would lose the run. These classes find out what a request has changed in ministack's
memory. They depend on its internals, so requirements-dev.txt pins its version.
"""

import importlib
import json
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, NoReturn, Protocol

from infra.local.aws.state_database import StateDatabase, StateRow

Answer = tuple[int, dict[str, str], Any]
Handler = Callable[[str, str, dict[str, str], bytes, dict[str, Any]], Awaitable[Answer]]
Fail = Callable[[str], NoReturn]

ITEM_ACTIONS = frozenset(
    f"DynamoDB_20120810.{name}"
    for name in (
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    )
)
"""These leave the definitions of tables as they are."""


class DurableService(Protocol):
    def load(self, database: StateDatabase) -> None:
        """Puts the stored state into ministack's memory."""
        ...

    def changes(self, action: str) -> Iterator[StateRow]:
        """The changes since the last call. `action` is the request's X-Amz-Target."""
        ...


def make_durable(database: StateDatabase, services: Sequence[str] | None, fail: Fail) -> None:
    """Loads the stored state and stores all later changes. `services` are the ones that run (None:
    all). If a change cannot be stored, `fail` is called with the reason and must end the process,
    because the change must not be answered."""
    kept = {name: make() for name, make in DURABLE.items() if services is None or name in services}
    for name, service in kept.items():
        _load(service, name, database)
    for name in kept:
        module = _module(name)
        changed = [kept[other] for other in CHANGED_BY[name] if other in kept]
        module.handle_request = _storing(module.handle_request, changed, database, fail)


def _load(service: DurableService, name: str, database: StateDatabase) -> None:
    try:
        service.load(database)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise database.unreadable(f"{name}: {type(error).__name__}: {error}") from error


def _storing(
    handle: Handler, changed: Sequence[DurableService], database: StateDatabase, fail: Fail
) -> Handler:
    async def handle_and_store(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Answer:
        answer = await handle(method, path, headers, body, query)
        try:
            action = headers.get("x-amz-target", "")
            if rows := [row for service in changed for row in service.changes(action)]:
                database.write(rows)
        except Exception as error:
            fail(str(error))
        return answer

    return handle_and_store


class DurableTables:
    """Tables, their items, and the records of their streams."""

    def __init__(self) -> None:
        self._dynamodb = _module("dynamodb")
        self._changed: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._definitions = ""
        self._streamed: dict[str, int] = {}
        """For each stream's ARN the position up to which its records are stored."""

    def load(self, database: StateDatabase) -> None:
        self._definitions = dict(database.rows("tables")).get("all", "")
        if self._definitions:
            state = _decoded(self._definitions)
            self._load_items(database, state["tables"])
            self._dynamodb.load_persisted_state(state)
            for table in self._dynamodb._tables.all_values():
                self._dynamodb._items_replaced(table)
            self._load_streams(database)
        for name in ("_set_item", "_remove_item"):
            self._observe(name)

    def changes(self, action: str) -> Iterator[StateRow]:
        if action not in ITEM_ACTIONS:
            yield from self._definition_changes()
        changed, self._changed = self._changed, {}
        for (table_id, partition, sort), table in changed.items():
            item = table["items"].get(partition, {}).get(sort)
            key = f"{table_id} {json.dumps([partition, sort])}"
            yield StateRow("item", key, None if item is None else json.dumps(item))
        yield from self._stream_changes()

    def _load_items(self, database: StateDatabase, definitions: Any) -> None:
        tables = {table["TableId"]: table for table in definitions.all_values()}
        for table in tables.values():
            table["items"] = defaultdict(dict)
        deleted = []
        for key, value in database.rows("item"):
            table_id, _, item_key = key.partition(" ")
            if table_id in tables:
                partition, sort = json.loads(item_key)
                tables[table_id]["items"][partition][sort] = json.loads(value)
            else:
                deleted.append(StateRow("item", key, None))
        database.write(deleted)

    def _load_streams(self, database: StateDatabase) -> None:
        since = time.time() - self._dynamodb._STREAM_RETENTION_SECONDS
        records: dict[str, list[Any]] = defaultdict(list)
        expired = []
        for key, value in database.rows("stream"):
            stream, _, position = key.partition(" ")
            record = json.loads(value)
            self._streamed[stream] = int(position) + 1
            if record["dynamodb"]["ApproximateCreationDateTime"] < since:
                expired.append(StateRow("stream", key, None))
            else:
                records[stream].append(record)
        database.write(expired)
        for scope, table in self._dynamodb._tables.all_items():
            if (stream := table.get("LatestStreamArn", "")) in self._streamed:
                trimmed = self._streamed[stream] - len(records[stream])
                self._dynamodb._stream_records.set_scoped(*scope, records[stream])
                self._dynamodb._stream_trimmed.set_scoped(*scope, trimmed)

    def _observe(self, name: str) -> None:
        """Notes the key of each item that this function of ministack changes."""
        change = getattr(self._dynamodb, name)

        def change_and_note(table: dict[str, Any], partition: str, sort: str, *item: Any) -> Any:
            old = change(table, partition, sort, *item)
            self._changed[table["TableId"], partition, sort] = table
            return old

        setattr(self._dynamodb, name, change_and_note)

    def _definition_changes(self) -> Iterator[StateRow]:
        names = ("tags", "ttl_settings", "pitr_settings")
        without = ("items", self._dynamodb._INDEX_MEMBERS)
        tables = type(self._dynamodb._tables)()
        for scope, table in self._dynamodb._tables.all_items():
            tables.set_scoped(*scope, {k: v for k, v in table.items() if k not in without})
        state = {"tables": tables} | {n: getattr(self._dynamodb, f"_{n}") for n in names}
        if (text := _encoded(state)) != self._definitions:
            self._definitions = text
            yield StateRow("tables", "all", text)

    def _stream_changes(self) -> Iterator[StateRow]:
        for scope, records in self._dynamodb._stream_records.all_items():
            table = self._dynamodb._tables.get_scoped(*scope, {})
            stream = table.get("LatestStreamArn", "")
            first = self._dynamodb._stream_trimmed.get_scoped(*scope, 0)
            for position in range(self._streamed.get(stream, first), first + len(records)):
                record = json.dumps(records[position - first])
                yield StateRow("stream", f"{stream} {position:012d}", record)
            self._streamed[stream] = first + len(records)


class DurableQueues:
    """Queues and their messages, with the times until which they are hidden. The deduplication ids
    of the last five minutes are not kept."""

    def __init__(self) -> None:
        self._sqs = _module("sqs")
        self._queues: dict[str, str] = {}
        self._messages: dict[str, tuple[Any, ...]] = {}
        """For each stored message the values that change after it is sent."""

    def load(self, database: StateDatabase) -> None:
        self._queues = dict(database.rows("queue"))
        messages: dict[str, list[dict[str, Any]]] = {queue_id: [] for queue_id in self._queues}
        for key, value in database.rows("message"):
            message = json.loads(value)
            self._messages[key] = _progress(message)
            messages[key.partition(" ")[0]].append(message)
        for queue_id, value in self._queues.items():
            queue = json.loads(value)
            account, region, name = queue_id.split("/")
            # The engine's port, which is part of the URL, may be another one now.
            queue["url"] = self._sqs._queue_url_for_account(account, name)
            queue["messages"] = sorted(messages[queue_id], key=_queued_at)
            queue["dedup_cache"] = {}
            self._sqs._queues.set_scoped(account, region, queue["url"], queue)
        self._sqs._rebuild_queue_name_index()

    def changes(self, action: str) -> Iterator[StateRow]:
        queues: dict[str, str] = {}
        messages: dict[str, tuple[Any, ...]] = {}
        for (account, region, _), queue in self._sqs._queues.all_items():
            queue_id = f"{account}/{region}/{queue['name']}"
            rest = {k: v for k, v in queue.items() if k not in ("messages", "dedup_cache")}
            queues[queue_id] = json.dumps(rest)
            for message in queue["messages"]:
                key = f"{queue_id} {message['id']}"
                messages[key] = _progress(message)
                if messages[key] != self._messages.get(key):
                    yield StateRow("message", key, json.dumps(message))
        for key, text in queues.items():
            if text != self._queues.get(key):
                yield StateRow("queue", key, text)
        for key in self._messages.keys() - messages.keys():
            yield StateRow("message", key, None)
        for key in self._queues.keys() - queues.keys():
            yield StateRow("queue", key, None)
        self._queues, self._messages = queues, messages


class DurableTopics:
    """Topics and subscriptions."""

    def __init__(self) -> None:
        self._sns = _module("sns")
        self._stored = ""

    def load(self, database: StateDatabase) -> None:
        self._stored = dict(database.rows("topics")).get("all", "")
        if self._stored:
            self._sns.load_persisted_state(_decoded(self._stored))

    def changes(self, action: str) -> Iterator[StateRow]:
        if (text := _encoded(self._sns.get_state())) != self._stored:
            self._stored = text
            yield StateRow("topics", "all", text)


DURABLE: dict[str, Callable[[], DurableService]] = {
    "dynamodb": DurableTables,
    "sqs": DurableQueues,
    "sns": DurableTopics,
}
CHANGED_BY = {"dynamodb": ("dynamodb",), "sqs": ("sqs",), "sns": ("sns", "sqs")}
"""The services whose state a request to this service can change: a topic may feed a queue."""


def _module(name: str) -> Any:
    # ministack reads its configuration from the environment when it is imported.
    return importlib.import_module(f"ministack.services.{name}")


def _encoded(state: dict[str, Any]) -> str:
    from ministack.core.persistence import _json_default

    return json.dumps(state, default=_json_default)


def _decoded(text: str) -> dict[str, Any]:
    from ministack.core.persistence import _json_object_hook

    state: dict[str, Any] = json.loads(text, object_hook=_json_object_hook)
    return state


def _progress(message: dict[str, Any]) -> tuple[Any, ...]:
    return message.get("visible_at"), message.get("receive_count"), message.get("receipt_handle")


def _queued_at(message: dict[str, Any]) -> tuple[float, str]:
    return message.get("enqueued_at", message.get("sent_at", 0.0)), message.get("seq") or ""
