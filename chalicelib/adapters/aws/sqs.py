"""The FIFO queue of the webhook worker, and its dead-letter queue.

Each conversation is one message group for each of the bot's webhooks, so its messages stay in order
and delay no other conversation and no other webhook.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.domain.address import digest
from chalicelib.domain.conversation.authors import Author
from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.usecases.ports.call_deadline import require_time
from chalicelib.usecases.ports.system import Random
from chalicelib.usecases.records.webhooks import CHANNEL

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from types_boto3_sqs import SQSClient

    from chalicelib.usecases.records.mail import MailRequest, PushAlert

MAX_DELAY = 43_200
"""Seconds. SQS hides a message for at most 12 hours."""
TYPING_INTERVAL = 2000
"""Milliseconds in which at most one typing event is queued."""
NOT_IN_FLIGHT = frozenset({"MessageNotInflight", "ReceiptHandleIsInvalid"})


class SqsWebhookQueue:
    def __init__(
        self, client_factory: Callable[[], "SQSClient"], queue_url: str, dead_letter_url: str
    ) -> None:
        self._client_factory = client_factory
        self._queue_url = queue_url
        self._dead_letter_url = dead_letter_url

    def enqueue(self, bot: str, conversation_id: str, seq: int, webhook: str = CHANNEL) -> None:
        """SQS ignores the same entry if it comes again within five minutes."""
        self._send(bot, conversation_id, seq, webhook, f"{conversation_id}:{seq}")

    def enqueue_backlog(
        self, bot: str, conversation_id: str, at: int, webhook: str = CHANNEL
    ) -> None:
        self._send(bot, conversation_id, 0, webhook, f"wake:{conversation_id}:{at}")

    def _send(
        self, bot: str, conversation_id: str, seq: int, webhook: str, deduplication_id: str
    ) -> None:
        queued: dict[str, object] = {"bot": bot, "conversation_id": conversation_id, "seq": seq}
        if webhook != CHANNEL:
            queued["webhook"] = webhook
            deduplication_id = f"{webhook}:{deduplication_id}"
        with _translate_errors():
            self._client.send_message(
                QueueUrl=self._queue_url,
                MessageBody=json.dumps(queued),
                MessageGroupId=message_group(queued),
                MessageDeduplicationId=deduplication_id,
            )

    def enqueue_typing(self, bot: str, conversation_id: str, author: Author, at: int) -> None:
        typing = {"id": author.id, "name": author.name}
        body = {"bot": bot, "conversation_id": conversation_id, "typing": typing, "at": at}
        with _translate_errors():
            self._client.send_message(
                QueueUrl=self._queue_url,
                MessageBody=json.dumps(body),
                MessageGroupId=digest("typing", bot, conversation_id),
                MessageDeduplicationId=f"typing:{conversation_id}:{at // TYPING_INTERVAL}",
            )

    def delay(self, receipt: str, seconds: int) -> None:
        """Does nothing if the message is no longer in flight."""
        with _translate_errors(ignore=_is_not_in_flight):
            self._client.change_message_visibility(
                QueueUrl=self._queue_url,
                ReceiptHandle=receipt,
                VisibilityTimeout=min(max(seconds, 0), MAX_DELAY),
            )

    def dead_letter(self, message: Mapping[str, object]) -> None:
        body = json.dumps(message, sort_keys=True)
        with _translate_errors():
            self._client.send_message(
                QueueUrl=self._dead_letter_url,
                MessageBody=body,
                MessageGroupId=message_group(message),
                MessageDeduplicationId=digest("buried", body),
            )

    @cached_property
    def _client(self) -> "SQSClient":
        return self._client_factory()


class SqsMailQueue:
    """Requests for mails, in the queue of the webhook worker: its function may call the outside.
    Each person is a message group."""

    def __init__(
        self, client_factory: Callable[[], "SQSClient"], queue_url: str, random: Random
    ) -> None:
        self._client_factory = client_factory
        self._queue_url = queue_url
        self._random = random

    def enqueue(self, request: "MailRequest") -> None:
        body = {
            "kind": request.kind,
            "person": request.person,
            "language": request.language,
            "facts": dict(request.facts),
        }
        with _translate_errors():
            self._client.send_message(
                QueueUrl=self._queue_url,
                MessageBody=json.dumps({"mail": body}),
                MessageGroupId=digest("mail", request.person),
                MessageDeduplicationId=digest("mail", self._random.token()),
            )

    @cached_property
    def _client(self) -> "SQSClient":
        return self._client_factory()


class SqsPushQueue:
    """Alerts for the web push function. They need no order: each browser shows the last alert of a
    conversation, and all say the same."""

    def __init__(self, client_factory: Callable[[], "SQSClient"], queue_url: str) -> None:
        self._client_factory = client_factory
        self._queue_url = queue_url

    def enqueue(self, alert: "PushAlert") -> None:
        from msgspec import json as encoding

        body = encoding.encode(alert).decode()
        with _translate_errors():
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=body)

    def delay(self, receipt: str, seconds: int) -> None:
        """Does nothing if the message is no longer in flight."""
        with _translate_errors(ignore=_is_not_in_flight):
            self._client.change_message_visibility(
                QueueUrl=self._queue_url, ReceiptHandle=receipt, VisibilityTimeout=seconds
            )

    @cached_property
    def _client(self) -> "SQSClient":
        return self._client_factory()


def message_group(queued: Mapping[str, object]) -> str:
    """The FIFO group of a message of the webhook queue, by its body."""
    of = [str(queued.get(name, "")) for name in ("bot", "conversation_id")]
    return digest(*of, str(queued["webhook"])) if "webhook" in queued else digest(*of)


def _is_not_in_flight(error: "ClientError") -> bool:
    """SQS reports this with one of two codes, or with a general code and a message that names the
    receipt."""
    told = error.response["Error"]
    code = told.get("Code", "").rpartition(".")[2]
    names_receipt = "ReceiptHandle" in told.get("Message", "")
    return code in NOT_IN_FLIGHT or (code == "InvalidParameterValue" and names_receipt)


@contextmanager
def _translate_errors(
    ignore: Callable[["ClientError"], bool] = lambda error: False,
) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    require_time()
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        if isinstance(error, ClientError) and ignore(error):
            return
        raise TemporarilyUnavailable(
            "The queue of deliveries did not answer.", retry_after=1
        ) from error
