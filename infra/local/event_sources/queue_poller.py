"""Passes the messages of an SQS queue, FIFO or standard, to a handler."""

import logging
import threading
import time
from contextlib import ExitStack
from functools import cached_property
from typing import Any, Protocol

from infra.local.event_sources.batch_failures import failed_items
from infra.local.event_sources.event_source import EventSource
from infra.local.invocation import Event, Handler, Workers

log = logging.getLogger(__name__)

# Seconds between two polls of an empty queue. Messages that an invocation of this process sends are
# received at once, those of other programs and those that were delayed after a pause. A poll that
# waits at the engine would cost more: ministack looks ten times a second.
EMPTY_PAUSE = 0.3
# Seconds to wait for a free handler. A stop may have to wait that long.
FREE_HANDLER_SECONDS = 1


class QueueApi(Protocol):
    """The methods of a boto3 `sqs` client that are used here."""

    def receive_message(self, **request: Any) -> Any: ...
    def delete_message(self, **request: Any) -> Any: ...
    def get_queue_attributes(self, **request: Any) -> Any: ...


class QueuePoller(EventSource):
    """Runs up to `workers` handlers at a time, each with up to `batch_size` messages. Handlers run
    in threads of their own, so that handlers that wait do not keep others from starting.

    It deletes handled messages. A failed message is received again after its visibility timeout,
    which the handler may change, until the queue's redrive policy makes it a dead letter.
    """

    def __init__(
        self,
        name: str,
        sqs: QueueApi,
        queue_url: str,
        handler: Handler,
        *,
        batch_size: int = 1,
        workers: int = 4,
    ) -> None:
        super().__init__(name, handler)
        self._limit = workers
        self._free = threading.Semaphore(workers)
        self._workers = Workers(workers)
        self._sqs = sqs
        self._url = queue_url
        self._batch_size = batch_size

    def step(self) -> float:
        if not self._free.acquire(timeout=FREE_HANDLER_SECONDS):
            return 0.0
        messages: list[dict[str, Any]] = []
        try:
            messages = self._receive()
        finally:
            if not messages:
                self._free.release()
        if not messages:
            return EMPTY_PAUSE
        self._workers.submit(lambda: self._handle(messages))
        return 0.0

    def stop(self, within: float = 2.0) -> bool:
        deadline = time.monotonic() + within
        stopped = super().stop(within)
        self._workers.stop()
        with ExitStack() as acquired:
            for _ in range(self._limit):
                if not self._free.acquire(timeout=max(0.0, deadline - time.monotonic())):
                    return False
                acquired.callback(self._free.release)
        return stopped

    def _handle(self, messages: list[dict[str, Any]]) -> None:
        try:
            failed = self._failed(messages)
            for message in messages:
                if message["MessageId"] not in failed:
                    self._delete(message)
        finally:
            self._free.release()

    def _receive(self) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=self._batch_size,
            WaitTimeSeconds=0,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def _failed(self, messages: list[dict[str, Any]]) -> set[str]:
        identifiers = [message["MessageId"] for message in messages]
        try:
            answer = self.invoke({"Records": [_record(m, self._arn) for m in messages]})
        except Exception:
            log.exception("%s failed; its messages will be received again.", self.name)
            return set(identifiers)
        return failed_items(answer, identifiers)

    def _delete(self, message: dict[str, Any]) -> None:
        try:
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        except Exception as error:
            log.warning(
                "%s could not delete a message, which will be received again: %s", self.name, error
            )

    @cached_property
    def _arn(self) -> str:
        answer = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        return str(answer["Attributes"]["QueueArn"])


def _record(message: dict[str, Any], arn: str) -> Event:
    """The record in Lambda's spelling, which begins names with a small letter."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {
            name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": arn.split(":")[3],
    }


def _attribute(value: dict[str, Any]) -> dict[str, Any]:
    return {
        "stringListValues": [],
        "binaryListValues": [],
        **{name[0].lower() + name[1:]: content for name, content in value.items()},
    }
