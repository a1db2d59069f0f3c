"""`python -m infra.dead_letters list|replay|purge`: works on the messages of a dead-letter queue.

It reads the same environment variables as the functions (see docs/operations.md).
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import click

from chalicelib import wiring
from chalicelib.adapters.aws.sqs import message_group
from chalicelib.entrypoints.events import stream
from chalicelib.settings import settings
from chalicelib.usecases.records.webhooks import CHANNEL, DeliveryCursor
from chalicelib.usecases.services import Services
from infra.local.event_sources.stream_records import lambda_record

VISIBILITY_SECONDS = 60
"""While a message is being handled, SQS hides it and the later messages of its group this long."""
CURSOR_ATTEMPTS = 10
STREAM_BATCH = "DDBStreamBatchInfo"
"""The key under which Lambda names the stream records that a function failed to handle."""


class NotReplayable(Exception):
    """The message cannot be replayed and stays in the queue; the text says why."""


@dataclass(frozen=True, slots=True)
class DeadMessage:
    """A message of a dead-letter queue. `at` is the time at which it was added (ISO 8601)."""

    id: str
    receipt: str
    body: Mapping[str, Any]
    at: str

    @property
    def kind(self) -> str:
        """`delivery`: the bot's webhook refused every attempt. `queue`: the webhook worker failed
        on the message. `stream`: a reaction failed on stream records. `unknown`: anything else."""
        if STREAM_BATCH in self.body:
            return "stream"
        if "typing" in self.body or "conversation_id" not in self.body:
            return "unknown"
        return "delivery" if "type" in self.body else "queue"

    def __str__(self) -> str:
        place = self.body.get(STREAM_BATCH) or self.body
        names = (
            "bot",
            "conversation_id",
            "webhook",
            "seq",
            "type",
            "shardId",
            "startSequenceNumber",
        )
        return "  ".join([self.at, self.kind, *(str(place[n]) for n in names if n in place)])


class DeadLetters:
    """The dead-letter queue at `url`. `sqs` is a boto3 client."""

    def __init__(self, sqs: Any, url: str) -> None:
        self._sqs = sqs
        self._url = url

    def __len__(self) -> int:
        """SQS's own, approximate count."""
        name = "ApproximateNumberOfMessages"
        answer = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=[name])
        return int(answer["Attributes"][name])

    def take(self) -> Iterator[DeadMessage]:
        """Receives messages until none is left. A FIFO queue gives the next message of a group only
        after the earlier ones have been deleted."""
        seen = set[str]()
        while fresh := [each for each in self._receive() if each["MessageId"] not in seen]:
            seen |= {each["MessageId"] for each in fresh}
            yield from map(_message, fresh)

    def _receive(self) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=1,
            VisibilityTimeout=VISIBILITY_SECONDS,
            MessageSystemAttributeNames=["SentTimestamp"],
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def put_back(self, message: DeadMessage) -> None:
        self._sqs.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=message.receipt, VisibilityTimeout=0
        )

    def done(self, message: DeadMessage) -> None:
        self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message.receipt)

    def purge(self) -> None:
        self._sqs.purge_queue(QueueUrl=self._url)


class Replay:
    """Handles a dead message again, depending on its kind. Replaying one twice is harmless.

    Raises NotReplayable.
    """

    def __init__(self, services: Services, sqs: Any, streams: Any, queue_url: str) -> None:
        self._services = services
        self._sqs = sqs
        self._streams = streams
        self._queue_url = queue_url

    def __call__(self, message: DeadMessage) -> None:
        self._by_kind[message.kind](message)

    @cached_property
    def _by_kind(self) -> Mapping[str, Callable[[DeadMessage], None]]:
        return {
            "delivery": self._deliver_again,
            "queue": self._enqueue,
            "stream": self._react_again,
            "unknown": _refuse_unknown,
        }

    def _deliver_again(self, message: DeadMessage) -> None:
        """Moves the delivery cursor back to this entry, so that it and the later entries are sent
        again, in order and with the same `webhook-id`."""
        bot, conversation_id, seq = (message.body[n] for n in ("bot", "conversation_id", "seq"))
        found, webhook_id = self._services.directory.bot(bot), message.body.get("webhook", CHANNEL)
        webhook = found.webhook_of(webhook_id) if found else None
        if webhook is None or not webhook.is_enabled:
            raise NotReplayable(f"the bot {bot} has no webhook, or its webhook is disabled")
        deliveries = self._services.deliveries
        for _ in range(CURSOR_ATTEMPTS):
            cursor = deliveries.cursor(bot, conversation_id, webhook_id)
            rewound = DeliveryCursor(min(cursor.seq, seq - 1))
            if deliveries.advance_cursor(bot, conversation_id, cursor, rewound, webhook_id):
                return self._enqueue(message)
        raise NotReplayable("its conversation is being delivered now")

    def _enqueue(self, message: DeadMessage) -> None:
        names = ("bot", "conversation_id", "seq", "webhook")
        queued = {name: message.body[name] for name in names if name in message.body}
        self._sqs.send_message(
            QueueUrl=self._queue_url,
            MessageBody=json.dumps(queued),
            MessageGroupId=message_group(queued),
            MessageDeduplicationId=f"replayed:{message.id}",
        )

    def _react_again(self, message: DeadMessage) -> None:
        """Runs the reactions in this process. The stream keeps its records for 24 hours."""
        records = list(self._records(message.body[STREAM_BATCH]))
        event = {"Records": records}
        answer = stream.handle(self._services, wiring.read_record, event)
        if answer["batchItemFailures"]:
            raise NotReplayable("a reaction failed again")

    def _records(self, batch: Mapping[str, Any]) -> Iterator[Any]:
        """All records from the first of the batch to its last. They include records that the event
        source's filter removed, which `batchSize` does not count."""
        arn, last = batch["streamArn"], int(batch["endSequenceNumber"])
        iterator = self._beginning(batch)
        while iterator:
            page = self._streams.get_records(ShardIterator=iterator)
            for record in page["Records"]:
                if int(record["dynamodb"]["SequenceNumber"]) > last:
                    return
                yield lambda_record(record, arn)
                if int(record["dynamodb"]["SequenceNumber"]) == last:
                    return
            iterator = page.get("NextShardIterator")

    def _beginning(self, batch: Mapping[str, Any]) -> str:
        try:
            answer = self._streams.get_shard_iterator(
                StreamArn=batch["streamArn"],
                ShardId=batch["shardId"],
                ShardIteratorType="AT_SEQUENCE_NUMBER",
                SequenceNumber=batch["startSequenceNumber"],
            )
        except self._streams.exceptions.TrimmedDataAccessException:
            raise NotReplayable(
                "the stream no longer has its records; the log has their entries"
            ) from None
        return str(answer["ShardIterator"])


def _refuse_unknown(message: DeadMessage) -> None:
    raise NotReplayable("its kind is unknown")


def _message(message: Mapping[str, Any]) -> DeadMessage:
    sent = int(message["Attributes"]["SentTimestamp"]) / 1000
    try:
        body = json.loads(message["Body"])
    except ValueError:
        body = {}
    at = datetime.fromtimestamp(sent, UTC).isoformat(timespec="seconds")
    whole = body if isinstance(body, dict) else {}
    return DeadMessage(message["MessageId"], message["ReceiptHandle"], whole, at)


def _client(service: str) -> Any:
    import boto3

    s = settings()
    return boto3.client(service, region_name=s.region, endpoint_url=s.endpoint)


@click.group(help=__doc__)
@click.option("--url", help="The queue's URL. Default: the dead-letter queue of the webhook queue.")
@click.pass_context
def main(context: click.Context, url: str | None) -> None:
    context.obj = DeadLetters(_client("sqs"), url or settings().dead_letter_url)


@main.command("list", help="Print the messages and leave them in the queue.")
@click.pass_obj
def list_messages(messages: DeadLetters) -> None:
    click.echo(f"about {len(messages)} messages")
    seen = list(messages.take())
    for message in seen:
        click.echo(str(message))
        messages.put_back(message)


@main.command(help="Handle each message again, and delete it if that succeeds.")
@click.pass_obj
def replay(messages: DeadLetters) -> None:
    again = Replay(
        wiring.services(), _client("sqs"), _client("dynamodbstreams"), settings().queue_url
    )
    for message in messages.take():
        try:
            again(message)
        except NotReplayable as why:
            click.echo(f"kept: {message}: {why}")
        else:
            messages.done(message)
            click.echo(f"replayed: {message}")


@main.command(help="Delete all messages.")
@click.confirmation_option(prompt="Delete all messages?")
@click.pass_obj
def purge(messages: DeadLetters) -> None:
    messages.purge()
    click.echo("All messages are deleted.")


if __name__ == "__main__":
    main()
