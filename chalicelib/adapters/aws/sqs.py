"""The FIFO queue that wakes the webhook worker, and the one beside it for what was given up.

One message group is one conversation: its messages stay in order and delay no other conversation.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.domain.address import digest
from chalicelib.domain.conversation.authors import Author
from chalicelib.domain.errors import TemporarilyUnavailable

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from types_boto3_sqs import SQSClient

LONGEST_WAIT = 43_200
"""Seconds: SQS hides a message for at most 12 hours."""
SIGN_EVERY = 2000
"""Milliseconds in which one sign of typing is enough."""
NO_LONGER_IN_HAND = frozenset({"MessageNotInflight", "ReceiptHandleIsInvalid"})


class SqsWebhookQueue:
    def __init__(
        self, client_factory: Callable[[], "SQSClient"], queue_url: str, dead_letter_url: str
    ) -> None:
        self._client_factory = client_factory
        self._queue_url = queue_url
        self._dead_letter_url = dead_letter_url

    def enqueue(self, bot: str, conversation_id: str, seq: int) -> None:
        """The same entry again within five minutes is swallowed by SQS."""
        queued = {"bot": bot, "conversation_id": conversation_id, "seq": seq}
        with _in_our_terms():
            self._client.send_message(
                QueueUrl=self._queue_url,
                MessageBody=json.dumps(queued),
                MessageGroupId=digest(bot, conversation_id),
                MessageDeduplicationId=f"{conversation_id}:{seq}",
            )

    def enqueue_backlog(self, bot: str, conversation_id: str, at: int) -> None:
        with _in_our_terms():
            self._client.send_message(
                QueueUrl=self._queue_url,
                MessageBody=json.dumps({"bot": bot, "conversation_id": conversation_id, "seq": 0}),
                MessageGroupId=digest(bot, conversation_id),
                MessageDeduplicationId=f"wake:{conversation_id}:{at}",
            )

    def enqueue_typing(self, bot: str, conversation_id: str, author: Author, at: int) -> None:
        typing = {"id": author.id, "name": author.name}
        body = {"bot": bot, "conversation_id": conversation_id, "typing": typing, "at": at}
        with _in_our_terms():
            self._client.send_message(
                QueueUrl=self._queue_url,
                MessageBody=json.dumps(body),
                MessageGroupId=digest("typing", bot, conversation_id),
                MessageDeduplicationId=f"typing:{conversation_id}:{at // SIGN_EVERY}",
            )

    def delay(self, receipt: str, seconds: int) -> None:
        """A message that is no longer in hand stays as it is."""
        with _in_our_terms(but_for=_is_no_longer_in_hand):
            self._client.change_message_visibility(
                QueueUrl=self._queue_url,
                ReceiptHandle=receipt,
                VisibilityTimeout=min(max(seconds, 0), LONGEST_WAIT),
            )

    def dead_letter(self, message: Mapping[str, object]) -> None:
        body = json.dumps(message, sort_keys=True)
        conversation = (str(message.get(name, "")) for name in ("bot", "conversation_id"))
        with _in_our_terms():
            self._client.send_message(
                QueueUrl=self._dead_letter_url,
                MessageBody=body,
                MessageGroupId=digest(*conversation),
                MessageDeduplicationId=digest("buried", body),
            )

    @cached_property
    def _client(self) -> "SQSClient":
        return self._client_factory()


def _is_no_longer_in_hand(error: "ClientError") -> bool:
    """SQS has three ways to say so: two codes of their own, and a general one that names the
    receipt."""
    told = error.response["Error"]
    code = told.get("Code", "").rpartition(".")[2]
    names_receipt = "ReceiptHandle" in told.get("Message", "")
    return code in NO_LONGER_IN_HAND or (code == "InvalidParameterValue" and names_receipt)


@contextmanager
def _in_our_terms(
    but_for: Callable[["ClientError"], bool] = lambda error: False,
) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        if isinstance(error, ClientError) and but_for(error):
            return
        raise TemporarilyUnavailable(
            "The queue of deliveries did not answer.", retry_after=1
        ) from error
