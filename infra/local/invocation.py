"""Invokes Lambda handlers, many at once in one process.

A Lambda container handles one request at a time, so Chalice keeps the request in an attribute of
the app. Here each invocation runs with its own copy of the context variables, and `isolate` moves
those attributes into context variables. The app's code does not change.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any
from uuid import uuid4

from chalice.app import Chalice, EventSourceHandler

Event = dict[str, Any]
Handler = Callable[[Event, Any], Any]
Job = Callable[[], None]

_REQUEST: ContextVar[Any] = ContextVar("current_request", default=None)
_LAMBDA: ContextVar[Any] = ContextVar("lambda_context", default=None)


class HandlerFailed(Exception):
    """A handler raised an exception, which is the cause of this one."""


class HandlerTimedOut(Exception):
    """A handler did not answer within the time limit."""


@dataclass(frozen=True)
class LambdaContext:
    """The second argument of a handler, with the fields of Lambda's own context object."""

    function_name: str
    timeout_seconds: float = 60.0
    memory_limit_in_mb: int = 128
    function_version: str = "$LATEST"
    aws_request_id: str = field(default_factory=lambda: str(uuid4()))
    started_at: float = field(default_factory=time.monotonic)

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:us-east-1:000000000000:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        remaining = self.started_at + self.timeout_seconds - time.monotonic()
        return max(0, int(remaining * 1000))


class EndedInvocations:
    """Counts the invocations that have ended, so that others can wait for the next one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0

    @property
    def count(self) -> int:
        return self._count

    def add(self) -> None:
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def wait_for_more_than(self, count: int, seconds: float) -> None:
        """Returns after `seconds` at the latest."""
        with self._changed:
            self._changed.wait_for(lambda: self._count > count, seconds)


ENDED = EndedInvocations()
"""All invocations of this process. Each may have left work for an event source."""


def invoke(handler: Handler, event: Event, context: LambdaContext) -> Any:
    """Calls the handler with its own copy of the context variables."""
    try:
        return copy_context().run(handler, event, context)
    finally:
        ENDED.add()


class _OneRequestPerInvocation:
    """Properties of the class, which take precedence over the attributes that Chalice assigns."""

    @property
    def current_request(self) -> Any:
        return _REQUEST.get()

    @current_request.setter
    def current_request(self, request: Any) -> None:
        _REQUEST.set(request)

    @property
    def lambda_context(self) -> Any:
        return _LAMBDA.get()

    @lambda_context.setter
    def lambda_context(self, context: Any) -> None:
        _LAMBDA.set(context)


def isolate(app: Chalice) -> None:
    """Makes the app safe to call from many threads, if each call goes through `invoke`."""
    if isinstance(app, _OneRequestPerInvocation):
        return
    app.__class__ = type("ConcurrentApp", (_OneRequestPerInvocation, type(app)), {})
    for handler in app.handler_map.values():
        if isinstance(handler, EventSourceHandler):
            # Chalice stores a generator here; concurrent first calls would consume it together.
            handler.middleware_handlers = list(handler.middleware_handlers)


class Workers:
    """Daemon threads that are started on demand and reused.

    A ThreadPoolExecutor does not fit: the interpreter waits for its threads at exit, so a handler
    that hangs would keep the stack from stopping.
    """

    def __init__(self, limit: int = 64) -> None:
        self._limit = limit
        self._started = 0
        self._starting = threading.Lock()
        self._idle = threading.Semaphore(0)
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()

    async def run(self, work: Callable[[], Any], within: float) -> Any:
        """The result of `work`. Raises HandlerFailed if it raises, and HandlerTimedOut after
        `within` seconds; work that has begun continues, as it does on Lambda."""
        future: Future[Any] = Future()
        self.submit(lambda: _settle(future, work))
        result = asyncio.wrap_future(future)
        await asyncio.wait({result}, timeout=within)
        if result.done():
            return result.result()
        result.cancel()
        raise HandlerTimedOut

    def stop(self) -> None:
        for _ in range(self._started):
            self._jobs.put(None)

    def submit(self, job: Job) -> None:
        """Runs the job, which must not raise, as soon as a thread is free."""
        self._jobs.put(job)
        with self._starting:
            if self._idle.acquire(blocking=False) or self._started >= self._limit:
                return
            self._started += 1
            name = f"lambda-{self._started}"
        threading.Thread(target=self._work, name=name, daemon=True).start()

    def _work(self) -> None:
        while job := self._jobs.get():
            job()
            self._idle.release()


def _settle(future: Future[Any], work: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(work())
    # Also catch SystemExit and StopIteration, which would disturb the event loop.
    except BaseException as error:
        failure = HandlerFailed(f"{type(error).__name__}: {error}")
        failure.__cause__ = error
        future.set_exception(failure)
