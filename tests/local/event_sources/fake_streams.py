"""A fake stream with many shards; ministack has only one shard per table."""

from typing import Any


class FakeStreams:
    """Answers like a boto3 `dynamodbstreams` client. An iterator is `shard/position`; a record's
    sequence number is its position."""

    def __init__(self, parents: dict[str, str | None]) -> None:
        self._parents = parents
        self._records: dict[str, list[dict[str, Any]]] = {shard: [] for shard in parents}
        self._closed: set[str] = set()

    def add(self, shard: str, *ids: str) -> None:
        for one in ids:
            position = len(self._records[shard])
            change = {"Keys": {"id": {"S": one}}, "SequenceNumber": str(position)}
            self._records[shard].append({"eventName": "INSERT", "dynamodb": change})

    def close(self, shard: str) -> None:
        self._closed.add(shard)

    def list_streams(self, **request: Any) -> Any:
        return {"Streams": [{"StreamArn": "arn:stream", "StreamLabel": "1"}]}

    def describe_stream(self, **request: Any) -> Any:
        """Returns one shard per page."""
        shards = list(self._parents)
        start = shards.index(request.get("ExclusiveStartShardId", shards[-1])) + 1
        shard = shards[start % len(shards)]
        described = {"ShardId": shard, "ParentShardId": self._parents[shard]}
        more = {} if shard == shards[-1] else {"LastEvaluatedShardId": shard}
        return {"StreamDescription": {"Shards": [described], **more}}

    def get_shard_iterator(self, **request: Any) -> Any:
        after = request.get("SequenceNumber")
        position = 0 if after is None else int(after) + 1
        return {"ShardIterator": f"{request['ShardId']}/{position}"}

    def get_records(self, **request: Any) -> Any:
        shard, position = request["ShardIterator"].split("/")
        end = int(position) + request["Limit"]
        page = self._records[shard][int(position) : end]
        following = int(position) + len(page)
        at_end = following == len(self._records[shard])
        if at_end and shard in self._closed:
            return {"Records": page}
        return {"Records": page, "NextShardIterator": f"{shard}/{following}"}
