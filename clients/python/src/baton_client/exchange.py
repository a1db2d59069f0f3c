"""Requests and answers of the client, as values: the rules of retrying without any I/O.

An `Operation` is a generator. It yields requests and gets replies, so the same code drives the
blocking client, the asynchronous one and tests.
"""

import json
import random
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Any, TypeVar

from baton_client.errors import (
    BY_CODE,
    BatonError,
    BatonUnavailable,
    InternalError,
    TemporarilyUnavailable,
)

T = TypeVar("T")
SERVER_ERRORS = {502: TemporarilyUnavailable, 503: TemporarilyUnavailable}
SERVER_ERRORS |= {504: TemporarilyUnavailable}


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """`path` is relative to the bot's address. Wait `after` seconds before sending it.

    If `is_elsewhere`, `path` is a whole address of another server, which must not get the key.
    """

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    after: float = 0.0
    is_elsewhere: bool = False

    def at(self, bot_url: str) -> str:
        return self.path if self.is_elsewhere else bot_url + self.path


@dataclass(frozen=True, slots=True)
class HttpReply:
    """The names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class NoReply:
    """The connection failed or timed out; `reason` says how."""

    reason: str


Operation = Generator[HttpRequest, HttpReply | NoReply, T]


@dataclass(frozen=True, slots=True)
class Answer:
    """`attempts` counts the requests that it took. `json` is None if the body is no JSON."""

    json: Any
    attempts: int
    reply: HttpReply

    @property
    def status(self) -> int:
        return self.reply.status


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Full jitter: each wait is random, between 0 and a limit that doubles with each attempt.

    No attempt begins later than `patience` seconds after the first one. All times are in seconds.
    """

    attempts: int = 4
    patience: float = 15.0
    first_wait: float = 0.25
    longest_wait: float = 4.0
    random: Callable[[], float] = random.random
    clock: Callable[[], float] = time.monotonic

    def wait(self, attempt: int, error: BatonError) -> float:
        """Baton's `Retry-After` is the least wait; the jitter comes on top of it."""
        limit: float = min(self.longest_wait, self.first_wait * 2.0 ** (attempt - 1))
        return (error.retry_after or 0.0) + self.random() * limit


def json_request(
    method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
) -> HttpRequest:
    if body is None:
        return HttpRequest(method, path, None, headers or {})
    sent = {"content-type": "application/json", **(headers or {})}
    return HttpRequest(method, path, json.dumps(body).encode(), sent)


def exchange(policy: RetryPolicy, request: HttpRequest) -> Operation[Answer]:
    """Sends a request that may be repeated. Raises BatonError, BatonUnavailable at the end."""
    begun = policy.clock()
    for attempt in count(1):
        reply = yield request
        error = error_of(reply)
        if error is None and isinstance(reply, HttpReply):
            return Answer(_json(reply.body), attempt, reply)
        assert error is not None, "a call without a reply is an error"
        wait = policy.wait(attempt, error)
        late = policy.clock() + wait - begun > policy.patience
        if not error.retried or attempt >= policy.attempts or late:
            raise error
        request = replace(request, after=wait)
    raise AssertionError("the loop ends with an answer or an error")


def error_of(reply: HttpReply | NoReply) -> BatonError | None:
    """The error that a reply means; None if the call succeeded."""
    if isinstance(reply, NoReply):
        return BatonUnavailable(f"Baton cannot be reached: {reply.reason}")
    if 200 <= reply.status < 300:
        return None
    problem = _json(reply.body)
    if not isinstance(problem, dict):
        problem = {}
    kind = BY_CODE.get(str(problem.get("code"))) or _kind_of(reply.status)
    detail = problem.get("detail") or f"Baton answered with the status {reply.status}."
    known = {"type", "title", "status", "detail", "code", "request_id"}
    return kind(
        str(detail),
        status=reply.status,
        facts={name: value for name, value in problem.items() if name not in known},
        request_id=problem.get("request_id"),
        retry_after=_seconds(reply.headers.get("retry-after")),
    )


def _kind_of(status: int) -> type[BatonError]:
    """For an answer that is not Baton's own, for example a proxy's."""
    if status >= 500:
        return SERVER_ERRORS.get(status, InternalError)
    by_status = {401: "unauthenticated", 403: "forbidden", 404: "not_found", 429: "rate_limited"}
    by_status |= {400: "invalid_request", 409: "conflict", 413: "payload_too_large"}
    return BY_CODE.get(by_status.get(status, ""), BatonError)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None


def _seconds(retry_after: str | None) -> float | None:
    """`Retry-After` is a number of seconds or a date."""
    if retry_after is None:
        return None
    if retry_after.strip().isdigit():
        return float(retry_after)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
