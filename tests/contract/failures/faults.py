"""Injects faults between the app and DynamoDB, on moto.

The fault replaces moto's own hook, because a botocore hook that returns an error does not stop
moto from executing the call.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ReadTimeoutError
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse

FOR_EVER = 1_000_000

Send = Callable[[], AWSResponse | None]
Fault = Callable[[AWSPreparedRequest, Send], AWSResponse | None]


@contextmanager
def faulty(operation: str, fault: Fault, times: int = 1) -> Iterator[list[str]]:
    """Applies the fault to the first `times` attempts; the list receives each attempt."""
    shipped = BotocoreStubber.__call__
    attempts: list[str] = []

    def call(
        self: BotocoreStubber, event_name: str, request: AWSPreparedRequest, **kwargs: Any
    ) -> AWSResponse | None:
        def send() -> AWSResponse | None:
            answer: AWSResponse | None = shipped(self, event_name, request, **kwargs)
            return answer

        called = event_name.rpartition(".")[2]
        if operation not in ("*", called):
            return send()
        attempts.append(called)
        return fault(request, send) if len(attempts) <= times else send()

    BotocoreStubber.__call__ = call
    try:
        yield attempts
    finally:
        BotocoreStubber.__call__ = shipped


def answer_is_lost(request: AWSPreparedRequest, send: Send) -> AWSResponse | None:
    """It is done, and nobody hears of it."""
    send()
    raise ReadTimeoutError(endpoint_url=request.url)


def request_is_lost(request: AWSPreparedRequest, _: Send) -> AWSResponse | None:
    raise ReadTimeoutError(endpoint_url=request.url)


def refused(code: str, status: int = 400, **more: object) -> Fault:
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "no", **more}
    return lambda request, _: _answer(request, status, body)


def cancelled(*codes: str) -> Fault:
    reasons = [{"Code": code} for code in codes]
    return refused("TransactionCanceledException", CancellationReasons=reasons)


def seat_cancelled(code: str, head: str = "None") -> Fault:
    """The transaction fails about the agent's seat, and perhaps about the head."""

    def fault(request: AWSPreparedRequest, send: Send) -> AWSResponse | None:
        keys = [_sort_key(item) for item in asked_for(request)["TransactItems"]]
        codes = {"HEAD": head} | {key: code for key in keys if key.startswith("LOAD#")}
        return cancelled(*(codes.get(key, "None") for key in keys))(request, send)

    return fault


def unprocessed(request: AWSPreparedRequest, _: Send) -> AWSResponse | None:
    """BatchGetItem answers, but has read nothing."""
    asked = asked_for(request)["RequestItems"]
    return _answer(request, 200, {"Responses": {}, "UnprocessedKeys": asked})


def undeleted(request: AWSPreparedRequest, _: Send) -> AWSResponse | None:
    """BatchWriteItem answers, but has done nothing."""
    asked = asked_for(request)["RequestItems"]
    return _answer(request, 200, {"UnprocessedItems": asked})


def _sort_key(item: Mapping[str, Any]) -> str:
    ((_, write),) = item.items()
    return str(write.get("Key", write.get("Item"))["sk"]["S"])


def asked_for(request: AWSPreparedRequest) -> Any:
    body: Any = request.body
    return json.loads(body)


def _answer(request: AWSPreparedRequest, status: int, body: Mapping[str, object]) -> AWSResponse:
    headers: Any = {"x-amzn-requestid": "r"}
    raw: Any = MockRawResponse(json.dumps(body))
    return AWSResponse(request.url, status, headers, raw)
