"""The functions handle records of our own stream and queue only, whoever calls them."""

import os
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest

import app
from chalicelib import wiring
from chalicelib.entrypoints.events.sources import ForeignEvent
from chalicelib.settings import settings
from tests.adapters.test_settings import SOUND

REGION, ACCOUNT = "eu-central-1", "000000000000"
STREAM = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/baton/stream/2026-01-01T00:00:00.000"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:webhooks.fifo"
PUSH = f"arn:aws:sqs:{REGION}:{ACCOUNT}:push"
OF_PUSH = {"BATON_PUSH_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/push"}
URL = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/webhooks.fifo"

Handler = Callable[[Any, Any], dict[str, object]]


@pytest.fixture(autouse=True)
def deployed() -> Iterator[None]:
    """The functions find their settings, but no server behind them."""
    with patch.dict(os.environ, {**SOUND, "AWS_REGION": REGION, "BATON_QUEUE_URL": URL, **OF_PUSH}):
        forget()
        yield
    forget()


def forget() -> None:
    settings.cache_clear()
    wiring.services.cache_clear()


def event(*sources: str | None) -> dict[str, Any]:
    """Records that change nothing, with the ARNs of their sources."""
    record = {
        "dynamodb": {"SequenceNumber": "1", "Keys": {"pk": {"S": "x"}, "sk": {"S": "META"}}},
        "eventName": "REMOVE",
    }
    return {"Records": [record | ({"eventSourceARN": s} if s else {}) for s in sources]}


@pytest.mark.parametrize(
    ("handler", "sources"),
    [
        (app.on_change, [QUEUE]),
        (app.on_change, [None]),
        (app.on_change, [STREAM, STREAM.replace("/baton/", "/other/")]),
        (app.on_change, [STREAM.replace("/baton/", "/x/stream/table/baton/")]),
        (app.on_change, [STREAM.replace(REGION, "us-east-1")]),
        (app.on_webhook_queue, [STREAM]),
        (app.on_webhook_queue, ["arn"]),
        (app.on_push_queue, [QUEUE]),
        (app.on_webhook_queue, [PUSH]),
        (app.on_webhook_queue, [QUEUE + "x"]),
        (app.on_webhook_queue, [QUEUE.replace(ACCOUNT, "111111111111")]),
    ],
)
def test_records_of_another_source_are_refused(handler: Handler, sources: list[str | None]) -> None:
    with pytest.raises(ForeignEvent, match="is not from our own"):
        handler(event(*sources), None)


def test_records_of_our_own_stream_are_handled() -> None:
    assert app.on_change(event(STREAM), None) == {"batchItemFailures": []}


def test_a_call_without_records_reaches_no_handler() -> None:
    for handler in (app.on_change, app.on_webhook_queue, app.on_push_queue):
        with pytest.raises(KeyError):
            handler({"source": "aws.events", "detail-type": "Scheduled Event"}, None)
