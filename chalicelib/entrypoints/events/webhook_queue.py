"""The handler of the webhook queue: each message makes the webhook worker deliver, or asks for a
mail."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from chalicelib.domain.conversation.authors import Author
from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.entrypoints.request_log import request_id, request_log
from chalicelib.usecases.live import typing
from chalicelib.usecases.records.webhooks import CHANNEL
from chalicelib.usecases.services import Services
from chalicelib.usecases.webhooks.worker import deliver

RETRY_SECONDS = 2
RETRY_WAITS = (500, 1000, 2000, 4000, 8000)
MAIL_ATTEMPTS = 8
"""Over about four minutes."""
RETRY_MS = 30 * 1000
"""Milliseconds: the waits between attempts, and after the function's begin the last attempt. If the
queue does not answer until then, its visibility timeout brings the message back."""

log = logging.getLogger("baton")


def handle(
    services: Services, event: Mapping[str, Any], context: object = None
) -> dict[str, object]:
    """SQS delivers the messages that the answer names again."""
    records, began = event["Records"], services.clock.now()
    count = len(records)
    with request_log.line("webhook_queue", request_id=request_id(context), messages=count) as line:
        unfinished = [r["messageId"] for r in records if not _delivered(services, r, began)]
        line["unfinished"] = len(unfinished)
    return {"batchItemFailures": [{"itemIdentifier": message} for message in unfinished]}


def _delivered(services: Services, record: Mapping[str, Any], began: int) -> bool:
    try:
        queued = json.loads(record["body"])
        if "mail" in queued:
            return _mail_sent(services, record, queued["mail"])
        if "typing" in queued:
            author = Author(**queued["typing"])
            typing.deliver_to_bot(
                services, queued["bot"], queued["conversation_id"], author, queued["at"]
            )
            return True
        return deliver(
            services,
            queued["bot"],
            queued["conversation_id"],
            record["receiptHandle"],
            receive_count(record),
            queued.get("webhook", CHANNEL),
        )
    except Exception:
        log.exception("delivery failed", extra={"message_id": record["messageId"]})
        _retry_soon(services, record["receiptHandle"], began + RETRY_MS)
        return False


def _mail_sent(services: Services, record: Mapping[str, Any], queued: Mapping[str, Any]) -> bool:
    """False if the mail service does not answer: SQS then delivers the request again, each time
    after twice the wait. After `MAIL_ATTEMPTS` the mail is given up."""
    from msgspec import convert

    from chalicelib.usecases.accounts import mail_delivery
    from chalicelib.usecases.records.mail import MailRequest

    request = convert(queued, MailRequest)
    try:
        mail_delivery.deliver(services, request)
    except TemporarilyUnavailable:
        receives = receive_count(record)
        log.warning("mail not sent", extra={"kind": request.kind, "person": request.person})
        if receives < MAIL_ATTEMPTS:
            services.webhook_queue.delay(record["receiptHandle"], RETRY_SECONDS**receives)
            return False
    return True


def receive_count(record: Mapping[str, Any]) -> int:
    return int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))


def _retry_soon(services: Services, receipt: str, until: int) -> None:
    """Makes SQS deliver the message again within seconds instead of after its visibility timeout.
    The fault may concern the queue, too, so this is tried until the queue answers."""
    for wait in RETRY_WAITS:
        try:
            services.webhook_queue.delay(receipt, RETRY_SECONDS)
        except TemporarilyUnavailable:
            if services.clock.now() + wait > until:
                return
            services.clock.sleep(wait)
        else:
            return
