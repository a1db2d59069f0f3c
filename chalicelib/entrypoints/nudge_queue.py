"""The queue that wakes the webhook worker."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from chalicelib.domain.entries import Author
from chalicelib.entrypoints.journal import journal, request_id
from chalicelib.usecases import typing_signs
from chalicelib.usecases.delivery import deliver
from chalicelib.usecases.world import World

log = logging.getLogger("baton")


def handle(world: World, event: Mapping[str, Any], context: object = None) -> dict[str, object]:
    """A message that is named in the answer stays in the queue and shows up again."""
    count = len(event["Records"])
    with journal.line("nudge", request_id=request_id(context), messages=count) as line:
        unfinished = [r["messageId"] for r in event["Records"] if not _delivered(world, r)]
        line["unfinished"] = len(unfinished)
    return {"batchItemFailures": [{"itemIdentifier": message} for message in unfinished]}


def _delivered(world: World, record: Mapping[str, Any]) -> bool:
    try:
        nudge = json.loads(record["body"])
        if "typing" in nudge:
            author = Author(**nudge["typing"])
            typing_signs.deliver(world, nudge["bot"], nudge["conversation_id"], author, nudge["at"])
            return True
        return deliver(world, nudge["bot"], nudge["conversation_id"], record["receiptHandle"])
    except Exception:
        log.exception("delivery failed", extra={"message_id": record["messageId"]})
        return False
