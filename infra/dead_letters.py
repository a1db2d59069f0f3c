"""`python -m infra.dead_letters look|replay|purge`: what was given up, and giving it another try.

Where the stack is stands in the environment, as the functions have it (docs/operations.md).
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import click

from chalicelib import wiring
from chalicelib.domain.address import digest
from chalicelib.entrypoints.events import stream
from chalicelib.settings import settings
from chalicelib.usecases.records.webhooks import Cursor
from chalicelib.usecases.services import Services
from infra.local.event_sources.stream_records import lambda_record

HIDDEN = 60
"""Seconds for which a letter in hand is hidden from others; the next one of its group as well."""
ATTEMPTS = 10
STREAM_LETTER = "DDBStreamBatchInfo"


class NotReplayable(Exception):
    """Why a letter cannot be replayed, and stays."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message of a dead-letter queue; `at` is when it was put there."""

    id: str
    receipt: str
    body: Mapping[str, Any]
    at: str

    @property
    def kind(self) -> str:
        """`delivery`: the bot's webhook refused an entry until the end. `nudge`: the worker died of
        it. `changes`: records of the stream that no reaction could handle."""
        if STREAM_LETTER in self.body:
            return "changes"
        if "typing" in self.body or "conversation_id" not in self.body:
            return "other"
        return "delivery" if "type" in self.body else "nudge"

    def __str__(self) -> str:
        place = self.body.get(STREAM_LETTER) or self.body
        names = ("bot", "conversation_id", "seq", "type", "shardId", "startSequenceNumber")
        return "  ".join([self.at, self.kind, *(str(place[n]) for n in names if n in place)])


class DeadLetters:
    """The queue at `url`. `sqs` is a boto3 client."""

    def __init__(self, sqs: Any, url: str) -> None:
        self._sqs = sqs
        self._url = url

    def __len__(self) -> int:
        """Roughly, as SQS counts."""
        name = "ApproximateNumberOfMessages"
        answer = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=[name])
        return int(answer["Attributes"][name])

    def take(self) -> Iterator[Letter]:
        """All that can be had; of a FIFO queue's group the next ones once these are done."""
        seen = set[str]()
        while fresh := [each for each in self._receive() if each["MessageId"] not in seen]:
            seen |= {each["MessageId"] for each in fresh}
            yield from map(_letter, fresh)

    def _receive(self) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=1,
            VisibilityTimeout=HIDDEN,
            MessageSystemAttributeNames=["SentTimestamp"],
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def put_back(self, letter: Letter) -> None:
        self._sqs.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=letter.receipt, VisibilityTimeout=0
        )

    def done(self, letter: Letter) -> None:
        self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=letter.receipt)

    def purge(self) -> None:
        self._sqs.purge_queue(QueueUrl=self._url)


class Replay:
    """Another try for a letter, by its kind. Doing it twice does no harm. Raises NotReplayable."""

    def __init__(self, services: Services, sqs: Any, streams: Any, queue_url: str) -> None:
        self._services = services
        self._sqs = sqs
        self._streams = streams
        self._queue_url = queue_url

    def __call__(self, letter: Letter) -> None:
        self._by_kind[letter.kind](letter)

    @cached_property
    def _by_kind(self) -> Mapping[str, Callable[[Letter], None]]:
        return {
            "delivery": self._deliver_again,
            "nudge": self._wake,
            "changes": self._react_again,
            "other": _unknown,
        }

    def _deliver_again(self, letter: Letter) -> None:
        """From this entry on, in order: the receiver knows by their ids those it has had."""
        bot, conversation_id, seq = (letter.body[n] for n in ("bot", "conversation_id", "seq"))
        found = self._services.directory.bot(bot)
        if found is None or found.webhook is None or found.webhook.off:
            raise NotReplayable(f"the bot {bot} has no webhook, or it is switched off")
        for _ in range(ATTEMPTS):
            cursor = self._services.deliveries.cursor(bot, conversation_id)
            rewound = Cursor(min(cursor.seq, seq - 1))
            if self._services.deliveries.move(bot, conversation_id, cursor, rewound):
                return self._wake(letter)
        raise NotReplayable("its conversation is being delivered at this moment")

    def _wake(self, letter: Letter) -> None:
        bot, conversation_id = letter.body["bot"], letter.body["conversation_id"]
        queued = {"bot": bot, "conversation_id": conversation_id, "seq": letter.body["seq"]}
        self._sqs.send_message(
            QueueUrl=self._queue_url,
            MessageBody=json.dumps(queued),
            MessageGroupId=digest(bot, conversation_id),
            MessageDeduplicationId=f"replayed:{letter.id}",
        )

    def _react_again(self, letter: Letter) -> None:
        """With the rights of whoever runs this; the stream keeps its records for 24 hours."""
        records = list(self._records(letter.body[STREAM_LETTER]))
        event = {"Records": records}
        answer = stream.handle(self._services, wiring.read_record, event)
        if answer["batchItemFailures"]:
            raise NotReplayable("a reaction failed again")

    def _records(self, batch: Mapping[str, Any]) -> Iterator[Any]:
        """From the first of the batch to its last, those that the event source filters out too:
        `batchSize` does not count them."""
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


def _unknown(letter: Letter) -> None:
    raise NotReplayable("nobody knows what it is")


def _letter(message: Mapping[str, Any]) -> Letter:
    sent = int(message["Attributes"]["SentTimestamp"]) / 1000
    try:
        body = json.loads(message["Body"])
    except ValueError:
        body = {}
    at = datetime.fromtimestamp(sent, UTC).isoformat(timespec="seconds")
    whole = body if isinstance(body, dict) else {}
    return Letter(message["MessageId"], message["ReceiptHandle"], whole, at)


def _client(service: str) -> Any:
    import boto3

    s = settings()
    return boto3.client(service, region_name=s.region, endpoint_url=s.endpoint)


@click.group(help=__doc__)
@click.option("--url", help="The queue; that of nudges and deliveries if left out.")
@click.pass_context
def main(context: click.Context, url: str | None) -> None:
    context.obj = DeadLetters(_client("sqs"), url or settings().dead_letter_url)


@main.command(help="Shows what is there, and leaves it there.")
@click.pass_obj
def look(letters: DeadLetters) -> None:
    click.echo(f"about {len(letters)} letters")
    seen = list(letters.take())
    for letter in seen:
        click.echo(str(letter))
        letters.put_back(letter)


@main.command(help="Gives each another try, and removes those that were taken.")
@click.pass_obj
def replay(letters: DeadLetters) -> None:
    again = Replay(
        wiring.services(), _client("sqs"), _client("dynamodbstreams"), settings().queue_url
    )
    for letter in letters.take():
        try:
            again(letter)
        except NotReplayable as why:
            click.echo(f"kept: {letter}: {why}")
        else:
            letters.done(letter)
            click.echo(f"replayed: {letter}")


@main.command(help="Throws all of it away.")
@click.confirmation_option(prompt="Throw all letters away?")
@click.pass_obj
def purge(letters: DeadLetters) -> None:
    letters.purge()
    click.echo("thrown away")


if __name__ == "__main__":
    main()
