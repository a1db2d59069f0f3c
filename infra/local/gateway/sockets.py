"""The gateway's WebSocket API and its open connections.

Frames of one connection are handled concurrently and in no fixed order, as on AWS.
"""

import asyncio
import json
import logging
import time
from contextlib import suppress
from typing import Any

from chalice.app import Chalice
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from infra.local.gateway.connection import Connection, Gone
from infra.local.gateway.limits import Limits
from infra.local.gateway.proxy_events import connect_event, disconnect_event, message_event
from infra.local.invocation import (
    Event,
    Handler,
    HandlerFailed,
    HandlerTimedOut,
    LambdaContext,
    Workers,
    invoke,
)

log = logging.getLogger(__name__)

GOING_AWAY = 1001
UNSUPPORTED_DATA = 1003
ABNORMAL = 1006


class Sockets:
    """An ASGI application that serves one WebSocket path."""

    def __init__(
        self,
        app: Chalice,
        workers: Workers,
        limits: Limits,
        stage: str,
        *,
        fires_disconnect: bool = True,
    ) -> None:
        self._app = app
        self._workers = workers
        self._limits = limits
        self._stage = stage
        self._fires_disconnect = fires_disconnect
        self._open: dict[str, Connection] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._stopping = False
        self._down_until = 0.0

    def connection(self, connection_id: str) -> Connection:
        """Raises Gone if it is unknown or closed, or if its $connect has not returned yet."""
        try:
            return self._open[connection_id]
        except KeyError:
            raise Gone from None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        connection = Connection(scope, send, self._limits.send_seconds)
        refusal, headers = await self._connect(connection)
        if refusal:
            await _refuse(refusal, scope, receive, send)
            return
        with suppress(OSError):  # the client left during $connect
            await send({"type": "websocket.accept", "subprotocol": _subprotocol(headers)})
        await self._serve(connection, receive)

    async def close_all(self, within: float) -> None:
        """Closes every socket and waits up to `within` seconds for running message handlers. The
        server itself waits for the $disconnect handlers."""
        self._stopping = True
        for connection in list(self._open.values()):
            self._spawn(connection.close(GOING_AWAY, "Going away"))
        deadline = time.monotonic() + within
        while (self._open or self._tasks) and time.monotonic() < deadline:
            await asyncio.sleep(0.01)

    async def drop(self, seconds: float) -> None:
        """Simulates an outage: closes every socket and refuses new ones for `seconds`."""
        self._down_until = time.monotonic() + seconds
        for connection in list(self._open.values()):
            self._spawn(connection.close(GOING_AWAY, "Going away"))

    async def _connect(self, connection: Connection) -> tuple[Response | None, dict[str, str]]:
        """A response that refuses the connection, or None, and the headers of the app's answer."""
        if self._stopping or time.monotonic() < self._down_until:
            return _json(503, "Service Unavailable"), {}
        event = connect_event(connection.scope, connection.facts, self._stage)
        try:
            answer = await self._invoke("$connect", event)
        except HandlerTimedOut:
            return _json(504, "Endpoint request timed out"), {}
        except HandlerFailed:
            log.exception("The $connect handler failed; the client gets 502.")
            return _json(502, "Internal server error"), {}
        headers = {str(k).lower(): str(v) for k, v in (answer.get("headers") or {}).items()}
        status = int(answer.get("statusCode", 200))
        if 200 <= status < 300:
            return None, headers
        return Response(str(answer.get("body") or ""), status, headers), headers

    async def _serve(self, connection: Connection, receive: Receive) -> None:
        self._open[connection.id] = connection
        reading = asyncio.ensure_future(self._read(connection, receive))
        connection.on_cut = reading.cancel
        try:
            end = await reading
        except asyncio.CancelledError:
            end = {"type": "websocket.disconnect"}
        finally:
            del self._open[connection.id]
            connection.closed = True
        if self._fires_disconnect:
            await self._disconnect(connection, end)

    async def _read(self, connection: Connection, receive: Receive) -> Message:
        """Passes each message to the app; returns the message that ended the socket."""
        while True:
            message = await self._next(connection, receive)
            if message["type"] == "websocket.disconnect":
                return message
            if connection.closed:
                continue
            if message.get("text") is None:
                await connection.close(UNSUPPORTED_DATA, "Binary frames are not supported")
            else:
                connection.active_at = time.time()
                self._spawn(self._message(connection, message["text"]))

    async def _next(self, connection: Connection, receive: Receive) -> Message:
        """The next message. Closes the socket if it was idle or open for too long."""
        while not connection.closed:
            try:
                async with asyncio.timeout(self._seconds_left(connection)):
                    return await receive()
            except TimeoutError:
                if self._seconds_left(connection) <= 0:
                    await connection.close(GOING_AWAY, "Going away")
        return await receive()

    def _seconds_left(self, connection: Connection) -> float:
        idle = connection.active_at + self._limits.idle_seconds
        life = connection.connected_at + self._limits.life_seconds
        return min(idle, life) - time.time()

    async def _message(self, connection: Connection, text: str) -> None:
        event = message_event(connection.scope, connection.facts, self._stage, text)
        try:
            await self._invoke("$default", event)
        except HandlerTimedOut:
            await _report(connection, event, "Endpoint request timed out")
        except HandlerFailed:
            log.exception("The message handler failed; the client gets an error frame.")
            await _report(connection, event, "Internal server error")

    async def _disconnect(self, connection: Connection, end: Message) -> None:
        # If the connection broke, uvicorn reports code 1005 without a reason.
        code = end["code"] if "reason" in end else ABNORMAL
        reason = end.get("reason") or ""
        event = disconnect_event(connection.scope, connection.facts, self._stage, code, reason)
        try:
            await self._invoke("$disconnect", event)
        except (HandlerFailed, HandlerTimedOut):
            log.exception("The $disconnect handler failed.")

    async def _invoke(self, route: str, event: Event) -> Event:
        handler = self._handler(route)
        if handler is None:
            return {}
        context = LambdaContext(f"{self._app.app_name}-{route[1:]}")
        answer = await self._workers.run(
            lambda: invoke(handler, event, context), self._limits.integration_seconds
        )
        return answer if isinstance(answer, dict) else {}

    def _handler(self, route: str) -> Handler | None:
        registered = self._app.websocket_handlers.get(route)
        return self._app.handler_map[registered.name] if registered else None

    def _spawn(self, work: Any) -> None:
        """Keeps a reference to the task, because the event loop keeps only a weak one."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _report(connection: Connection, event: Event, text: str) -> None:
    """Sends API Gateway's frame for a failed integration; the socket stays open."""
    request_id = event["requestContext"]["requestId"]
    frame = {"message": text, "connectionId": connection.id, "requestId": request_id}
    with suppress(Gone):
        await connection.send(json.dumps(frame))


async def _refuse(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    await response(scope, receive, send)
    # Wait until the connection is closed, or uvicorn logs an error: it first sends its own
    # disconnect message, then the one of the lost connection.
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            await receive()
            await receive()


def _json(status: int, text: str) -> Response:
    return Response(json.dumps({"message": text}), status, {"Content-Type": "application/json"})


def _subprotocol(headers: dict[str, str]) -> str | None:
    return headers.get("sec-websocket-protocol")
