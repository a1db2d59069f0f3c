"""The handler of the web push queue: each message is an alert for one browser."""

import logging
from collections.abc import Mapping
from typing import Any

from msgspec import json

from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.entrypoints.events.webhook_queue import receive_count
from chalicelib.entrypoints.request_log import request_id, request_log
from chalicelib.usecases.records.mail import PushAlert
from chalicelib.usecases.services import Services
from chalicelib.usecases.web_push.deliver import WAITS, PushOutcome, deliver

log = logging.getLogger("baton")


def handle(
    services: Services, event: Mapping[str, Any], context: object = None
) -> dict[str, object]:
    """SQS delivers the messages that the answer names again."""
    records = event["Records"]
    with request_log.line(
        "push_queue", request_id=request_id(context), messages=len(records)
    ) as line:
        unfinished = [each["messageId"] for each in records if not _is_done(services, each)]
        line["unfinished"] = len(unfinished)
    return {"batchItemFailures": [{"itemIdentifier": message} for message in unfinished]}


def _is_done(services: Services, record: Mapping[str, Any]) -> bool:
    """False if the alert is to be tried again. After the last attempt it is given up."""
    alert = json.decode(record["body"], type=PushAlert)
    try:
        outcome = deliver(services, alert)
    except TemporarilyUnavailable:
        log.exception("push failed", extra={"message_id": record["messageId"]})
        outcome = PushOutcome.TO_RETRY
    if outcome is not PushOutcome.TO_RETRY:
        return True
    if (attempt := receive_count(record)) > len(WAITS):
        log.warning("push given up", extra={"kind": alert.kind, "person": alert.person})
        return True
    services.push_queue.delay(record["receiptHandle"], WAITS[attempt - 1])
    return False
