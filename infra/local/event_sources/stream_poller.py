"""Passes the records of a DynamoDB stream to a handler, in order, parent shards before children."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from botocore.exceptions import ClientError

from infra.local.event_sources.batch_delivery import (
    DeadLetterFile,
    DeadLetterSink,
    Delivery,
    RetryPolicy,
)
from infra.local.event_sources.checkpoints import Checkpoints
from infra.local.event_sources.event_source import EventSource
from infra.local.event_sources.stream_records import accepts, lambda_record, sequence_number
from infra.local.invocation import Event, Handler

log = logging.getLogger(__name__)

# Seconds between two polls of an idle stream. Changes that an invocation of this process makes are
# noticed at once, those of other programs after a pause.
EMPTY_PAUSE = 0.5
# Seconds between two searches for new shards.
DISCOVERY_INTERVAL = 5.0
# The error codes for a checkpoint that the stream no longer has.
CHECKPOINT_LOST = {"TrimmedDataAccessException", "ValidationException"}


class StreamApi(Protocol):
    """The methods of a boto3 `dynamodbstreams` client that are used here."""

    def list_streams(self, **request: Any) -> Any: ...
    def describe_stream(self, **request: Any) -> Any: ...
    def get_shard_iterator(self, **request: Any) -> Any: ...
    def get_records(self, **request: Any) -> Any: ...


@dataclass
class Shard:
    id: str
    parent: str | None
    iterator: str | None = None
    finished: bool = False


class StreamPoller(EventSource):
    """Passes the records that match `pattern` to the handler (see `stream_records.accepts`; None:
    all), beginning after the checkpoints under `state`. Records that keep failing go to
    `on_dead_letter`, by default a file under `state`."""

    def __init__(
        self,
        name: str,
        streams: StreamApi,
        table: str,
        handler: Handler,
        *,
        state: Path,
        pattern: Mapping[str, Any] | None = None,
        batch_size: int = 100,
        retries: RetryPolicy | None = None,
        on_dead_letter: DeadLetterSink | None = None,
    ) -> None:
        super().__init__(name, handler)
        self._streams = streams
        self._table = table
        self._accepts = accepts(pattern)
        self._batch_size = batch_size
        self._checkpoints = Checkpoints(state, table)
        self._delivery = Delivery(
            name,
            self.invoke,
            retries or RetryPolicy(),
            on_dead_letter or DeadLetterFile(state / f"dead-letters-{name}.jsonl"),
            self._stopping,
        )
        self._arn = ""
        self._shards: dict[str, Shard] = {}
        self._discover_at = 0.0

    def step(self) -> float:
        began = time.monotonic()
        try:
            self._discover(began)
            moved = [self._advance(shard) for shard in self._ready_shards()]
        except Exception:
            # Iterators and shards may be stale now; the checkpoints are not.
            self._shards, self._discover_at = {}, 0.0
            raise
        return 0.0 if any(moved) else EMPTY_PAUSE

    def _discover(self, now: float) -> None:
        if now < self._discover_at:
            return
        arn = self._stream_arn()
        if arn != self._arn:
            self._arn, self._shards = arn, {}
        for described in self._described_shards():
            shard = Shard(described["ShardId"], described.get("ParentShardId"))
            self._shards.setdefault(shard.id, shard)
        self._discover_at = now + DISCOVERY_INTERVAL

    def _stream_arn(self) -> str:
        streams = self._streams.list_streams(TableName=self._table)["Streams"]
        if not streams:
            raise LookupError(
                f"The table {self._table} has no stream. Create it with StreamEnabled."
            )
        return str(max(streams, key=lambda stream: stream["StreamLabel"])["StreamArn"])

    def _described_shards(self) -> list[dict[str, Any]]:
        shards: list[dict[str, Any]] = []
        page: dict[str, Any] = {}
        while True:
            answer = self._streams.describe_stream(StreamArn=self._arn, **page)
            description = answer["StreamDescription"]
            shards += description["Shards"]
            if not (last := description.get("LastEvaluatedShardId")):
                return shards
            page = {"ExclusiveStartShardId": last}

    def _ready_shards(self) -> list[Shard]:
        """A child shard waits for its parent, so that an item's changes stay in order."""
        unfinished = {shard.id for shard in self._shards.values() if not shard.finished}
        return [
            shard
            for shard in self._shards.values()
            if shard.id in unfinished and shard.parent not in unfinished
        ]

    def _advance(self, shard: Shard) -> bool:
        """Reads and delivers one page; returns True if there was anything to do."""
        iterator = shard.iterator or self._iterator(shard)
        answer = self._streams.get_records(ShardIterator=iterator, Limit=self._batch_size)
        records = answer["Records"]
        if records and not self._deliver(shard, records):
            return False
        shard.iterator = answer.get("NextShardIterator")
        if shard.iterator is None:
            shard.finished = True
            self._discover_at = 0.0
        return bool(records) or shard.finished

    def _deliver(self, shard: Shard, records: list[Event]) -> bool:
        wanted = [lambda_record(r, self._arn) for r in records if self._accepts(r)]
        settled = self._delivery.deliver(
            wanted, lambda number: self._checkpoints.move(shard.id, number)
        )
        if settled:
            self._checkpoints.move(shard.id, sequence_number(records[-1]))
        return settled

    def _iterator(self, shard: Shard) -> str:
        checkpoint = self._checkpoints.get(shard.id)
        if checkpoint:
            try:
                return self._request_iterator(
                    shard, ShardIteratorType="AFTER_SEQUENCE_NUMBER", SequenceNumber=checkpoint
                )
            except ClientError as error:
                if error.response["Error"]["Code"] not in CHECKPOINT_LOST:
                    raise
                log.info(
                    "%s starts at the oldest record, because its checkpoint left the stream.",
                    self.name,
                )
        return self._request_iterator(shard, ShardIteratorType="TRIM_HORIZON")

    def _request_iterator(self, shard: Shard, **position: str) -> str:
        answer = self._streams.get_shard_iterator(StreamArn=self._arn, ShardId=shard.id, **position)
        return str(answer["ShardIterator"])
