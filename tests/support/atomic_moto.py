"""moto's DynamoDB with one call at a time, without a stream, and without HTTP.

moto itself is not atomic under threads: two can both succeed with one conditional transaction.
Most of the time of a call is spent on the way to its DynamoDB and back: it looks for the URL's
service, makes a werkzeug request, and compares the answer with the service's model. It also makes a
deep copy of the table for each row of a transaction, with everything that its stream ever held.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from copy import copy, deepcopy
from threading import RLock
from typing import Any
from unittest.mock import patch

from botocore.awsrequest import AWSPreparedRequest
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.exceptions import ServiceException
from moto.core.parse import JSONParser
from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores, get_service_model
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import StreamShard, Table
from moto.dynamodb.models.utilities import dynamo_json_dump
from moto.dynamodb.responses import DynamoHandler
from werkzeug.exceptions import HTTPException

DYNAMODB = "DynamoDB_20120810."
"""Calls of DynamoDB begin so in their header X-Amz-Target."""
Answer = tuple[int, dict[str, str], str]


@contextmanager
def atomic_moto() -> Iterator[None]:
    lock = RLock()
    shipped_process, shipped_update = BotocoreStubber.process_request, DynamoDBBackend.update_item

    def process(self: BotocoreStubber, request: AWSPreparedRequest) -> Any:
        service, _, action = _text(request.headers.get("X-Amz-Target", "")).rpartition(".")
        if f"{service}." != DYNAMODB:
            return shipped_process(self, request)
        with lock:
            return _answer(action, request)

    def update(self: DynamoDBBackend, table_name: str, key: Any, *rest: Any, **named: Any) -> Any:
        """Changes a copy of the row: the row itself may be part of a backup."""
        table = self.get_table(table_name)
        partition, sort = self.get_keys_value(table, key)
        row = table.get_item(partition, sort)
        if row is not None:
            table.items[partition][sort] = deepcopy(row)
        return shipped_update(self, table_name, key, *rest, **named)

    with ExitStack() as patches:
        for owner, name, replacement in (
            (BotocoreStubber, "process_request", process),
            (DynamoDBBackend, "update_item", update),
            (Table, "__deepcopy__", _backup),
            (StreamShard, "add", _forget),
        ):
            patches.enter_context(patch.object(owner, name, replacement, create=True))
        yield


def _backup(table: Table, _: object) -> Table:
    """A copy of the table for a transaction that fails. Rows are replaced and never changed."""
    backup = copy(table)
    backup.items = defaultdict(dict, {key: dict(rows) for key, rows in table.items.items()})
    return backup


def _forget(_: StreamShard, *__: Any) -> None:
    """Drops the record: no test reads the stream."""


def _answer(action: str, request: AWSPreparedRequest) -> Answer:
    handler = _handler(action, request)
    try:
        result = getattr(handler, camelcase_to_underscores(action))().result
    except ServiceException as error:
        status, headers, body = handler.serialized(ActionResult(error))
        return int(status), headers, body
    except HTTPException as error:
        return error.code or 400, dict(error.get_headers() or []), error.description or ""
    return 200, {}, dynamo_json_dump(result)


def _handler(action: str, request: AWSPreparedRequest) -> DynamoHandler:
    handler = DynamoHandler()
    handler.headers = {name: _text(value) for name, value in request.headers.items()}
    handler.querystring, handler.response_headers = {}, {}
    handler.region = handler.get_region_from_url(handler, request.url)
    handler.current_account = handler.get_current_account()
    operation = get_service_model("dynamodb").operation_model(action)
    handler.params = JSONParser(operation).parse({"body": request.body})
    handler.body = handler.params
    return handler


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
